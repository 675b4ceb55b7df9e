// Whatever is logged: recording never throws, never loses the rest of the event, and never takes time without bound.
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FieldValue, LogEvent } from 'ttlog';
import {
  display,
  emit,
  error,
  EventBuilder,
  getLogger,
  info,
  inspect,
  installBackend,
  lazy,
  span,
  warn,
  withContext,
} from 'ttlog';
import { contents, events, newRing, newest, promptly } from './support.js';

beforeEach(() => newRing());

function throwing(): never {
  throw new Error('boom');
}

const throwEverything: ProxyHandler<object> = {
  get: throwing, has: throwing, ownKeys: throwing, getPrototypeOf: throwing, getOwnPropertyDescriptor: throwing, set: throwing,
  apply: throwing, construct: throwing, defineProperty: throwing, deleteProperty: throwing, isExtensible: throwing,
}; // prettier-ignore

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(16);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

function rope(): string {
  let text = 'x';
  for (let i = 0; i < 20; i++) text = `${text}${text}${i}`;
  return text;
}

class EndlessSet extends Set {
  override *[Symbol.iterator](): SetIterator<number> {
    for (let i = 0; ; i++) yield i;
  }
}

class ThrowingMap extends Map {
  override [Symbol.iterator](): never {
    return throwing();
  }
  override get size(): number {
    return throwing();
  }
}

const manyNames = Array.from({ length: 100_000 }, (_, i) => `k${i}`);

