import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { compileFilter } from '../../src/core/filter.js';
import * as L from '../../src/core/layout.js';
import { debug, info } from '../../src/core/log.js';
import { getLogger } from '../../src/core/logger.js';
import type { Ring } from '../../src/core/ring.js';
import { RingCursor } from '../../src/recorder/cursor.js';
import { recordOf } from '../../src/recorder/decode-record.js';
import { follow, readAll } from '../support/reading.js';
import { freshRing, inContext, open } from '../support/recording.js';

// Other work on the machine must not fail them.
vi.setConfig({ testTimeout: 60_000 });

let ring: Ring;
beforeEach(() => {
  ring = freshRing();
});

const numbers = (read: ReturnType<typeof readAll>): unknown[] => read.map(({ record }) => record.values['i']);

describe('a cursor', () => {
  it('reads what was recorded before it was there, and what comes', () => {
    info('Step', { i: 0 });
    const cursor = follow(ring.buffer);
    expect(numbers(readAll(cursor))).toEqual([0]);
    expect(readAll(cursor)).toEqual([]);
    info('Step', { i: 1 });
    expect(cursor.isBehind).toBe(true);
    expect(numbers(readAll(cursor))).toEqual([1]);
    expect(cursor.isBehind).toBe(false);
    expect(cursor.position).toBe(cursor.published);
  });

  it('loses nothing while it keeps up, and knows contexts and spans across segments', () => {
    const cursor = follow(ring.buffer);
    const log = getLogger('loop', { region: 'eu' });
    const seen: unknown[] = [];
    inContext({ request_id: 'r' }, () => {
      const work = open('work', { job: 'j' });
      work.run(() => {
        for (let i = 0; i < 20_000; i++) {
          log.info('Step', { i });
          if (i % 100 === 0)
            for (const { record } of readAll(cursor)) seen.push(record.kind === 'event' && record.values);
        }
      });
    });
    for (const { record } of readAll(cursor)) seen.push(record.values);
    expect(cursor.lapped).toBe(0);
    expect(seen).toHaveLength(20_001);
    expect(seen.at(-1)).toEqual({ region: 'eu', request_id: 'r', job: 'j', i: 19_999 });
  });

  it('that was lapped knows exactly how many records it lost', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4000), { minLength: 1, maxLength: 12 }), (bursts) => {
        ring = freshRing(undefined, 4096);
        const cursor = follow(ring.buffer);
        let recorded = 0;
        let read = 0;
        let last = -1;
        for (const burst of bursts) {
          for (let i = 0; i < burst; i++) debug('Step', { i: recorded++ });
          const got = numbers(readAll(cursor)) as number[];
          read += got.length;
          expect(got).toEqual(got.toSorted((a, b) => a - b));
          // What is lost is the oldest: the last one read is the last one recorded, and numbers only go up.
          expect(got.length > 0 ? got.at(-1) : recorded - 1).toBe(recorded - 1);
          expect(got.length > 0 ? got[0] : recorded).toBeGreaterThan(last);
          last = got.at(-1) ?? last;
          expect(read + cursor.lapped).toBe(recorded);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('says whether somebody was owed what was lost', () => {
    const cursor = follow(ring.buffer);
    const lap = (): void => {
      for (let i = 0; i < 10_000; i++) debug('Step', { i });
    };
    lap();
    readAll(cursor);
    expect(cursor.takeLoss()).toMatchObject({ owed: false, overwritten: cursor.lapped });
    expect(cursor.takeLoss()).toBeUndefined();
    // Somebody gave up on owed records that are still to be overwritten when an earlier loss is told.
    lap();
    cursor.block.noteOverrun(cursor.published);
    readAll(cursor);
    expect(cursor.takeLoss()).toMatchObject({ owed: true });
    cursor.block.noteOverrun(cursor.published);
    expect(cursor.takeLoss()).toBeUndefined();
    lap();
    readAll(cursor);
    expect(cursor.takeLoss()).toMatchObject({ owed: false });
    const before = cursor.position;
    lap();
    cursor.block.noteOverrun((before + 1) | 0);
    readAll(cursor);
    expect(cursor.takeLoss()).toMatchObject({ owed: true });
  });

  it('goes on where the one before it had got', () => {
    const first = follow(ring.buffer);
    for (let i = 0; i < 1500; i++) info('Step', { i });
    for (let i = 0; i < 1000; i++) first.next();
    first.handOver();
    const heir = follow(ring.buffer);
    expect(heir.position).toBe(first.position);
    expect(numbers(readAll(heir))).toEqual(Array.from({ length: 501 }, (_, i) => 999 + i));
    expect(heir.lapped).toBe(0);
  });

  it('judges anew what was recorded before there was a filter', () => {
    getLogger('db').debug('Query');
    getLogger('http').info('Request');
    open('work', undefined, { target: 'db' }).end();
    const untilWords = Atomics.load(ring.i32, L.PUBLISHED_I32);
    getLogger('db').debug('Later');
    const rejudge = { untilWords, filter: compileFilter('error,db=debug') };
    const cursor = new RingCursor(ring.buffer, { reader: L.READER_LOCAL, service: 'shop', rejudge });
    const delivered: [string, boolean][] = [];
    while (cursor.next()) {
      const record = recordOf(cursor.decoder)!;
      delivered.push([`${record.kind} ${record.message}`, record.deliver]);
    }
    expect(delivered).toEqual([
      ['event Query', true],
      ['event Request', false],
      ['span-start work', true],
      ['span work', true],
      ['event Later', false],
    ]);
  });

  it('follows positions beyond 32 bits', () => {
    // The position of this segment's start is a multiple of 2^32 words.
    ring = freshRing(undefined, undefined, 2 ** 32 / 2048 - 5);
    const cursor = follow(ring.buffer);
    const got: unknown[] = [];
    for (let i = 0; i < 10_000; i++) {
      info('Step', { i });
      if (i % 200 === 0) got.push(...numbers(readAll(cursor)));
    }
    got.push(...numbers(readAll(cursor)));
    expect(cursor.lapped).toBe(0);
    expect(got).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
  });

  it('is finished when its writer is, and everything has been read', () => {
    const cursor = follow(ring.buffer);
    info('Last');
    Atomics.store(ring.i32, L.CLOSED_I32, 1);
    expect(cursor.isFinished).toBe(false);
    readAll(cursor);
    expect(cursor.isFinished).toBe(true);
  });

  it('follows a wall clock that has been set, and leaves what was recorded before as it was', () => {
    const cursor = follow(ring.buffer);
    info('Before');
    const before = readAll(cursor)[0].record.timestampMs;
    const now = vi
      .spyOn(Date, 'now')
      .mockImplementation(() => Math.round(performance.timeOrigin + performance.now()) + 3_600_000);
    cursor.followClock();
    info('After');
    const after = readAll(cursor)[0].record.timestampMs;
    now.mockRestore();
    expect(after - before).toBeGreaterThan(3_590_000);
    expect(after - before).toBeLessThan(3_700_000);
  });
});
