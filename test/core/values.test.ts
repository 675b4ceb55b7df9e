// What is decoded is what was logged, under the documented conversions.
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { debug, display, error, info, inspect } from 'ttlog';
import { installHost } from '../../src/runtime/host.js';
import { events, newRing, newest } from './support.js';

beforeAll(installHost);
// Bytes are bytes, whichever class of Uint8Array holds them.
expect.addEqualityTesters([
  (a, b) => (a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : undefined),
]);
beforeEach(() => newRing());

function recorded(value: unknown): unknown {
  info('Value', { value });
  return newest().values['value'];
}

describe('a value comes back', () => {
  it.each([
    ['an integer', 123],
    ['the largest int32', 2 ** 31 - 1],
    ['beyond int32', 2 ** 31],
    ['the smallest int32', -(2 ** 31)],
    ['a fraction', 0.1],
    ['minus zero', -0],
    ['NaN', Number.NaN],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
    ['the largest number', Number.MAX_VALUE],
    ['the smallest number', Number.MIN_VALUE],
    ['true', true],
    ['false', false],
    ['null', null],
    ['undefined', undefined],
    ['an empty string', ''],
    ['latin1', 'naïve café'],
    ['48 characters', 'x'.repeat(48)],
    ['49 characters', 'x'.repeat(49)],
    ['an emoji', 'a 🎌 b'],
    ['NUL and control characters', '\u0000\u001B[31m\r\n'],
    ['a bigint', 12n],
    ['the largest int64', 2n ** 63n - 1n],
    ['beyond int64', 2n ** 63n],
    ['a negative bigint beyond int64', -(2n ** 100n)],
    ['a date', new Date(1_700_000_000_123)],
    ['a date before 1970', new Date(-1)],
    ['an array', [1, 'a', [true, null]]],
    ['an object', { a: 1, b: { c: 'd' } }],
    ['an empty object', {}],
    ['an empty array', []],
    ['a set', new Set([1, 'a'])],
    ['a map with keys of any kind', new Map<unknown, unknown>([['k', 1], [2, { x: 1 }], [null, [1]]])], // prettier-ignore
    ['bytes', new Uint8Array([0, 1, 255])],
  ])('%s', (_name, value) => {
    const got = recorded(value);
    expect(got).toEqual(value);
    expect(typeof value === 'number' ? Object.is(got, value) : true).toBe(true);
  });

  it.each([
    ['an invalid date', new Date(Number.NaN), new Date(Number.NaN)],
    ['a lone surrogate', 'a\uD800b', 'a\uFFFDb'],
    ['a symbol', Symbol('why'), 'Symbol(why)'],
    ['a function', function named() {}, '[Function: named]'],
    ['a nameless function', (() => () => {})(), '[Function: anonymous]'],
    ['a class whose name is no text', Object.defineProperty(() => {}, 'name', { value: Object.create(null) }), '[Function: anonymous]'], // prettier-ignore
    ['a URL', new URL('https://example.com/a?b=1'), 'https://example.com/a?b=1'],
    ['a regular expression', /a+b/gi, '/a+b/gi'],
    ['a promise', Promise.resolve(1), '[Promise]'],
    ['a boxed number', Object(7), 7],
    ['a boxed string', Object('s'), 's'],
    ['an array with holes', [1, , 3], [1, undefined, 3]], // eslint-disable-line no-sparse-arrays
    ['an object with toJSON', { toJSON: () => ({ shown: 1 }), hidden: 2 }, { shown: 1 }],
    ['an object whose toJSON is itself', { a: 1, toJSON() { return this; } }, { a: 1, toJSON: '[Function: toJSON]' }], // prettier-ignore
    ['a typed array', new Float64Array([0.5, 1]), [0.5, 1]],
    ['64-bit integers', new BigInt64Array([1n]), [1n]],
    ['a buffer', Buffer.from('ab'), new Uint8Array([97, 98])],
    ['a view of bytes', new DataView(new ArrayBuffer(2)), new Uint8Array([0, 0])],
    ['an ArrayBuffer', new Uint8Array([1, 2]).buffer, new Uint8Array([1, 2])],
    ['shared memory', new Uint8Array(new SharedArrayBuffer(2)), new Uint8Array([0, 0])],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['own properties of an instance', Object.assign(Object.create({ inherited: 1 }), { own: 2 }), { own: 2 }],
    ['symbol keys', { [Symbol('s')]: 1, a: 2 }, { a: 2 }],
    ['display', display(new URL('https://example.com/')), 'https://example.com/'],
    ['display of a number', display(7), '7'],
  ])('%s, converted', (_name, value, expected) => {
    expect(recorded(value)).toEqual(expected);
  });

  it('inspect, as its text', () => {
    expect(recorded(inspect({ a: [1, { b: 2 }] }))).toEqual({ inspected: '{ a: [ 1, { b: 2 } ] }' });
    expect(recorded({ nested: inspect('text') })).toEqual({ nested: { inspected: "'text'" } });
  });

  it('a key called __proto__ is a key', () => {
    const value = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2, "a": 3}') as object;
    const got = recorded(value) as object;
    expect(Object.entries(got)).toEqual([['__proto__', { polluted: 1 }], ['constructor', 2], ['a', 3]]); // prettier-ignore
    info('Top', value);
    expect(newest().fields.map(({ key }) => key)).toEqual(['__proto__', 'constructor', 'a']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('is what it was at the call', () => {
    const value = { list: [1], when: new Date(0), bytes: new Uint8Array([1]) };
    info('Value', { value });
    value.list.push(2);
    value.when.setTime(1);
    value.bytes[0] = 9;
    expect(newest().values['value']).toEqual({ list: [1], when: new Date(0), bytes: new Uint8Array([1]) });
  });

  it('a cycle is named', () => {
    const value: Record<string, unknown> = { a: 1 };
    value['self'] = value;
    value['list'] = [value];
    value['twice'] = [{ b: 1 }, { b: 1 }];
    const shared = { c: 1 };
    value['shared'] = [shared, shared];
    expect(recorded(value)).toEqual({
      a: 1,
      self: '[Circular]',
      list: ['[Circular]'],
      twice: [{ b: 1 }, { b: 1 }],
      shared: [{ c: 1 }, { c: 1 }],
    });
  });
});

describe('bounds', () => {
  it('depth', () => {
    let value: unknown = 'core';
    for (let i = 0; i < 30; i++) value = { in: value };
    expect(JSON.stringify(recorded(value))).toBe('{"in":'.repeat(9) + '"[Truncated]"' + '}'.repeat(9));
  });

  it('width', () => {
    const list = recorded(Array.from({ length: 1000 }, (_, i) => i)) as unknown[];
    expect(list.slice(0, 128)).toEqual(Array.from({ length: 128 }, (_, i) => i));
    expect(list.slice(128)).toEqual(['[Truncated: 872 more]']);
    const object = recorded(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i]))) as object;
    expect(Object.keys(object)).toHaveLength(129);
    expect(object).toMatchObject({ k0: 0, k127: 127, '[Truncated]': 872 });
    const map = recorded(new Map(Array.from({ length: 1000 }, (_, i) => [i, i]))) as Map<unknown, unknown>;
    expect(map.size).toBe(129);
    expect(map.get('[Truncated]')).toBe(872);
    const set = recorded(new Set(Array.from({ length: 1000 }, (_, i) => i))) as Set<unknown>;
    expect(set.has('[Truncated: 872 more]')).toBe(true);
  });

  it('length of a string: cut at a whole character, and marked', () => {
    for (const unit of ['x', 'é', '漢', '🎌']) {
      const got = recorded(unit.repeat(100_000)) as string;
      expect(got.endsWith('[Truncated]')).toBe(true);
      const kept = got.slice(0, -'[Truncated]'.length);
      expect(kept.length).toBeGreaterThan(1000);
      expect(unit.repeat(100_000).startsWith(kept)).toBe(true);
      expect(kept.length % unit.length).toBe(0);
    }
  });

  it('bytes', () => {
    const got = recorded(new Uint8Array(5000).fill(7)) as Uint8Array;
    expect(got).toEqual(new Uint8Array(1024).fill(7));
  });
});

