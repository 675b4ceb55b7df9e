// Beside an OpenTelemetry SDK: with its own context manager, which ttlog follows, or with ttlog's.
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { beforeEach, describe, expect, test } from 'vitest';
import { currentContext, currentSpan, enterContext, exportContext, info, suppress, withContext, withSpan } from 'ttlog';
import { followOpenTelemetry, TtlogContextManager } from 'ttlog/opentelemetry';
import { atTheEnd, enable, eventOf, records, spanOf } from './support.js';

let exporter: InMemorySpanExporter;

function register(contextManager?: TtlogContextManager): void {
  exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.register(contextManager === undefined ? {} : { contextManager });
  atTheEnd(() => provider.shutdown());
}

const tracer = () => trace.getTracer('sdk');

describe('following', () => {
  let following: Disposable;

  beforeEach(() => {
    register();
    following = followOpenTelemetry();
    atTheEnd(() => following[Symbol.dispose]());
  });

  test('events and spans inside a span of the SDK are of its trace', async () => {
    await tracer().startActiveSpan('theirs', async (theirs) => {
      const { traceId, spanId } = theirs.spanContext();
      info('directly');
      await new Promise(setImmediate);
      withSpan('ours', (ours) => {
        expect(ours.traceId).toBe(traceId);
        info('in ours');
      });
      info('afterwards');
      theirs.end();
      for (const message of ['directly', 'afterwards'])
        expect(await eventOf(message)).toMatchObject({ traceId, spanId, target: 'shop' });
      const ours = await spanOf('ours');
      expect([ours.traceId, ours.parentSpanId]).toEqual([traceId, spanId]);
      expect(await eventOf('in ours')).toMatchObject({ traceId, spanId: ours.spanId });
    });
    info('outside');
    expect((await eventOf('outside')).traceId).toBeUndefined();
  });

  test('a span that is entered inside of ours is the active one, and ours comes back', async () => {
    await withContext({ request_id: 'r-1' }, () =>
      withSpan('ours', async (ours) => {
        await tracer().startActiveSpan('theirs', async (theirs) => {
          expect(currentContext()).toEqual({ request_id: 'r-1' });
          expect(exportContext({ fields: false }).traceparent).toContain(theirs.spanContext().spanId);
          withSpan('inner', (inner) => expect(inner.parent?.spanId).toBe(theirs.spanContext().spanId));
          await Promise.resolve();
          theirs.end();
        });
        expect(currentSpan()).toBe(ours);
      }),
    );
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['theirs']);
  });

  test('the same span in another context of the SDK: ours stays inside of it', () => {
    tracer().startActiveSpan('theirs', (theirs) => {
      withSpan('ours', (ours) =>
        context.with(context.active().setValue(Symbol.for('a key'), 1), () => expect(currentSpan()).toBe(ours)),
      );
      theirs.end();
    });
  });

  test('nothing is left of a span when it is no longer active', async () => {
    tracer().startActiveSpan('theirs', (theirs) => {
      withContext({ a: 1 }, () => undefined); // puts back what was running before
      theirs.end();
    });
    info('outside');
    expect((await eventOf('outside')).traceId).toBeUndefined();
    expect(currentContext()).toEqual({});
    const entered = tracer().startActiveSpan('more', (more) => {
      more.end();
      return enterContext({ job: 1 });
    });
    expect(currentContext()).toEqual({ job: 1 });
    entered[Symbol.dispose]();
    expect(currentContext()).toEqual({});
  });

  test('spans at the same time do not see each other', async () => {
    await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        tracer().startActiveSpan(name, async (span) => {
          for (let i = 0; i < 3; i++) {
            withSpan(`in ${name}`, (ours) => expect(ours.traceId).toBe(span.spanContext().traceId));
            await new Promise(setImmediate);
          }
          span.end();
        }),
      ),
    );
    expect((await records()).filter(({ kind }) => kind === 'span')).toHaveLength(9);
  });

  test('suppressTracing: no spans of ours, and no headers', async () => {
    context.with(suppressTracing(context.active()), () => {
      withSpan('quiet', () => info('told'));
      expect(exportContext()).toEqual({});
    });
    tracer().startActiveSpan('theirs', (theirs) => {
      context.with(suppressTracing(context.active()), () => withSpan('quiet too', () => undefined));
      withSpan('loud', () => undefined);
      theirs.end();
    });
    expect((await records()).map(({ message }) => message)).toEqual(['told', 'loud']);
  });

  test('suppress of ttlog stays what it is', async () => {
    suppress(() =>
      tracer().startActiveSpan('theirs', (theirs) => {
        info('noise');
        withSpan('noise', () => undefined);
        theirs.end();
      }),
    );
    expect(await records()).toEqual([]);
  });

  test('baggage of the SDK goes along with what ttlog hands on', () => {
    const baggage = propagation.createBaggage({ tenant: { value: 'acme' } });
    tracer().startActiveSpan('theirs', (theirs) => {
      context.with(propagation.setBaggage(context.active(), baggage), () => {
        expect(exportContext({ fields: false }).baggage).toBe('tenant=acme');
      });
      theirs.end();
    });
  });

  test('once stopped, ttlog is by itself again', async () => {
    tracer().startActiveSpan('theirs', (theirs) => {
      withContext({ a: 1 }, () => undefined); // puts back what was running before
      following[Symbol.dispose]();
      info('alone');
      theirs.end();
    });
    expect((await eventOf('alone')).traceId).toBeUndefined();
    const again = followOpenTelemetry();
    tracer().startActiveSpan('theirs', (theirs) => {
      expect(exportContext({ fields: false }).traceparent).toContain(theirs.spanContext().traceId);
      theirs.end();
    });
    again[Symbol.dispose]();
  });

  test('once is enough', () => {
    expect(() => followOpenTelemetry()).toThrow(expect.objectContaining({ code: 'ERR_ALREADY_INITIALIZED' }));
  });
});

test('there is nothing to follow where ttlog is behind the API', () => {
  enable();
  expect(() => followOpenTelemetry()).toThrow(expect.objectContaining({ code: 'ERR_ALREADY_INITIALIZED' }));
  withSpan('ours', () => expect(trace.getActiveSpan()).toBeDefined());
});

describe("an SDK with ttlog's context manager", () => {
  beforeEach(() => register(new TtlogContextManager()));

  test('spans of both are parents of each other, in one trace', async () => {
    withSpan('ours', (ours) => {
      tracer().startActiveSpan('theirs', (theirs) => {
        expect(theirs.spanContext().traceId).toBe(ours.traceId);
        withSpan('inner', () => info('inside'));
        theirs.end();
      });
    });
    const [theirs] = exporter.getFinishedSpans();
    const ours = await spanOf('ours');
    const inner = await spanOf('inner');
    expect(theirs.parentSpanContext?.spanId).toBe(ours.spanId);
    expect([inner.parentSpanId, inner.traceId]).toEqual([theirs.spanContext().spanId, ours.traceId]);
    expect((await eventOf('inside')).spanId).toBe(inner.spanId);
    expect(context.active()).toBe(ROOT_CONTEXT);
  });
});