const hostile: Record<string, () => unknown> = {
  'a throwing getter': () => Object.defineProperty({ a: 1 }, 'bad', { get: throwing, enumerable: true }),
  'a getter that throws undefined': () => ({ get bad() { throw undefined; } }), // prettier-ignore
  'a getter that throws something without a text': () => ({ get bad() { throw Object.create(null); } }), // prettier-ignore
  'a getter that throws a revoked proxy': () => ({ get bad() { throw revoked({}); } }), // prettier-ignore
  'a throwing toJSON': () => ({ toJSON: throwing }),
  'a throwing toJSON getter': () => ({ get toJSON() { return throwing(); } }), // prettier-ignore
  'a toJSON that gives itself': () => ({ a: 1, toJSON() { return this; } }), // prettier-ignore
  'a toJSON that gives others without end': () => { const more = (): object => ({ toJSON: more }); return more(); }, // prettier-ignore
  'a proxy that throws at everything': () => new Proxy({}, throwEverything),
  'a proxy of a function': () => new Proxy(() => {}, throwEverything),
  'a proxy of an array': () => new Proxy([1], throwEverything),
  'a proxy of an error': () => new Proxy(new Error('x'), throwEverything),
  'a proxy of a date': () => new Proxy(new Date(0), {}),
  'a proxy of a map': () => new Proxy(new Map(), {}),
  'a proxy with keys that are not there': () => new Proxy({}, { ownKeys: () => ['a', 'b'] }),
  'a proxy with 100 000 keys': () =>
    new Proxy({}, {
      ownKeys: () => manyNames,
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }),
    }), // prettier-ignore
  'a proxy that gives proxies without end': () => {
    const endless: object = new Proxy({}, {
      get: (_t, key) => (typeof key === 'symbol' || key === 'toJSON' ? undefined : endlessAgain()),
      ownKeys: () => ['a', 'b', 'c'],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    }); // prettier-ignore
    const endlessAgain = (): object => new Proxy(endless, {});
    return endless;
  },
  'a revoked proxy': () => revoked({}),
  'a revoked proxy of an array': () => revoked([]),
  'a revoked proxy of a function': () => revoked(() => {}),
  'a cycle': () => { const a: unknown[] = []; a.push(a, { a }); return a; }, // prettier-ignore
  'arrays in arrays, 128 to the power of 9': () => { let a: unknown = 1; for (let i = 0; i < 9; i++) a = Array.from({ length: 128 }, () => a); return a; }, // prettier-ignore
  '10 MB of text': () => 'x'.repeat(10_000_000),
  '10 MB of wide text': () => '漢'.repeat(3_300_000),
  'a rope': rope,
  'lone surrogates': () => '\uD800'.repeat(5000) + '\uDC00',
  'text that ends in half a character at the cut': () => '🎌'.repeat(200_000),
  'a key of 1 MB': () => ({ ['k'.repeat(1_000_000)]: 1 }),
  'a __proto__ key': () => JSON.parse('{"__proto__": {"__proto__": null}, "a": 1}') as object,
  'a symbol': () => Symbol('s'.repeat(100_000)),
  'a bigint of 300 000 digits': () => 10n ** 300_000n,
  '100 000 keys': () => Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`key ${i}`, i])),
  'an array of 2^32-1 holes': () => Object.assign([], { length: 2 ** 32 - 1 }),
  'an array of a million': () => Array.from({ length: 1_000_000 }, () => 'item'),
  'an array with a throwing item': () => Object.defineProperty([1, 2, 3], 1, { get: throwing }),
  'an array with an endless iterator': () => Object.assign([1], { *[Symbol.iterator]() { for (;;) yield 1; } }), // prettier-ignore
  'a frozen error': () => Object.freeze(new Error('frozen')),
  'an error that throws at everything': () => {
    const bad = new Error('x');
    for (const key of ['stack', 'name', 'message', 'cause', 'errors', 'constructor']) {
      Object.defineProperty(bad, key, { get: throwing, enumerable: true });
    }
    return bad;
  },
  'an error whose parts have no text': () => {
    const bad = Object.create(null) as object;
    return Object.assign(new Error('x'), { name: bad, message: bad, stack: bad, cause: bad });
  },
  'an error that is its own cause': () => { const e = new Error('x'); e.cause = e; return e; }, // prettier-ignore
  'errors behind errors without end': () =>
    Object.defineProperty(new Error('x'), 'cause', { get: function endless() { return Object.defineProperty(new Error('y'), 'cause', { get: endless }); } }), // prettier-ignore
  'an error with a message of 10 MB': () => new Error('m'.repeat(10_000_000)),
  'an aggregate of aggregates': () => { let e = new AggregateError([]); for (let i = 0; i < 100; i++) e = new AggregateError([e, e, e]); return e; }, // prettier-ignore
  'a thing that says it is an error': () => ({ [Symbol.toStringTag]: 'Error', a: 1 }),
  'an object that inherits from Error only': () => Object.create(Error.prototype) as object,
  'an invalid date': () => new Date(Number.NaN),
  'a date that throws': () => Object.assign(new Date(), { getTime: throwing }),
  'a date that is none': () => Object.create(Date.prototype) as object,
  'a map that is none': () => Object.create(Map.prototype) as object,
  'a set with an endless iterator': () => new EndlessSet([1, 2]),
  'a map that throws': () => Object.setPrototypeOf(new Map([['a', 1]]), ThrowingMap.prototype),
  'a map that holds itself': () => { const m = new Map(); m.set(m, m); return m; }, // prettier-ignore
  'an endless generator': () => (function* endless() { for (;;) yield 1; })(), // prettier-ignore
  'a boxed number without end': () => { class N extends Number { override valueOf(): never { return new N() as never; } } return new N(); }, // prettier-ignore
  'a function whose name throws': () => Object.defineProperty(() => {}, 'name', { get: throwing }),
  'a class whose name is a symbol': () => Object.defineProperty(() => {}, 'name', { value: Symbol('n') }), // prettier-ignore
  'a detached buffer': () => detached(),
  'a view of a detached buffer': () => { const b = new ArrayBuffer(16); const v = new Uint8Array(b); structuredClone(b, { transfer: [b] }); return v; }, // prettier-ignore
  'a DataView of a detached buffer': () => { const b = new ArrayBuffer(16); const v = new DataView(b); structuredClone(b, { transfer: [b] }); return v; }, // prettier-ignore
  'a view of shared memory': () => new Float32Array(new SharedArrayBuffer(4096)),
  'a view of 10 MB': () => new Uint8Array(10_000_000),
  'a view with a length of its own': () => Object.defineProperty(new Float64Array(2), 'length', { value: 1e9 }),
  'a symbol wrapper': () => Object(Symbol('x')) as object,
  'globalThis': () => globalThis, // prettier-ignore
  'display of what has no text': () => display(Object.create(null)),
  'display of what throws': () => display({ toString: throwing }),
  'inspect of a proxy that throws': () => inspect(new Proxy({}, throwEverything)),
  'inspect of what throws': () => inspect({ [Symbol.for('nodejs.util.inspect.custom')]: throwing }),
  'lazy that throws': () => lazy(throwing),
  'lazy that throws undefined': () => lazy(() => { throw undefined; }), // prettier-ignore
  'lazy without a function': () => lazy(undefined as never),
  'lazy without end': () => { const endless = (): unknown => lazy(endless); return lazy(endless); }, // prettier-ignore
};

const names = Object.keys(hostile);

