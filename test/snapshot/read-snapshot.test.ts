import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { debug, error, info, trace, warn } from '../../src/core/log.js';
import { openSpan, spanSite } from '../../src/core/span.js';
import { targetOf } from '../../src/core/state.js';
import * as F from '../../src/recorder/snapshot-format.js';
import { parseHeader } from '../../src/recorder/snapshot-parse-header.js';
import type { SnapshotFormatError } from '../../src/recorder/snapshot.js';
import { listOpenSpans, parseSnapshot, readSnapshot, writeSnapshotSync } from '../../src/recorder/snapshot.js';
import { newRing, temporaryDirectory } from './support.js';

const span = (name: string, outer?: ReturnType<typeof openSpan>, fields?: Record<string, unknown>) =>
  openSpan(spanSite(targetOf('Orders'), 1, name), 0, outer, fields);

function writeStory(dir: string, capacityBytes?: number): string {
  const ring = newRing(capacityBytes);
  const request = span('POST /orders', undefined, { order_id: 17 });
  const load = span('load', request);
  load.end();
  const charge = span('charge', request);
  charge.fail(new Error('card declined'));
  trace('a', { n: 1 });
  debug('b', { text: 'ü' });
  info('c', { nested: { list: [1, 'two', null] } });
  warn('d');
  error('e', { err: new TypeError('inner') });
  const thrown = new Error('outer', { cause: new TypeError('inner') });
  const openSpans = listOpenSpans('shop');
  request.end();
  return writeSnapshotSync({
    dir,
    service: 'shop',
    reason: 'crash',
    origin: 'uncaughtException',
    error: thrown,
    rings: [ring],
    openSpans,
  }).path;
}

describe('reading a snapshot', () => {
  test('gives back what was recorded', async () => {
    const snapshot = await readSnapshot(writeStory(temporaryDirectory()));
    expect(snapshot.damage).toEqual([]);
    expect(
      snapshot.records
        .filter(({ kind }) => kind === 'event')
        .map(({ message, level, values }) => [message, level, values]),
    ).toEqual([
      ['a', 0, { n: 1 }],
      ['b', 1, { text: 'ü' }],
      ['c', 2, { nested: { list: [1, 'two', null] } }],
      ['d', 3, {}],
      ['e', 4, { err: expect.objectContaining({ type: 'TypeError', message: 'inner' }) as unknown }],
    ]);
    expect(snapshot.records.filter(({ kind }) => kind === 'span').map(({ name, outcome }) => [name, outcome])).toEqual([
      ['load', 'ok'],
      ['charge', 'error'],
      ['POST /orders', 'ok'],
    ]);
  });

  test('gives back the header', async () => {
    const { header } = await readSnapshot(writeStory(temporaryDirectory()));
    expect(header).toMatchObject({
      service: 'shop',
      reason: 'crash',
      origin: 'uncaughtException',
      error: { type: 'Error', message: 'outer', cause: { type: 'TypeError', message: 'inner' } },
      process: { pid: process.pid, threadId: 0 },
      counts: { rings: 1, recorded: 11, dropped: 0 },
    });
    expect(Math.abs(Number(header.clock.epochNs / 1_000_000n) - Date.now())).toBeLessThan(60_000);
  });

  test('names open spans with their fields', async () => {
    const ring = newRing();
    const request = span('GET /slow', undefined, { path: '/slow' });
    const query = span('query', request);
    query.record({ table: 'orders' });
    const openSpans = listOpenSpans('shop');
    const dir = temporaryDirectory();
    const { path } = writeSnapshotSync({ dir, service: 'shop', reason: 'x', origin: 'call', rings: [ring], openSpans });
    query.end();
    request.end();
    expect((await readSnapshot(path)).openSpans).toMatchObject([
      { name: 'GET /slow', target: 'Orders', parentId: null, fields: [{ key: 'path', value: '/slow' }] },
      {
        name: 'query',
        parentId: request.spanId,
        traceId: request.traceId,
        fields: [{ key: 'table', value: 'orders' }],
      },
    ]);
  });

  test('merges the rings of several threads by time', async () => {
    const one = newRing();
    info('1');
    const two = newRing();
    info('2');
    info('3');
    const { path } = writeSnapshotSync({
      dir: temporaryDirectory(),
      service: 's',
      reason: 'x',
      origin: 'call',
      rings: [two, one],
    });
    expect((await readSnapshot(path)).records.map(({ message }) => message)).toEqual(['1', '2', '3']);
  });

  test('a ring that was overwritten many times is read from its oldest whole segment on, in order', async () => {
    const ring = newRing();
    for (let i = 0; i < 20_000; i++) debug('turn', { i });
    const { path, records } = writeSnapshotSync({
      dir: temporaryDirectory(),
      service: 's',
      reason: 'x',
      origin: 'call',
      rings: [ring],
    });
    const numbers = (await readSnapshot(path)).records.map(({ values }) => values['i'] as number);
    expect(numbers.length).toBe(records);
    expect(numbers).toEqual(Array.from({ length: records }, (_, i) => 20_000 - records + i));
  });

  test('takes bytes, compressed or not, at any offset', async () => {
    const bytes = readFileSync(writeStory(temporaryDirectory()));
    expect((await readSnapshot(gzipSync(bytes))).records.length).toBe(11);
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    expect(parseSnapshot(shifted).records.length).toBe(11);
  });

  test('finds a file that has been compressed since', async () => {
    const path = writeStory(temporaryDirectory());
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
    renameSync(path, `${path}.old`);
    expect((await readSnapshot(path)).records.length).toBe(11);
  });
});