describe('errors', () => {
  it('keep type, message, stack, properties and the chain of causes', () => {
    const root = new RangeError('too far');
    const failure = Object.assign(new TypeError('no', { cause: root }), { code: 'E1', status: 404 });
    error('Failed', failure);
    const err = newest().values['err'] as Record<string, unknown>;
    expect(err).toMatchObject({ type: 'TypeError', message: 'no', code: 'E1', status: 404, stack: failure.stack });
    expect(err['cause']).toMatchObject({ type: 'RangeError', message: 'too far', stack: root.stack });
  });

  it('keep the errors of an AggregateError', () => {
    const got = recorded(new AggregateError([new Error('a'), new TypeError('b')], 'both'));
    expect(got).toMatchObject({ message: 'both', errors: [{ message: 'a' }, { type: 'TypeError', message: 'b' }] });
  });

  it('keep what they call constructor, toString or __proto__', () => {
    const failure = new Error('no');
    for (const key of ['toString', 'valueOf', '__proto__']) {
      Object.defineProperty(failure, key, { value: 'mine', enumerable: true });
    }
    const got = recorded(failure) as object;
    expect(Object.entries(got)).toEqual(
      expect.arrayContaining([['toString', 'mine'], ['valueOf', 'mine'], ['__proto__', 'mine']]), // prettier-ignore
    );
  });

  it('of a class of their own have its name', () => {
    class PaymentError extends Error {}
    expect(recorded(new PaymentError('no'))).toMatchObject({ type: 'Error', message: 'no' });
    const nameless = new PaymentError('no');
    nameless.name = '';
    expect(recorded(nameless)).toMatchObject({ type: 'PaymentError' });
  });

  it('of another realm are errors', () => {
    const foreign: unknown = runInNewContext(
      'Object.assign(new TypeError("no", { cause: new Error("why") }), { code: 1 })',
    );
    expect(foreign instanceof Error).toBe(false);
    expect(recorded(foreign)).toMatchObject({ type: 'TypeError', message: 'no', code: 1, cause: { message: 'why' } });
    error(foreign as object);
    expect(newest()).toMatchObject({ message: 'no', values: { err: { type: 'TypeError' } } });
  });

  it('a cycle of causes ends', () => {
    const a = new Error('a');
    const b = new Error('b', { cause: a });
    a.cause = b;
    expect(recorded(a)).toMatchObject({ message: 'a', cause: { message: 'b', cause: '[Circular]' } });
  });

  it('a hundred causes are cut', () => {
    let failure = new Error('0');
    for (let i = 1; i < 100; i++) failure = new Error(String(i), { cause: failure });
    const text = JSON.stringify(recorded(failure));
    expect(text).toContain('"message":"99"');
    expect(text).toContain('[Truncated]');
  });

  it('in a small ring lose their last causes, not themselves', () => {
    let failure = new Error('0');
    for (let i = 1; i < 8; i++) failure = new Error(`cause ${i} ${'x'.repeat(1500)}`, { cause: failure });
    info('Failed', { before: 1, failure, after: 2 });
    const { values, truncated } = newest();
    expect(truncated).toBe(true);
    expect(values).toMatchObject({ before: 1, after: 2, failure: { type: 'Error', cause: { type: 'Error' } } });
  });
});

