// What does not fit is marked where it stood; the rest of the event is kept.
import { beforeEach, describe, expect, it } from 'vitest';
import { emit, EventBuilder, info, span } from 'ttlog';
import { contents, events, newRing, newest } from './support.js';

beforeEach(() => newRing());

const huge = Array.from({ length: 100 }, (_, i) => `${i} ${'x'.repeat(1500)}`);

describe('a value that is too long for a record', () => {
  it.each([
    ['a list of long strings', huge],
    ['an object of long strings', Object.fromEntries(huge.entries())],
    ['a map', new Map(huge.entries())],
    ['a set', new Set(huge)],
    ['nested lists', [[huge], [huge]]],
    ['an error with a long stack and causes', Object.assign(new Error('no'), { detail: huge })],
    ['bytes in a list', Array.from({ length: 60 }, () => new Uint8Array(1000))],
  ])('%s leaves its neighbours', (_name, value) => {
    info('Huge', { before: 1, value, after: 2, last: 'three' });
    const { values, truncated, fields } = newest();
    expect(truncated).toBe(true);
    expect(fields.map(({ key }) => key)).toEqual(['before', 'value', 'after', 'last']);
    expect(values).toMatchObject({ before: 1, after: 2, last: 'three' });
  });

  it('keeps its beginning', () => {
    info('Huge', { huge });
    expect((newest().values['huge'] as string[]).slice(0, 3)).toEqual(huge.slice(0, 3));
  });

  it('many of them', () => {
    info('Huge', Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`key_${i}`, huge])));
    const { fields } = newest();
    expect(fields).toHaveLength(50);
    expect(fields.at(-1)).toEqual({ key: 'key_49', value: '[Truncated]' });
  });

  it('in a record that carries its own names', () => {
    newRing(undefined, 64);
    info('Huge', { before: 1, huge, after: 2 });
    expect(newest().values).toMatchObject({ before: 1, after: 2 });
  });

  it('in an emitted event', () => {
    emit(EventBuilder.withCapacity(3).message('Huge').field('before', 1).field('huge', huge).field('after', 2).build());
    expect(newest().values).toMatchObject({ before: 1, after: 2 });
  });

  it('at the end of a span', () => {
    const failing = span('failing');
    failing.fail(Object.assign(new Error('no'), { huge }));
    expect(newest().values).toMatchObject({ err: { type: 'Error', message: 'no' }, outcome: 'error' });
  });

  it('among the fields of a span', () => {
    const work = span('big', { a: 1, body: 'x'.repeat(100_000), b: 2 });
    work.record({ c: 3, more: 'y'.repeat(100_000), d: 4 });
    work.end();
    const { values } = newest();
    expect(values).toMatchObject({ a: 1, b: 2, c: 3, d: 4 });
    expect(values['body']).toMatch(/\[Truncated\]$/);
  });
});

describe('a record of any size', () => {
  it('up to the caps, at any place of a segment, in rings of any size', () => {
    for (const capacityBytes of [128 * 1024, 132 * 1024, 512 * 1024, 1024 * 1024]) {
      newRing(capacityBytes);
      const sizes: number[] = [];
      for (let i = 0, size = 0; i < 700; i++, size = (size * 7 + 13) % 9000) {
        sizes.push(size);
        info('Sized', { i, text: 'x'.repeat(Math.min(size, 2000)), list: size > 2000 ? ['y'.repeat(size >> 1)] : [] });
      }
      const { records, recordsWritten, recordsOverwritten } = contents();
      expect(recordsWritten).toBe(700);
      expect(recordsOverwritten).toBe(700 - records.length);
      expect(records.map(({ values }) => values['i'])).toEqual(
        Array.from({ length: records.length }, (_, i) => 700 - records.length + i),
      );
      for (const { values } of records) {
        expect(values['text']).toHaveLength(Math.min(sizes[values['i'] as number], 2000));
      }
    }
  });

  it('in a ring so large that the length of a record is what limits it', () => {
    newRing(64 * 1024 * 1024);
    const rows = Array.from({ length: 128 }, () => Array.from({ length: 128 }, () => 'v'.repeat(47)));
    const long = Array.from({ length: 30 }, () => 'l'.repeat(16_000));
    const secrets = Array.from({ length: 128 }, () =>
      Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`password_of_the_user_with_a_long_name_${i}`, 1])),
    );
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`k${i}`, 'v'.repeat(48)]));
    for (const fields of [{ long, rows }, { secrets: [secrets, secrets, secrets] }, { long, rows, secrets, ...many }]) {
      info('Large', fields);
      info('After', { n: 1 });
      const [large, after] = events().slice(-2);
      expect(large).toMatchObject({ message: 'Large' });
      expect(after).toMatchObject({ message: 'After', values: { n: 1 } });
    }
    const work = span('large', { long, rows });
    work.record({ ...many, rows });
    work.fail(Object.assign(new Error('no'), { long, rows, secrets }));
    expect(newest()).toMatchObject({ name: 'large', outcome: 'error' });
  });
});

describe('an emitted event with over-long parts', () => {
  it('leaves the ring readable', () => {
    const wide = '漢'.repeat(5000);
    emit({
      timestampNs: 1n,
      level: 2,
      target: wide,
      message: wide,
      traceId: wide,
      spanId: wide,
      file: wide,
      line: 12,
      threadId: 3,
      fields: [{ key: wide, value: wide }, { key: 'last', value: 1 }],
    }); // prettier-ignore
    info('After');
    expect(events().map(({ message }) => message)).toEqual([expect.stringContaining('[Truncated]'), 'After']);
    expect(events()[0]).toMatchObject({ line: 12, threadId: 3, values: { last: 1 } });
  });
});
