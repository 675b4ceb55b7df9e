import { EventEmitter } from 'node:events';
import type { Context } from '@opentelemetry/api';
import { context, createContextKey, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { isTracingSuppressed, suppressTracing, unsuppressTracing } from '@opentelemetry/core';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  currentContext,
  currentSpan,
  exportContext,
  info,
  span,
  suppress,
  trace as traceEvent,
  withCarrier,
  withContext,
  withSpan,
} from 'ttlog';
import { READER_CAPTURES } from '../../../src/core/layout.js';
import { state } from '../../../src/core/state.js';
import { follow, readAll } from '../../support/reading.js';
import { attributesOf, enable, eventOf, records, spanOf } from './support.js';

const KEY = createContextKey('a key of a test');
const with1 = (value: unknown): Context => context.active().setValue(KEY, value);

beforeEach(() => void enable());

describe('what OpenTelemetry expects of a context manager', () => {
  test('outside everything there is the root context', () => {
    expect(context.active()).toBe(ROOT_CONTEXT);
    context.with(ROOT_CONTEXT, () => expect(context.active()).toBe(ROOT_CONTEXT));
  });

  test('what runs in a context has that very context, and the one before comes back', async () => {
    const outer = ROOT_CONTEXT.setValue(KEY, 1);
    await context.with(outer, async () => {
      expect(context.active()).toBe(outer);
      const inner = outer.setValue(KEY, 2);
      await context.with(inner, async () => {
        await new Promise(setImmediate);
        expect(context.active()).toBe(inner);
      });
      expect(context.active()).toBe(outer);
    });
    expect(context.active()).toBe(ROOT_CONTEXT);
  });

  test('this, arguments, result and what is thrown', () => {
    const self = { n: 1 };
    const ctx = with1(1);
    function add(this: { n: number }, a: number, b: number): number {
      return this.n + a + b;
    }
    expect(context.with(ctx, add, self, 2, 3)).toBe(6);
    const error = new Error('thrown');
    expect(() =>
      context.with(ctx, () => {
        throw error;
      }),
    ).toThrow(error);
    expect(context.active()).toBe(ROOT_CONTEXT);
  });

  test('two at the same time do not see each other', async () => {
    const seen = await Promise.all(
      [1, 2, 3].map((value) =>
        context.with(with1(value), async () => {
          await new Promise(setImmediate);
          return context.active().getValue(KEY);
        }),
      ),
    );
    expect(seen).toEqual([1, 2, 3]);
  });

  test('bind: functions, emitters, and what cannot be bound', () => {
    const ctx = with1('bound');
    const bound = context.bind(ctx, function (this: unknown, ...args: number[]) {
      return [this, context.active().getValue(KEY), ...args];
    });
    const self = {};
    expect(bound.call(self, 1, 2)).toEqual([self, 'bound', 1, 2]);
    const emitter = context.bind(ctx, new EventEmitter());
    const seen: unknown[] = [];
    const listener = (): void => void seen.push(context.active().getValue(KEY));
    emitter.on('a', listener);
    emitter.once('a', listener);
    emitter.emit('a');
    emitter.removeListener('a', listener);
    emitter.emit('a');
    expect(seen).toEqual(['bound', 'bound']);
    expect(context.bind(ctx, 7)).toBe(7);
    expect(context.bind(ctx, undefined)).toBeUndefined();
  });
});