describe.each(names)('%s', (name) => {
  const value = hostile[name]();

  it('as a field', () => {
    promptly(() => info('Hostile', { before: 1, value, after: 2 }));
    expect(newest()).toMatchObject({ message: 'Hostile', values: { before: 1, after: 2 } });
    expect(newest().fields.map(({ key }) => key)).toEqual(['before', 'value', 'after']);
  });

  it('inside another value', () => {
    promptly(() => info('Hostile', { deep: { before: 1, value: [value], after: 2 }, last: 3 }));
    expect(newest().values).toMatchObject({ deep: { before: 1, after: 2 }, last: 3 });
  });

  it('in a record that carries its own names', () => {
    newRing(undefined, 64);
    promptly(() => info('Hostile', { before: 1, value, after: 2 }));
    expect(newest()).toMatchObject({ message: 'Hostile', values: { before: 1, after: 2 } });
  });

  it('in place of the fields, of the message, of everything', () => {
    promptly(() => info('Hostile', value as object));
    expect(newest().message).toBe('Hostile');
    promptly(() => info(value as object, 'Hostile'));
    promptly(() => info(value as never));
    promptly(() => info(value as never, value as never));
    promptly(() => info('Hostile', [value]));
    expect(events()).toHaveLength(5);
  });

  it('in a context, bindings, a span and an error', () => {
    withContext({ before: 1, value }, () => {
      const log = promptly(() => getLogger('hostile', { bound: value, b: 1 }).child({ value2: value, c: 2 }));
      log.info('Hostile', { own: 3 });
      expect(newest().values).toMatchObject({ before: 1, b: 1, c: 2, own: 3 });
      const work = promptly(() => span('work', { value, d: 4 }));
      promptly(() => log.span('of a logger', value as object).end());
      promptly(() => work.record({ more: value, e: 5 }));
      promptly(() => work.record(value as object));
      promptly(() => work.event('In it', { value }));
      promptly(() => work.fail(value));
      expect(newest()).toMatchObject({ kind: 'span', name: 'work', outcome: 'error', values: { d: 4, e: 5 } });
    });
    promptly(() => error('Failed', Object.assign(new Error('x', { cause: value }), { value, own: 1 })));
    expect(newest().values['err']).toMatchObject({ message: 'x', own: 1 });
    if (typeof value !== 'string') promptly(() => withContext(value as object, () => info('In it')));
    promptly(() => getLogger('hostile', value as object).warn('Bound'));
    expect(newest().message).toBe('Bound');
  });

  it('in an event that was built by hand, and for a backend', () => {
    promptly(() => emit(EventBuilder.withCapacity(2).message('Built').field('value', value).field('after', 1).build()));
    expect(newest()).toMatchObject({ message: 'Built', values: { after: 1 } });
    const seen: LogEvent[] = [];
    const previous = installBackend({ emit: (event) => void seen.push(event), flush() {}, setLevel() {} });
    try {
      promptly(() => warn('Handed over', { before: 1, value, after: 2 }));
      promptly(() => warn(value as never));
    } finally {
      installBackend(previous);
    }
    expect(seen).toHaveLength(2);
    expect(seen[0].fields.map(({ key }) => key)).toEqual(['before', 'value', 'after']);
  });
});

describe('any graph of objects', () => {
  // As functions: fast-check itself looks into values, and would trip over these.
  const leaf = fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withSparseArray: true, withNullPrototype: true, withObjectString: true, withBoxedValues: true }).map((value) => () => value),
    fc.constantFrom(...names.filter((name) => !/MB|million|100 000|power/.test(name))).map((name) => hostile[name]),
    fc.string({ unit: 'binary', maxLength: 4000 }).map((value) => () => value),
    fc.string({ unit: 'binary', minLength: 40, maxLength: 60 }).map((value) => () => value),
  ); // prettier-ignore

  it('is recorded, with the rest of the event', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary' }), leaf), { maxLength: 8 }),
        fc.boolean(),
        (entries, inline) => {
          if (inline) newRing(undefined, 64);
          const graph = Object.create(null) as Record<string, unknown>;
          for (const [key, make] of entries) graph[`_${key}`] = make();
          graph['self'] = graph;
          promptly(() => info('Any', { first: 1, graph, ...graph, last: 2 }));
          expect(newest()).toMatchObject({ message: 'Any', values: { first: 1, last: 2 } });
        },
      ),
      { numRuns: 100, endOnFailure: true },
    );
  });

  it('leaves what was recorded around it as it was', () => {
    newRing();
    const around: Record<string, FieldValue>[] = [];
    fc.assert(
      fc.property(leaf, fc.nat(), (value, n) => {
        around.push({ n, text: 'x'.repeat(n % 70) });
        info('Hostile', { value: value() });
        info('Around', around.at(-1));
      }),
      { numRuns: 100, endOnFailure: true },
    );
    const got = contents()
      .records.filter(({ message }) => message === 'Around')
      .map(({ values }) => values);
    expect(got.length).toBeGreaterThan(20);
    expect(got).toEqual(around.slice(-got.length));
  });
});
