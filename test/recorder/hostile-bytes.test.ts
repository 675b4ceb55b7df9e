import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { TtlogError } from '../../src/core/errors.js';
import * as L from '../../src/core/layout.js';
import { debug, info } from '../../src/core/log.js';
import { getLogger } from '../../src/core/logger.js';
import { copyRing, decodeRing } from '../../src/recorder/decode-ring.js';
import { lineOf } from '../../src/recorder/line.js';
import { follow, FORMAT, readAll } from '../support/reading.js';
import { freshRing, inContext, open } from '../support/recording.js';

// Other work on the machine must not fail them.
vi.setConfig({ testTimeout: 60_000 });

/** A ring with something of everything in it. */
function richRing(): Uint8Array {
  const ring = freshRing(undefined, 8192);
  const log = getLogger('orders', { region: 'eu' });
  for (let i = 0; i < 700; i++) {
    inContext({ request_id: `r-${i}` }, () => {
      const work = open('work', { i });
      work.run(() =>
        log.info('Step', { nested: { list: [1, 'two', null], map: new Map([[1, { a: 1n }]]) }, date: new Date() }),
      );
      work.record({ rows: i });
      if (i % 3 === 0) work.fail(new TypeError('no', { cause: new Error('deeper') }));
      else if (i % 3 === 1) work.end();
      debug(`Message ${i}`, { bytes: Buffer.from('abc'), text: 'ü'.repeat(20) });
    });
  }
  return copyRing(ring.buffer);
}

const rich = richRing();
const DATA_START = L.HEADER_BYTES + 8192;

/** Whoever reads a ring reads all of it. Returns how many records there were. */
function useEverything(bytes: Uint8Array): number {
  const contents = decodeRing(bytes);
  let characters = 0;
  for (const record of [...contents.records, ...contents.openSpans]) {
    characters += lineOf(record, FORMAT).length + Object.keys(record.values).length + String(record.startNs).length;
  }
  expect(characters).toBeLessThan(bytes.length * 100);
  return contents.records.length;
}

/** Decodes, or says clearly that it is no ring; any other error goes on to the test. */
function tryEverything(bytes: Uint8Array): number {
  try {
    return useEverything(bytes);
  } catch (error) {
    if (error instanceof TtlogError && error.code === 'ERR_SNAPSHOT_FORMAT') return 0;
    throw error;
  }
}

/** The same bytes as a live ring. */
function asShared(bytes: Uint8Array): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return shared;
}

const changes = fc.array(fc.record({ at: fc.nat(rich.length - 1), byte: fc.nat(255) }), {
  minLength: 1,
  maxLength: 200,
});

describe('damaged bytes', () => {
  it('the whole ring decodes', () => {
    const contents = decodeRing(rich);
    expect(contents.damagedRecords).toBe(0);
    expect(useEverything(rich)).toBe(contents.recordsWritten - contents.recordsOverwritten);
  });

  it('cost records, and never more than a TtlogError', () => {
    fc.assert(
      fc.property(changes, (changed) => {
        const bytes = Uint8Array.from(rich);
        for (const { at, byte } of changed) bytes[at] = byte;
        expect(tryEverything(bytes)).toBeLessThan(rich.length / L.RECORD_HEADER_BYTES);
      }),
      { numRuns: 60 },
    );
  });

  it('in records are counted', () => {
    const bytes = Uint8Array.from(rich);
    const contents = decodeRing(bytes);
    const at = DATA_START + L.SEGMENT_HEADER_BYTES;
    bytes.fill(0xee, at + 200, at + 400);
    const damaged = decodeRing(bytes);
    expect(damaged.damagedRecords).toBeGreaterThan(0);
    expect(damaged.records.length).toBeLessThan(contents.records.length);
    expect(damaged.records.length).toBeGreaterThan(contents.records.length / 2);
  });

  it('that end early are named', () => {
    fc.assert(
      fc.property(fc.nat(rich.length - 1), (length) => {
        expect(() => decodeRing(rich.subarray(0, length))).toThrow(TtlogError);
      }),
      { numRuns: 50 },
    );
    expect(() => decodeRing(new Uint8Array(0))).toThrow(/Expected a ring to have at least 4096 bytes, got 0 bytes/);
  });

  it('do not mind where in memory they are', () => {
    const shifted = new Uint8Array(rich.length + 3).subarray(3);
    shifted.set(rich);
    expect(useEverything(shifted)).toBe(decodeRing(rich).records.length);
  });

  it('stop no live cursor', () => {
    fc.assert(
      fc.property(changes, (changed) => {
        const bytes = Uint8Array.from(rich);
        // The header is the writer's own; what is in the segments and the dictionary may be anything.
        for (const { at, byte } of changed) bytes[Math.max(at, L.HEADER_BYTES)] = byte;
        expect(readAll(follow(asShared(bytes))).length).toBeLessThan(rich.length / L.RECORD_HEADER_BYTES);
      }),
      { numRuns: 40 },
    );
  });
});