describe('a file that is none', () => {
  const dir = (): string => temporaryDirectory();
  const file = (content: string | Uint8Array): string => {
    const path = join(dir(), 'x.ttlog');
    writeFileSync(path, content);
    return path;
  };

  test.each([
    ['empty', '', /Expected a snapshot file, found 0 bytes/],
    ['short', 'abc', /Expected a snapshot file, found 3 bytes/],
    ['text', '{"level":30,"msg":"hello"}', /found 7b 22 6c 65 76 65 6c 22 \(JSON text: log files are for ttlog tail\)/],
    ['a ring', Buffer.concat([Buffer.from('TTLR'), Buffer.alloc(100)]), /the memory of a ring/],
    [
      'zstd',
      Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.alloc(100)]),
      /zstd|cannot be read|Expected a snapshot file/,
    ],
    [
      'a newer version',
      Buffer.concat([F.SNAPSHOT_MAGIC, Buffer.from([9, 0, 0, 0, 0, 0, 0, 0])]),
      /version 1, found version 9/,
    ],
    ['gzip of nothing', gzipSync(''), /found 0 bytes/],
    ['gzip that is none', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 255, 255, 255]), /cannot be read/],
    ['without a header', Buffer.from(F.SNAPSHOT_MAGIC), /found 8 bytes/],
    ['a preamble alone', F.preamble(), /Expected a header \(HEAD\), found none that is whole/],
  ])('%s: says so', async (_what, content, message) => {
    await expect(readSnapshot(file(content))).rejects.toMatchObject({
      code: 'ERR_SNAPSHOT_FORMAT',
      message: expect.stringMatching(message) as string,
    });
  });

  test('a directory, and a file that is not there', async () => {
    await expect(readSnapshot(dir())).rejects.toThrow(/no file|EISDIR/);
    await expect(readSnapshot(join(dir(), 'no.ttlog'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.skipIf(process.platform === 'win32')('a pipe that nobody writes to does not hang', async () => {
    const path = join(dir(), 'pipe.ttlog');
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
    await expect(readSnapshot(path)).rejects.toThrow(/no file/);
  });

  test('a bomb is not unpacked', async () => {
    const zeros = gzipSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 });
    await expect(readSnapshot(file(zeros))).rejects.toThrow(/found 00 00 00 00 00 00 00 00/);
    const disguised = gzipSync(Buffer.concat([F.preamble(), Buffer.alloc(64 * 1024 * 1024)]), { level: 9 });
    await expect(readSnapshot(file(disguised), { maxBytes: 1024 * 1024 })).rejects.toThrow(/at most 1048576 bytes/);
    await expect(readSnapshot(file(Buffer.alloc(2_000_000)), { maxBytes: 1024 * 1024 })).rejects.toThrow(
      /at most 1048576 bytes, found 2000000/,
    );
  });
});

describe('a damaged file', () => {
  let whole: Buffer;
  let packed: Buffer;
  beforeAll(() => {
    whole = readFileSync(writeStory(temporaryDirectory()));
    packed = gzipSync(whole);
  });

  const failure = async (bytes: Uint8Array): Promise<SnapshotFormatError | undefined> => {
    try {
      await readSnapshot(bytes);
      return undefined;
    } catch (thrown) {
      return thrown as SnapshotFormatError;
    }
  };

  test('cut in the middle of a segment: what came before is salvaged', async () => {
    const cut = whole.subarray(0, whole.length - 24 - 16 - 200);
    const thrown = await failure(cut);
    expect(thrown?.message).toMatch(
      /the file ends inside SEGM at \d+: expected \d+ bytes, found \d+; the last frame \(TAIL\) is missing/,
    );
    expect(thrown?.message).toMatch(/Its header and \d+ records could be read/);
    expect(thrown?.salvaged?.header.service).toBe('shop');
    const { length } = thrown!.salvaged!.records;
    expect(length).toBeGreaterThan(3);
    expect(length).toBeLessThan(11);
    expect((await readSnapshot(cut, { salvage: true })).records.length).toBe(length);
  });

  test('a flipped bit in the dictionary costs the names, and is said', async () => {
    const at = whole.indexOf('DICT');
    const flipped = Buffer.from(whole);
    flipped[at + 40] ^= 0x10;
    const thrown = await failure(flipped);
    expect(thrown?.message).toMatch(/DICT at \d+ \(\d+ bytes\) does not have its checksum/);
    expect(thrown?.salvaged?.header.error?.message).toBe('outer');
  });

  test('a flipped bit in a length: the scan goes on at the next frame', async () => {
    const at = whole.indexOf('DICT');
    const flipped = Buffer.from(whole);
    flipped[at + 5] ^= 0x80;
    const thrown = await failure(flipped);
    expect(thrown?.message).toMatch(/\d+ bytes at \d+ are no frame/);
    expect(thrown?.message).not.toMatch(/TAIL/);
  });

  test('a damaged header leaves nothing', async () => {
    const flipped = Buffer.from(whole);
    flipped[60] ^= 1;
    const thrown = await failure(flipped);
    expect(thrown?.message).toMatch(
      /Expected a header \(HEAD\), found none that is whole; HEAD at 16 .* Without its header nothing can be read/,
    );
    expect(thrown?.salvaged).toBeUndefined();
  });

  test('any cut is an error that says so, whether compressed or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.boolean(), async (seed, compressed) => {
        const bytes = compressed ? packed : whole;
        const thrown = await failure(bytes.subarray(0, seed % bytes.length));
        expect(thrown?.code).toBe('ERR_SNAPSHOT_FORMAT');
        expect(thrown?.message).toMatch(/^Expected /);
      }),
      { numRuns: 300 },
    );
  });

  test('any flipped bits are an error or cost nothing', async () => {
    const messages = new Set(parseSnapshot(whole).records.map(({ message }) => message));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 7 })), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (flips, compressed) => {
          const bytes = Buffer.from(compressed ? packed : whole);
          for (const [at, bit] of flips) bytes[at % bytes.length] ^= 1 << bit;
          const thrown = await failure(bytes);
          expect([undefined, 'ERR_SNAPSHOT_FORMAT']).toContain(thrown?.code);
          // What is salvaged is true: a checksum vouches for it.
          for (const { message } of thrown?.salvaged?.records ?? []) expect(messages).toContain(message);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('any bytes in frames with right checksums neither hang nor throw anything else', () => {
    const head = F.FRAME_TYPES.filter((type) => type !== F.FRAME_HEADER);
    const frame = fc.tuple(
      fc.constantFrom(...head),
      fc.uint8Array({ maxLength: 600 }),
      fc.nat({ max: 2 }),
      fc.nat({ max: 40 }),
    );
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
        const bytes = fileOf([
          [F.FRAME_HEADER, jsonHeader({})],
          ...frames.map(([type, body, a, b]) => [type, prefixed(a, b, body)] as const),
        ]);
        expect(() => parseSnapshot(bytes, { salvage: true })).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });

  test('any JSON as header is read as far as it makes sense', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.dictionary(
          fc.constantFrom('service', 'error', 'openSpans', 'process', 'clock', 'counts', 'extra'),
          fc.jsonValue(),
        ),
        (any, some) => {
          for (const value of [any, some]) {
            const header = parseHeader(jsonHeader(value));
            // A text says what is wrong with it.
            const kinds =
              typeof header === 'string'
                ? header
                : [typeof header.service, Array.isArray(header.openSpans), typeof header.clock.epochNs].join(' ');
            expect(['Expected the header to be an object', 'string true bigint']).toContain(kinds);
          }
        },
      ),
    );
  });

  test('a header nested a million deep ends', () => {
    const deep = `{"error":${'{"cause":'.repeat(100_000)}{}${'}'.repeat(100_000)},"extra":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`;
    const { header } = parseSnapshot(
      fileOf([[F.FRAME_HEADER, prefixed(F.ENCODING_JSON, undefined, Buffer.from(deep))]]),
      { salvage: true },
    );
    expect(header.error).toBeDefined();
  });
});

function prefixed(first: number, second: number | undefined, body: Uint8Array): Uint8Array {
  const words = Uint32Array.of(first, ...(second === undefined ? [] : [second]));
  return Buffer.concat([new Uint8Array(words.buffer), body]);
}

const jsonHeader = (value: unknown): Uint8Array =>
  prefixed(F.ENCODING_JSON, undefined, Buffer.from(JSON.stringify(value)));

function fileOf(frames: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const parts: Uint8Array[] = [F.preamble()];
  for (const [type, payload] of frames) {
    parts.push(
      F.frameHead(type, payload.length, crc32(payload)),
      payload,
      new Uint8Array(F.padded(payload.length) - payload.length),
    );
  }
  return Buffer.concat(parts);
}
