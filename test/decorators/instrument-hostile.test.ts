// Whatever the arguments, the object, the result and the option functions are: the method does what it would have done.
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { Instrument } from 'ttlog/decorators';
import { recorded, startRecording } from '../support/recorded.js';

beforeEach(startRecording);

const boom = (): never => {
  throw new Error('boom');
};

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** An object all of whose traps throw. */
function trapped(): object {
  return new Proxy({}, new Proxy({}, { get: () => boom }));
}

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;

const hostile: readonly (readonly [string, () => unknown])[] = [
  ['a revoked proxy', revoked],
  ['a proxy all of whose traps throw', trapped],
  ['an object with a getter that throws', () => Object.defineProperty({}, 'x', { get: boom, enumerable: true })],
  ['an object whose toJSON throws', () => ({ toJSON: boom })],
  ['an object whose constructor cannot be read', () => Object.defineProperty({}, 'constructor', { get: boom })],
  ['a thenable whose then cannot be read', () => Object.defineProperty({}, 'then', { get: boom })],
  ['a cycle', () => cyclic],
  ['an object without a prototype', () => Object.create(null) as unknown],
  ['a symbol', () => Symbol('s')],
  ['a function', () => boom],
  ['a long text', () => 'x'.repeat(1_000_000)],
  ['a lone surrogate', () => '\ud800'],
  ['a key that is a prototype', () => JSON.parse('{"__proto__": {"polluted": true}}') as unknown],
];

class Service {
  @Instrument({
    args: ['value', 'rest'],
    fields: (value) => value as object,
    ret: true,
  })
  identity(value: unknown, ..._rest: unknown[]): unknown {
    return value;
  }

  @Instrument({ args: false, ret: (value) => value as object })
  computed(value: unknown): unknown {
    return value;
  }

  @Instrument()
  byDefault(first: unknown, second: unknown): unknown {
    return [first, second];
  }

  @Instrument({ args: ['thrown'] })
  fails(thrown: unknown): never {
    throw thrown;
  }

  @Instrument({ fields: boom, ret: boom })
  throwingOptions(value: number): number {
    return value;
  }
}

const service = new Service();

test.each(hostile)('%s: as argument, as result, as fields, thrown', (_what, make) => {
  const value = make();
  expect(service.identity(value, value) === value).toBe(true);
  expect(service.computed(value) === value).toBe(true);
  const both = service.byDefault(value, value) as unknown[];
  expect(both[0] === value && both[1] === value).toBe(true);
  let caught: unknown;
  try {
    service.fails(value);
  } catch (error) {
    caught = error;
  }
  expect(caught === value).toBe(true);
  expect(recorded().spans.map(({ message, outcome }) => [message, outcome])).toEqual([
    ['Service.identity', 'ok'],
    ['Service.computed', 'ok'],
    ['Service.byDefault', 'ok'],
    ['Service.fails', 'error'],
  ]);
});

test('anything at all', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withObjectString: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  } as fc.ObjectConstraints);
  fc.assert(
    fc.property(anything, fc.array(anything, { maxLength: 3 }), (value, rest) => {
      expect(service.identity(value, ...rest)).toBe(value);
      expect(service.computed(value)).toBe(value);
    }),
    { numRuns: 100 },
  );
  expect(recorded().spans.map(({ outcome }) => outcome)).toContain('ok');
  expect('polluted' in {}).toBe(false);
});

test('option functions that throw cost their own fields', () => {
  expect(service.throwingOptions(7)).toBe(7);
  expect(recorded().span('Service.throwingOptions').outcome).toBe('ok');
});

describe('the object', () => {
  class Shop {
    @Instrument()
    open(): number {
      return 1;
    }
    @Instrument()
    static make(): number {
      return 2;
    }
  }

  test.each<[string, () => unknown]>([
    ['a proxy all of whose traps throw', trapped],
    ['a revoked proxy', revoked],
    ['an object whose constructor cannot be read', () => Object.defineProperty({}, 'constructor', { get: boom })],
    ['an object with a prototype that is a trapped proxy', () => Object.create(trapped()) as unknown],
    ['a primitive', () => 7],
    ['nothing', () => undefined],
  ])('%s', (_what, make) => {
    // A class of its own: the first call is the one that looks for the class.
    class Fresh {
      @Instrument()
      open(): number {
        return 1;
      }
    }
    expect(Reflect.apply(Fresh.prototype.open, make(), [])).toBe(1);
    expect(Reflect.apply(Shop.make, make(), [])).toBe(2);
    expect(recorded().spans.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
    expect(new Fresh().open()).toBe(1);
    expect(recorded().spans[2]).toMatchObject({ message: 'Fresh.open', target: 'Fresh' });
  });

  test('a class that says its name itself', () => {
    class Named {
      static get name(): string {
        return boom();
      }
      @Instrument()
      run(): number {
        return 1;
      }
    }
    expect(new Named().run()).toBe(1);
    expect(recorded().spans).toHaveLength(1);
  });
});
