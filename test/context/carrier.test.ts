import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import type { TraceHeaders } from 'ttlog';
import { currentContext, currentSpan, exportContext, info, inspect, span, suppress, withCarrier } from 'ttlog';
import { withContext, withSpan } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { MIN_CAPACITY_BYTES } from '../../src/core/layout.js';
import { replaceRing } from '../../src/core/ring-of-thread.js';
import { recorded, startRecording } from '../support/recorded.js';

beforeEach(startRecording);

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const PARENT = `00-${TRACE}-${SPAN}-01`;

/** Across a wire. */
const sent = <T>(carrier: T): T => JSON.parse(JSON.stringify(carrier)) as T;

describe('exportContext', () => {
  test('is empty outside any scope', () => {
    expect(exportContext()).toEqual({});
    expect(exportContext({ fields: false })).toEqual({});
  });

  test('has the trace and the fields, the inner ones winning', () => {
    withContext({ request_id: 'r-1', step: 1 }, () =>
      withSpan('work', { not: 'context' }, (work) =>
        withContext('step', 2, () => {
          expect(exportContext()).toEqual({ traceparent: work.traceparent, fields: { request_id: 'r-1', step: 2 } });
        }),
      ),
    );
  });

  test('takes the named fields, or the headers alone', () => {
    withContext({ a: 1, b: 2 }, () => {
      expect(exportContext({ fields: ['b', 'c'] })).toEqual({ fields: { b: 2 } });
      const headers = exportContext({ fields: false });
      expectTypeOf(headers).toEqualTypeOf<TraceHeaders>();
      expect(headers).toEqual({});
    });
  });

  test('is redacted as records are', () => {
    withContext({ password: 'x', user: { name: 'ada', apiKey: 'y' } }, () => {
      expect(exportContext().fields).toEqual({ password: '[Redacted]', user: { name: 'ada', apiKey: '[Redacted]' } });
    });
  });

  test('JSON can hold it, whatever is in the context', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const hostile = new Error('x');
    Object.defineProperty(hostile, 'message', {
      get: () => {
        throw new Error('no');
      },
    });
    const fields = {
      big: 10n ** 30n, date: new Date(0), never: new Date(Number.NaN), map: new Map<unknown, unknown>([['a', 1], [2, new Set([1])]]),
      error: new RangeError('too far'), hostile, nan: Number.NaN, infinite: -Infinity, nothing: undefined, nil: null, fn: () => 1,
      bytes: new Uint8Array([1, 2]), symbol: Symbol('s'), circular, shown: inspect({ a: 1 }), ['__proto__']: 'mine',
      get throwing(): never { throw new Error('no'); },
    }; // prettier-ignore
    const carrier = withContext(fields, () => exportContext());
    expect(sent(carrier)).toEqual(carrier);
    expect(carrier.fields).toMatchObject({
      big: '1000000000000000000000000000000',
      date: '1970-01-01T00:00:00.000Z',
      never: null,
      map: { a: 1, 2: [1] },
      error: { type: 'RangeError', message: 'too far' },
      nan: null,
      infinite: null,
      nil: null,
      bytes: 'AQI=',
      circular: { self: '[Circular]' },
      throwing: '[Throws: no]',
    });
    expect(carrier.fields).not.toHaveProperty('nothing');
  });

  test('is at most some 8 KiB, and says how many fields did not fit', () => {
    const fields = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, 'ä'.repeat(200)]));
    const carrier = withContext({ small: 1, huge: 'x'.repeat(100_000), ...fields }, () => exportContext());
    expect(Buffer.byteLength(JSON.stringify(carrier))).toBeLessThan(9000);
    expect(carrier.fields).toHaveProperty('small');
    expect(carrier.fields).not.toHaveProperty('huge');
    expect(Object.keys(carrier.fields!).length + carrier.leftOut!).toBe(102);
  });

  test('inside suppress there is no trace', () => {
    withContext('a', 1, () =>
      withSpan('work', () => {
        expect(suppress(() => exportContext())).toEqual({ fields: { a: 1 } });
        expect(suppress(() => exportContext(), 'warn')).toEqual({ fields: { a: 1 } });
      }),
    );
  });

  test('a trace that is not sampled goes on as one that is not, with ids that stay', () => {
    class Health {
      @Instrument({ sample: 0 })
      check(): TraceHeaders[] {
        return [exportContext(), withSpan('inner', () => exportContext()), withContext('a', 1, () => exportContext())];
      }
    }
    const [first, second, third] = new Health().check();
    expect(first.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(second).toEqual(first);
    expect(third).toEqual({ ...first, fields: { a: 1 } });
    expect(new Health().check()[0]).not.toEqual(first);
    expect(recorded().records).toEqual([]);
  });
});

