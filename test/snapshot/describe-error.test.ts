import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeError, plainValue } from '../../src/recorder/snapshot-error.js';

describe('what was thrown', () => {
  test('an error has its class, message, stack and own properties', () => {
    class PaymentError extends Error {
      code = 'E_DECLINED';
      detail = { attempts: 3, card: { brand: 'visa' } };
    }
    const described = describeError(new PaymentError('card declined'));
    expect(described).toEqual({
      type: 'PaymentError',
      message: 'card declined',
      stack: expect.stringMatching(/^Error: card declined\n {4}at /) as string,
      properties: { code: 'E_DECLINED', detail: { attempts: 3, card: { brand: 'visa' } } },
    });
  });

  test('a cause has a cause', () => {
    const described = describeError(new Error('outer', { cause: new TypeError('inner', { cause: 'the end' }) }));
    expect(described.cause).toMatchObject({ type: 'TypeError', message: 'inner' });
    expect(described.cause?.cause).toEqual({ type: 'string', message: 'the end' });
  });

  test('an AggregateError has its errors', () => {
    const described = describeError(new AggregateError([new Error('one'), 'two', undefined], 'all failed'));
    expect(described).toMatchObject({ type: 'AggregateError', message: 'all failed' });
    expect(described.errors?.map(({ type, message }) => [type, message])).toEqual([
      ['Error', 'one'],
      ['string', 'two'],
      ['undefined', 'undefined'],
    ]);
  });

  test.each([
    [undefined, { type: 'undefined', message: 'undefined' }],
    [null, { type: 'null', message: 'null' }],
    ['a text', { type: 'string', message: 'a text' }],
    [0, { type: 'number', message: '0' }],
    [10n, { type: 'bigint', message: '10' }],
    [Symbol('s'), { type: 'symbol', message: 'Symbol(s)' }],
    [() => 1, { type: 'function', message: '[Function]' }],
    [{ code: 7 }, { type: 'Object', message: '[Not an Error]', properties: { code: 7 } }],
    [{ message: 'looks like one' }, { type: 'Object', message: 'looks like one' }],
    [[1, 2], { type: 'Array', message: '[Array of 2]', properties: { 0: 1, 1: 2 } }],
    [Object.create(null), { type: 'Object', message: '[Not an Error]' }],
  ])('%o can be thrown', (thrown, expected) => {
    expect(describeError(thrown)).toEqual(expected);
  });

  test('an error of another realm is one', () => {
    expect(describeError(runInNewContext('new RangeError("far")'))).toMatchObject({
      type: 'RangeError',
      message: 'far',
    });
  });

  test('secrets among the properties are redacted', () => {
    const described = describeError(
      Object.assign(new Error('x'), { password: 'hunter2', config: { apiKey: 'k', url: 'u' } }),
    );
    expect(described.properties).toEqual({ password: '[Redacted]', config: { apiKey: '[Redacted]', url: 'u' } });
  });
});

describe('what fights back', () => {
  test('getters of the application are not run', () => {
    let ran = 0;
    const error = Object.defineProperty(new Error('x'), 'lazy', { enumerable: true, get: () => ran++ });
    expect(describeError(error).properties).toEqual({ lazy: '[Getter]' });
    expect(ran).toBe(0);
  });

  test('a message that throws is a mark', () => {
    const error = Object.defineProperty(new Error('x'), 'message', {
      get() {
        throw new Error('no message for you');
      },
    });
    expect(describeError(error).message).toBe('[Throws: no message for you]');
  });

  test('a proxy is not touched', () => {
    let touched = 0;
    const trap = () => {
      touched++;
      throw new Error('trap');
    };
    const handler = { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap };
    expect(describeError(new Proxy(new Error('x'), handler))).toEqual({ type: 'Proxy', message: '[Proxy]' });
    expect(describeError(Object.assign(new Error('y'), { inner: new Proxy({}, handler) })).properties).toEqual({
      inner: '[Proxy]',
    });
    expect(touched).toBe(0);
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    expect(describeError(revoked.proxy)).toEqual({ type: 'Proxy', message: '[Proxy]' });
  });

  test('a proxy as prototype does not get through', () => {
    const prototype = new Proxy(Error.prototype, {
      get() {
        throw new Error('trap');
      },
      has() {
        throw new Error('trap');
      },
    });
    expect(() => describeError(Object.setPrototypeOf(new Error('x'), prototype))).not.toThrow();
  });

  test('circles end', () => {
    const error = new Error('a');
    error.cause = new Error('b', { cause: error });
    expect(describeError(error).cause?.cause).toEqual({ type: 'Error', message: '[Circular]' });
    const holder: Record<string, unknown> = {};
    holder['self'] = holder;
    expect(plainValue(holder)).toEqual({ self: '[Circular]' });
  });

  test('chains and crowds are cut, and say so', () => {
    let deep = new Error('0');
    for (let i = 1; i < 1000; i++) deep = new Error(String(i), { cause: deep });
    let depth = 0;
    let at = describeError(deep);
    for (; at.cause !== undefined; at = at.cause) depth++;
    expect(depth).toBe(16);
    expect(at.leftOut).toBe(1);
    const many = describeError(new AggregateError(Array.from({ length: 1000 }, (_, i) => new Error(String(i)))));
    expect(many.errors?.length).toBe(16);
    expect(many.leftOut).toBe(984);
  });

  test('huge texts, objects and arrays are cut', () => {
    const huge = Object.assign(new Error('m'.repeat(10_000_000)), {
      wide: Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i])),
      long: Array.from({ length: 100_000 }, () => 'x'.repeat(100)),
    });
    const described = describeError(huge);
    expect(JSON.stringify(described).length).toBeLessThan(120_000);
    expect(described.message).toMatch(/… \[\d+ more\]$/);
  });

  test('a key named __proto__ is a key', () => {
    const properties = describeError(
      Object.defineProperty(new Error('x'), '__proto__', { enumerable: true, value: { polluted: 1 } }),
    ).properties!;
    expect(Object.keys(properties)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('anything at all becomes JSON', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withTypedArray: true,
          withNullPrototype: true,
        }),
        (thrown) => {
          const described = describeError(thrown);
          expect(typeof described.type).toBe('string');
          expect(typeof described.message).toBe('string');
          expect(JSON.parse(JSON.stringify(described))).toBeDefined();
        },
      ),
    );
  });
});