describe('hostile bytes', () => {
  /** A record whose payload is all random. */
  const record = fc.record({
    kind: fc.integer({ min: 1, max: 9 }),
    flags: fc.nat(255),
    ids: fc.array(fc.nat(5), { minLength: 5, maxLength: 5 }),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.oneof(fc.nat(20), fc.nat(255)), { maxLength: 200 }).map((bytes) => Uint8Array.from(bytes)),
    ),
  });

  it('in well-framed records are read within their bounds', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 40 }), (records) => {
        const bytes = Uint8Array.from(rich);
        const view = new DataView(bytes.buffer);
        let at = DATA_START + L.SEGMENT_HEADER_BYTES;
        for (const { kind, flags, ids, payload } of records) {
          const words = Math.ceil((L.RECORD_HEADER_BYTES + payload.length) / 8);
          view.setUint32(at, words | (kind << 16) | (flags << 24), true);
          ids.forEach((id, i) => view.setUint32(at + 4 + i * 4, id, true));
          bytes.set(payload, at + L.RECORD_HEADER_BYTES);
          at += words * 8;
        }
        expect(tryEverything(bytes)).toBeLessThan(rich.length / L.RECORD_HEADER_BYTES);
        expect(readAll(follow(asShared(bytes))).length).toBeLessThan(rich.length / L.RECORD_HEADER_BYTES);
      }),
      { numRuns: 80 },
    );
  });

  it('cannot make many records show one huge context each', () => {
    const ring = freshRing();
    const context: Record<string, unknown> = {};
    for (let i = 0; i < 100; i++) context[`key_${i}`] = i;
    inContext(context, () => {
      for (let i = 0; i < 4000; i++) info('x');
    });
    const { records } = decodeRing(copyRing(ring.buffer));
    const fields = records.reduce((sum, each) => sum + each.fields.length, 0);
    expect(fields).toBeLessThan(ring.segmentBytes * ring.segmentCount * 4);
  });

  it('nested without end are no values', () => {
    const ring = freshRing();
    info('x', { a: 1 });
    const bytes = copyRing(ring.buffer);
    const view = new DataView(bytes.buffer);
    const start = L.HEADER_BYTES + L.DICTIONARY_BYTES + L.SEGMENT_HEADER_BYTES;
    const word = view.getUint32(start, true);
    const words = 1000;
    view.setUint32(start, (word & 0xffff0000) | words, true);
    view.setInt32(L.PUBLISHED_I32 * 4, (L.SEGMENT_HEADER_BYTES >> 3) + words, true);
    for (let at = start + L.RECORD_HEADER_BYTES; at + 5 < start + words * 8; at += 5) {
      bytes[at] = L.TAG_ARRAY;
      view.setUint32(at + 1, 1, true);
    }
    const { records, damagedRecords } = decodeRing(bytes);
    expect(records).toEqual([]);
    expect(damagedRecords).toBe(1);
  });
});