describe('any value', () => {
  // Strings without lone surrogates, and objects within the documented bounds, come back as they are.
  const text = fc.string({ unit: 'binary', maxLength: 80 });
  const plain = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.integer(),
      fc.double(),
      fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
      fc.boolean(),
      fc.constantFrom(null, undefined),
      text,
      fc.date({ noInvalidDate: false }),
      fc.uint8Array({ maxLength: 40 }),
      fc.array(tie('value'), { maxLength: 6 }),
      fc.dictionary(text, tie('value'), { maxKeys: 6 }),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => new Set(items)),
      fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
    ),
  })).value;

  it('comes back as it was logged', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          text.filter((key) => !/pass|secret|token|cookie|auth/i.test(key)),
          plain,
          { maxKeys: 8 },
        ),
        (fields) => {
          debug('Any', fields);
          const got = newest();
          expect(got.truncated).toBe(false);
          expect(got.fields.map(({ key }) => key)).toEqual(Object.keys(fields));
          for (const { key, value } of got.fields) expect(value).toEqual(fields[key]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('comes back in order, whatever stands around it', () => {
    const few = fc.array(
      fc.tuple(fc.constantFrom('m1', 'm2', 'm3'), fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), plain)),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(few, (logged) => {
        newRing();
        info('First');
        for (const [message, fields] of logged) debug(message, fields);
        expect(
          events()
            .slice(1)
            .map(({ message, values }) => [message, values]),
        ).toEqual(logged);
      }),
      { numRuns: 60 },
    );
  });
});
