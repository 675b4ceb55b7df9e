import { beforeEach, describe, expect, it } from 'vitest';
import { debug, info, lazy, span } from 'ttlog';
import { capacityBytesOf } from '../../src/core/ring.js';
import { state } from '../../src/core/state.js';
import { contents, events, newRing, newest } from './support.js';

beforeEach(() => newRing());

describe('capacity', () => {
  it('is nominal: 128 bytes an event, rounded up to a power of two, from 128 KiB to 1 GiB', () => {
    expect(capacityBytesOf(65_536)).toBe(8 * 1024 * 1024);
    expect(capacityBytesOf(65_537)).toBe(16 * 1024 * 1024);
    expect(capacityBytesOf(1)).toBe(128 * 1024);
    expect(capacityBytesOf(1024)).toBe(128 * 1024);
    expect(capacityBytesOf(1025)).toBe(256 * 1024);
    expect(capacityBytesOf(1e12)).toBe(1024 * 1024 * 1024);
  });
});

describe('a ring that wraps', () => {
  it.each([128 * 1024, 132 * 1024, 256 * 1024, 512 * 1024, 1024 * 1024])(
    'of %d bytes keeps the newest, and counts exactly the others',
    (bytes) => {
      newRing(bytes);
      let written = 0;
      for (let round = 0; round < 12; round++) {
        for (let i = 0; i < 3571; i++) debug('Step', { n: written++, text: 'x'.repeat(written % 97) });
        const { records, recordsWritten, recordsOverwritten, capacityBytes } = contents();
        expect(capacityBytes).toBe(bytes);
        expect(recordsWritten).toBe(written);
        expect(recordsOverwritten).toBe(written - records.length);
        expect(records.length).toBeGreaterThanOrEqual(Math.min(written, bytes / 256));
        expect(records.map(({ values }) => values['n'])).toEqual(
          Array.from({ length: records.length }, (_, i) => written - records.length + i),
        );
      }
    },
  );

  it('counts spans and what was logged in getters, and no copies', () => {
    const open = Array.from({ length: 10 }, (_, i) => span('long', { i }));
    let expected = 10;
    for (let i = 0; i < 3000; i++) {
      const work = span('work', { get a() { return info('In a getter'), i; } }); // prettier-ignore
      work.record({ b: i });
      work.end();
      expected += 3;
    }
    const { records, recordsWritten, recordsOverwritten, openSpans } = contents();
    expect(recordsWritten).toBe(expected);
    expect(recordsOverwritten).toBe(expected - records.length);
    expect(openSpans.map(({ spanId }) => spanId)).toEqual(open.map(({ spanId }) => spanId));
  });

  it('has times in order', () => {
    for (let i = 0; i < 10_000; i++) info('Step', { i });
    const times = events().map(({ timestampNs }) => timestampNs);
    expect(times.every((time, i) => i === 0 || time >= times[i - 1])).toBe(true);
    expect(Math.abs(Number(times.at(-1)! / 1_000_000n) - Date.now())).toBeLessThan(1000);
  });
});

describe('messages and names without number', () => {
  it('fill the dictionary, then stand in their records', () => {
    newRing(128 * 1024, 4096);
    for (let i = 0; i < 2000; i++) info(`Message ${i}`, { [`key_${i % 50}`]: i, same: 1 });
    const got = events();
    expect(got.length).toBeGreaterThan(500);
    const first = 2000 - got.length;
    got.forEach(({ message, values }, i) => {
      expect(message).toBe(`Message ${first + i}`);
      expect(values).toEqual({ [`key_${(first + i) % 50}`]: first + i, same: 1 });
    });
  });

  it('do not grow memory', () => {
    newRing();
    for (let i = 0; i < 60_000; i++) debug(`Generated ${i}`, { [`k${i}`]: i });
    let known = 0;
    for (const target of state.targets.values()) for (const sites of target.events) known += sites.size;
    expect(known).toBeLessThanOrEqual(32_768);
    expect(newest()).toMatchObject({ message: 'Generated 59999', values: { k59999: 59_999 } });
  });

  it('many shapes at one place', () => {
    for (let i = 0; i < 3000; i++) info('Shapes', { [`a${i % 700}`]: 1, [`b${i % 11}`]: i });
    expect(newest().values).toEqual({ [`a${2999 % 700}`]: 1, [`b${2999 % 11}`]: 2999 });
    const work = span('Shapes', { a: 1 });
    for (let i = 0; i < 600; i++) span('Shapes', { [`c${i}`]: i, d: 2 }).end();
    expect(newest().values).toMatchObject({ c599: 599, d: 2 });
    work.end();
    expect(newest().values).toMatchObject({ a: 1 });
  });

  it('an event of more fields than a record has', () => {
    info('Wide', Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`k${i}`, i])));
    expect(newest().truncated).toBe(true);
    expect(
      newest()
        .fields.slice(0, 512)
        .map(({ value }) => value),
    ).toEqual(Array.from({ length: 512 }, (_, i) => i));
    info('Wide', { k0: 'a', other: 'b' });
    expect(newest().values).toEqual({ k0: 'a', other: 'b' });
  });

  it.each([
    ['a dictionary without room', () => newRing(128 * 1024, 64), 'Message'],
    ['a message that is too long for the dictionary', () => newRing(), 'm'.repeat(2000)],
    ['a place with too many shapes', () => {
      newRing();
      for (let i = 0; i < 400; i++) info('Message', { [`shape_${i}`]: 1 });
    }, 'Message'],
    ['a place that is about to have too many shapes', () => {
      newRing();
      for (let i = 0; i < 255; i++) info('Message', { [`shape_${i}`]: 1 });
    }, 'Message'],
  ])('%s: values are read once', (_name, prepare, message) => {
    prepare();
    let read = 0;
    let computed = 0;
    info(message, { get a() { return ++read; }, b: lazy(() => ++computed), c: 3, d: 4 }); // prettier-ignore
    expect(newest()).toMatchObject({ message, values: { a: 1, b: 1, c: 3, d: 4 } });
    span(message.slice(0, 20), { get a() { return ++read; }, b: lazy(() => ++computed) }).end(); // prettier-ignore
    expect(newest().values).toMatchObject({ a: 2, b: 2 });
    expect([read, computed]).toEqual([2, 2]);
  }); // prettier-ignore
});