describe('with ttlog', () => {
  test('a context of ttlog is kept inside, whether the context comes from it or not', async () => {
    withContext({ request_id: 'r-1' }, () => {
      context.with(with1(1), () => info('derived'));
      context.with(ROOT_CONTEXT, () => info('of nowhere'));
    });
    expect((await eventOf('derived')).values).toEqual({ request_id: 'r-1' });
    expect((await eventOf('of nowhere')).values).toEqual({ request_id: 'r-1' });
  });

  test('a context that was kept brings the fields back that it was made in', () => {
    const kept = withContext({ request_id: 'r-1' }, () => context.active());
    const more = withContext({ request_id: 'r-2' }, () => with1(1));
    expect(context.with(kept, currentContext)).toEqual({ request_id: 'r-1' });
    withContext({ request_id: 'r-3' }, () => expect(context.with(more, currentContext)).toEqual({ request_id: 'r-2' }));
  });

  test('values of a context are seen inside what ttlog opens, also after its end', async () => {
    await context.with(with1('kept'), async () => {
      expect(withContext({ a: 1 }, () => context.active().getValue(KEY))).toBe('kept');
      const opened = span('ours');
      await opened.run(async () => {
        opened.end();
        await new Promise(setImmediate);
        expect(context.active().getValue(KEY)).toBe('kept');
        expect(trace.getActiveSpan()?.spanContext().spanId).toBe(opened.spanId);
      });
    });
  });

  test('the active context is the same object each time', () => {
    withSpan('ours', () => {
      expect(context.active()).toBe(context.active());
      const active = context.active();
      context.with(active, () => expect(context.active()).toBe(active));
    });
  });

  test('suppressTracing: no spans and no headers, but events', async () => {
    withSpan('around', () =>
      context.with(suppressTracing(context.active()), () => {
        expect(exportContext()).toEqual({});
        withSpan('quiet', () => info('told'));
        trace.getTracer('library').startSpan('quiet too').end();
        traceEvent('not told');
      }),
    );
    expect((await records()).map(({ message }) => message)).toEqual(['told', 'around']);
  });

  test('suppress of ttlog is suppressed tracing, until somebody takes it back', () => {
    suppress(() => {
      expect(isTracingSuppressed(context.active())).toBe(true);
      context.with(unsuppressTracing(context.active()), () => {
        expect(trace.getTracer('library').startSpan('told').isRecording()).toBe(true);
      });
    });
    expect(isTracingSuppressed(context.active())).toBe(false);
  });

  test('baggage goes both ways', () => {
    const baggage = propagation.createBaggage({ tenant: { value: 'acme & co' } });
    withSpan('ours', () =>
      context.with(propagation.setBaggage(context.active(), baggage), () => {
        expect(exportContext({ fields: false }).baggage).toBe('tenant=acme%20&%20co');
        withSpan('inner', () => expect(exportContext({ fields: false }).baggage).toBe('tenant=acme%20&%20co'));
      }),
    );
    const carrier = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', baggage: 'user=7;admin' };
    withCarrier(carrier, () => {
      const entry = propagation.getActiveBaggage()?.getEntry('user');
      expect([entry?.value, entry?.metadata?.toString()]).toEqual(['7', 'admin']);
      expect(trace.getActiveSpan()?.spanContext()).toMatchObject({ spanId: '00f067aa0ba902b7', isRemote: true });
    });
  });

  test('a span that is set on a context is the parent of what ttlog opens in it', async () => {
    const parent = trace.getTracer('library').startSpan('parent');
    context.with(trace.setSpan(context.active(), parent), () => {
      expect(currentSpan()?.spanId).toBe(parent.spanContext().spanId);
      withSpan('child', () => info('inside'));
    });
    parent.end();
    expect((await spanOf('child')).parentSpanId).toBe(parent.spanContext().spanId);
    expect((await eventOf('inside')).traceId).toBe(parent.spanContext().traceId);
  });

  test('a context without a span is outside of all spans', async () => {
    withSpan('around', () => context.with(trace.deleteSpan(context.active()), () => withSpan('root', () => undefined)));
    expect((await spanOf('root')).parentSpanId).toBeUndefined();
  });

  test('fields of a span of OpenTelemetry are on its line alone, in records and in lines', async () => {
    info('there is a ring');
    const cursor = follow(state.ring!.buffer, READER_CAPTURES);
    withContext({ request_id: 'r-1' }, () =>
      trace.getTracer('library').startActiveSpan('outer', { attributes: { a: 1 } }, (outer) => {
        outer.setAttribute('b', 2);
        withSpan('inner', () => undefined);
        info('event', { own: 3 });
        outer.end();
      }),
    );
    expect(attributesOf(await spanOf('inner'))).toEqual({ request_id: 'r-1' });
    expect(attributesOf(await spanOf('outer'))).toEqual({ request_id: 'r-1', a: 1, b: 2 });
    expect((await eventOf('event')).values).toEqual({ request_id: 'r-1', own: 3 });
    const lines = readAll(cursor).map(({ line }) => JSON.parse(line) as Record<string, unknown>);
    expect(new Set(lines.filter(({ a }) => a === 1).map(({ msg }) => msg))).toEqual(new Set(['outer']));
    expect(lines.find(({ msg }) => msg === 'event')).toMatchObject({ request_id: 'r-1', own: 3 });
  });
});

// Whatever is nested in whatever: the context, the fields and the active span are those of the innermost that says something of them.
type Step =
  | { readonly open: 'value'; readonly value: number }
  | { readonly open: 'fields'; readonly value: number }
  | { readonly open: 'their span' | 'our span' | 'no span' | 'root context' };

interface Expected {
  readonly value: number | undefined;
  readonly fields: object;
  readonly spanId: string | undefined;
}

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ open: fc.constantFrom('value' as const, 'fields' as const), value: fc.nat(3) }),
  fc.record({
    open: fc.constantFrom('their span' as const, 'our span' as const, 'no span' as const, 'root context' as const),
  }),
);

async function nest(steps: readonly Step[], expected: Expected): Promise<void> {
  const check = (): void => {
    expect(context.active().getValue(KEY)).toBe(expected.value);
    expect(currentContext()).toEqual(expected.fields);
    expect(trace.getActiveSpan()?.spanContext().spanId).toBe(expected.spanId);
    expect(currentSpan()?.spanId).toBe(expected.spanId);
  };
  check();
  const [first, ...rest] = steps;
  if (first !== undefined) await enter(first, rest, expected);
  check();
  await Promise.resolve();
  check();
}

async function enter(first: Step, rest: readonly Step[], expected: Expected): Promise<void> {
  switch (first.open) {
    case 'value':
      return context.with(with1(first.value), () => nest(rest, { ...expected, value: first.value }));
    case 'fields':
      return withContext({ [`f${first.value}`]: rest.length }, () =>
        nest(rest, { ...expected, fields: { ...expected.fields, [`f${first.value}`]: rest.length } }),
      );
    case 'their span':
      return trace.getTracer('library').startActiveSpan('theirs', async (theirs) => {
        await nest(rest, { ...expected, spanId: theirs.spanContext().spanId });
        theirs.end();
      });
    case 'our span':
      return withSpan('ours', (ours) => nest(rest, { ...expected, spanId: ours.spanId }));
    case 'no span':
      return context.with(trace.deleteSpan(context.active()), () => nest(rest, { ...expected, spanId: undefined }));
    case 'root context':
      return context.with(ROOT_CONTEXT, () => nest(rest, { ...expected, spanId: undefined, value: undefined }));
  }
}

test('whatever is nested in whatever', async () => {
  expect.hasAssertions();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), (steps) =>
      nest(steps, { value: undefined, fields: {}, spanId: undefined }),
    ),
    { numRuns: 200 },
  );
});