describe('withCarrier', () => {
  test('spans are children of the exporting span, and everything has its fields', () => {
    const carrier = withContext('request_id', 'r-1', () =>
      withSpan('publish', () => {
        info('sent');
        return sent(exportContext());
      }),
    );
    const result = withCarrier(carrier, () => {
      info('outside a span');
      expect(currentSpan()).toBeUndefined();
      return withSpan('consume', () => {
        info('inside');
        return currentContext();
      });
    });
    expect(result).toEqual({ request_id: 'r-1' });
    const { span: of, event, open } = recorded();
    expect(of('consume')).toMatchObject({ parentSpanId: of('publish').spanId, traceId: of('publish').traceId });
    expect(of('consume').values['request_id']).toBe('r-1');
    expect(event('outside a span')).toMatchObject({
      spanId: of('publish').spanId,
      traceId: of('publish').traceId,
      values: { request_id: 'r-1' },
      late: false,
      truncated: false,
    });
    expect(event('inside').spanId).toBe(of('consume').spanId);
    expect(open).toEqual([]);
  });

  test('goes on across awaits, and comes back afterwards', async () => {
    await withContext('own', 1, async () => {
      await withCarrier({ traceparent: PARENT, fields: { a: 2 } }, async () => {
        await turn();
        expect(currentContext()).toEqual({ own: 1, a: 2 });
        expect(span('x').traceId).toBe(TRACE);
      });
      expect(currentContext()).toEqual({ own: 1 });
      expect(span('y').traceId).not.toBe(TRACE);
    });
  });

  test('the flags, the tracestate and the baggage go on', () => {
    const carrier = {
      traceparent: `00-${TRACE}-${SPAN}-02`,
      tracestate: 'rojo=1, congo=2',
      baggage: 'user=ada;p, nonsense, b = 2',
    };
    withCarrier(carrier, () => {
      expect(exportContext()).toEqual({ ...carrier, tracestate: 'rojo=1,congo=2', baggage: 'user=ada;p,b=2' });
      withSpan('work', (work) => {
        expect(work.traceparent).toBe(`00-${TRACE}-${work.spanId}-02`);
        expect(exportContext()).toMatchObject({ tracestate: 'rojo=1,congo=2', baggage: 'user=ada;p,b=2' });
      });
    });
    expect(recorded().span('work').traceId).toBe(TRACE); // what the caller does not record, we do
  });

  test('without a valid traceparent a tracestate means nothing', () => {
    withCarrier({ traceparent: 'nonsense', tracestate: 'rojo=1' }, () => expect(exportContext()).toEqual({}));
  });

  test.each([
    ['the text of a traceparent', PARENT],
    ['JSON', JSON.stringify({ traceparent: PARENT })],
    ['Headers', new Headers({ Traceparent: PARENT })],
    ['a Map', new Map([['traceparent', PARENT]])],
    ['bytes, as Kafka has them', { traceparent: Buffer.from(PARENT) }],
    ['other letter case', { TraceParent: PARENT }],
    ['no prototype', Object.assign(Object.create(null) as object, { traceparent: PARENT })],
  ])('takes %s', (_what, carrier) => {
    withCarrier(carrier, () => expect(span('x').traceId).toBe(TRACE));
  });

  test('fields are redacted and bounded here too', () => {
    const fields = { token: 'x', deep: JSON.parse('['.repeat(1000) + ']'.repeat(1000)) as unknown, a: 1 };
    withCarrier({ fields }, () => {
      expect(currentContext()).toMatchObject({ token: '[Redacted]', a: 1 });
      expect(JSON.stringify(currentContext()).length).toBeLessThan(1000);
    });
  });

  test('an exporting span in a trace that is not sampled here is continued all the same', () => {
    class Loop {
      @Instrument({ sample: 0 })
      run(): void {
        withSpan('silent', () => {});
        withCarrier({ traceparent: PARENT }, () => withSpan('heard', () => {}));
      }
    }
    new Loop().run();
    expect(recorded().spans.map(({ message, traceId }) => [message, traceId])).toEqual([['heard', TRACE]]);
  });

  test('passes on what is thrown', () => {
    expect(() =>
      withCarrier({ fields: { a: 1 } }, () => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
    expect(currentContext()).toEqual({});
  });

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
    ['no JSON', '{"traceparent":'],
    ['JSON of something else', '[1,2]'],
    ['a list', [1, 2]],
    ['a list of fields', { fields: [1, 2] }],
    ['a function', () => 1],
    [
      'getters that throw',
      {
        get traceparent() {
          throw new Error('no');
        },
        get fields() {
          throw new Error('no');
        },
      },
    ],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          get() {
            throw new Error('no');
          },
          ownKeys() {
            throw new Error('no');
          },
        },
      ),
    ],
    [
      'a Headers that throws',
      {
        get() {
          throw new Error('no');
        },
      },
    ],
    ['endless text', 'x'.repeat(1_000_000)],
  ])('%s is no carrier: nothing throws, nothing changes', (_what, carrier) => {
    // prettier-ignore
    withContext('own', 1, () => {
      expect(withCarrier(carrier, () => [currentContext(), exportContext({ fields: false })])).toEqual([{ own: 1 }, {}]);
    });
  });
});

test('any carrier: nothing throws, the function runs once, what is recorded inside is whole', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom(PARENT, `${PARENT}-x`, 'a=1', 'a=1,b=2'), fc.anything());
  const likely = fc.record(
    { traceparent: text, tracestate: text, baggage: text, fields: fc.oneof(fc.object(), fc.anything()) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(likely, fc.anything({ withNullPrototype: true, withMap: true }), fc.json()), (carrier) => {
      replaceRing(MIN_CAPACITY_BYTES);
      let runs = 0;
      withCarrier(carrier, () => {
        runs++;
        info('event');
        withSpan('work', () => info('inside'));
        expect(sent(exportContext())).toEqual(exportContext());
      });
      expect(runs).toBe(1);
      const { event, span: of } = recorded();
      expect(event('inside')).toMatchObject({ spanId: of('work').spanId });
      expect(event('event').traceId ?? of('work').traceId).toBe(of('work').traceId);
    }),
    { numRuns: 60 },
  );
});

test('a context that was exported is the same when it is exported again', () => {
  const key = fc.stringMatching(/^[a-z_]{1,12}$/);
  fc.assert(
    fc.property(fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 10 }), (fields) => {
      const carrier = withContext(fields, () => exportContext());
      expect(withCarrier(sent(carrier), () => exportContext())).toEqual(carrier);
    }),
  );
});
