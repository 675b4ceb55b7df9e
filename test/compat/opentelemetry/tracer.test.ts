import type { SpanContext } from '@opentelemetry/api';
import {
  context,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { beforeEach, describe, expect, test } from 'vitest';
import { currentSpan, getLogger, info, setRecord, span as ttlogSpan, suppress, withContext, withSpan } from 'ttlog';
import { atTheEnd, attributesOf, enable, eventOf, records, running, spanOf, spans } from './support.js';

const REMOTE: SpanContext = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
};

beforeEach(() => void enable());

const tracer = () => trace.getTracer('library', '1.2.3');

describe('a span', () => {
  test('is recorded with its name, its attributes, and the tracer as its target', async () => {
    const span = tracer().startSpan('query', {
      attributes: { 'db.system': 'pg', rows: 3, cached: false, ids: [1, 2] },
    });
    span.setAttribute('late', 'yes').setAttributes({ more: 1.5, names: ['a', 'b'] });
    span.end();
    const record = await spanOf('query');
    expect(record.target).toBe('library');
    expect(record.level).toBe(1);
    expect(attributesOf(record)).toEqual({
      'db.system': 'pg',
      rows: 3,
      cached: false,
      ids: [1, 2],
      late: 'yes',
      more: 1.5,
      names: ['a', 'b'],
    });
    const { traceId, spanId, traceFlags } = span.spanContext();
    expect([record.traceId, record.spanId, traceFlags]).toEqual([traceId, spanId, TraceFlags.SAMPLED]);
  });

  test('has the newest value of an attribute, however often it changes', async () => {
    const span = tracer().startSpan('progress', { attributes: { done: 0 } });
    for (let done = 1; done <= 1000; done++) span.setAttribute('done', done);
    span.end();
    expect(attributesOf(await spanOf('progress'))).toEqual({ done: 1000 });
  });

  test('leaves out what is no attribute', async () => {
    const span = tracer().startSpan('odd', { attributes: { a: undefined, b: null as never, '': 'nameless', c: 1 } });
    span
      .setAttribute('', 2)
      .setAttribute('d', undefined as never)
      .setAttributes(null as never);
    span.end();
    expect(attributesOf(await spanOf('odd'))).toEqual({ c: 1 });
  });

  test.each([
    [SpanKind.INTERNAL, undefined],
    [SpanKind.SERVER, 'server'],
    [SpanKind.CLIENT, 'client'],
    [SpanKind.PRODUCER, 'producer'],
    [SpanKind.CONSUMER, 'consumer'],
  ])('of kind %i says so', async (kind, shown) => {
    tracer().startSpan('call', { kind }).end();
    expect((await spanOf('call')).values['span_kind']).toBe(shown);
  });

  test('is of the service where its tracer has no name', async () => {
    trace.getTracer('').startSpan('nameless').end();
    expect((await spanOf('nameless')).target).toBe('shop');
  });

  test('can be given another name, and keeps what it has', async () => {
    const span = tracer().startSpan('GET', { kind: SpanKind.SERVER, attributes: { a: 1, b: 'two' } });
    span.setAttribute('c', 3);
    span.updateName('GET /orders/:id').setAttribute('d', 4);
    span.end();
    const record = await spanOf('GET /orders/:id');
    expect(attributesOf(record)).toEqual({ a: 1, b: 'two', c: 3, d: 4 });
    expect(record.values['span_kind']).toBe('server');
    expect(await spans()).toHaveLength(1);
  });

  test('counts under its last name', async () => {
    const span = tracer().startSpan('before');
    span.updateName('after');
    span.end();
    await records();
    expect(
      running()
        .stats()
        .spans.map(({ name }) => name),
    ).toEqual(['after']);
  });

  test('takes no more once it has ended', async () => {
    const span = tracer().startSpan('once');
    span.end();
    expect(span.isRecording()).toBe(false);
    span.setAttribute('late', 1).addEvent('late').updateName('other').setStatus({ code: SpanStatusCode.ERROR });
    span.recordException(new Error('late'));
    span.addLink({ context: REMOTE });
    span.end();
    const all = await records();
    expect(all.map(({ message }) => message)).toEqual(['once']);
    expect(attributesOf(all[0])).toEqual({});
    expect(all[0].outcome).toBe('ok');
  });

  test('redacts as everything else does', async () => {
    const span = tracer().startSpan('call', {
      attributes: { 'http.request.header.authorization': 'Bearer x', password: 'p' },
    });
    span.end();
    expect(attributesOf(await spanOf('call'))).toEqual({
      'http.request.header.authorization': '[Redacted]',
      password: '[Redacted]',
    });
  });
});

describe('parents and children', () => {
  test('spans of OpenTelemetry nest in each other', async () => {
    await tracer().startActiveSpan('outer', async (outer) => {
      await Promise.resolve();
      tracer().startActiveSpan('inner', (inner) => inner.end());
      outer.end();
    });
    const [inner, outer] = await spans();
    expect([inner.message, inner.parentSpanId, inner.traceId]).toEqual(['inner', outer.spanId, outer.traceId]);
    expect(outer.parentSpanId).toBeUndefined();
  });

  test('spans of ttlog are parents of theirs, and theirs of ours', async () => {
    withSpan('ours', (ours) => {
      expect(trace.getActiveSpan()?.spanContext()).toEqual({
        traceId: ours.traceId,
        spanId: ours.spanId,
        traceFlags: 1,
      });
      tracer().startActiveSpan('theirs', (theirs) => {
        expect(currentSpan()?.spanId).toBe(theirs.spanContext().spanId);
        withSpan('ours again', () => tracer().startSpan('theirs again').end());
        theirs.end();
      });
    });
    const names = new Map((await spans()).map((record) => [record.spanId, record.message]));
    const parents = (await spans()).map(({ message, parentSpanId }) => [message, names.get(parentSpanId ?? '')]);
    expect(Object.fromEntries(parents)).toEqual({
      'theirs again': 'ours again',
      'ours again': 'theirs',
      theirs: 'ours',
      ours: undefined,
    });
    expect(new Set((await spans()).map(({ traceId }) => traceId)).size).toBe(1);
  });

  test('the active span is the same object each time', () => {
    tracer().startActiveSpan('theirs', (span) => {
      expect(trace.getActiveSpan()).toBe(span);
      withContext({ a: 1 }, () => expect(trace.getActiveSpan()).toBe(span));
      span.end();
    });
    withSpan('ours', () => expect(trace.getActiveSpan()).toBe(trace.getActiveSpan()));
  });

  test('an active span of ttlog takes what OpenTelemetry says of it', async () => {
    withSpan('ours', { before: 1 }, () => {
      const active = trace.getActiveSpan()!;
      active.setAttribute('user', 7).setAttribute('user', 8).updateName('renamed');
      active.setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
    });
    const record = await spanOf('renamed');
    expect(attributesOf(record)).toEqual({ before: 1, user: 8, err: 'no' });
    expect(record.outcome).toBe('error');
  });

  test('a remote parent, and its tracestate', async () => {
    const { createTraceState } = await import('@opentelemetry/api');
    const parent = trace.setSpanContext(ROOT_CONTEXT, { ...REMOTE, traceState: createTraceState('vendor=x') });
    const span = tracer().startSpan('consume', {}, parent);
    expect(span.spanContext().traceId).toBe(REMOTE.traceId);
    expect(span.spanContext().traceState?.serialize()).toBe('vendor=x');
    span.end();
    const record = await spanOf('consume');
    expect([record.traceId, record.parentSpanId]).toEqual([REMOTE.traceId, REMOTE.spanId]);
  });

  test('a remote parent that is not sampled: recorded, and the flag goes on as it came', async () => {
    const parent = trace.setSpanContext(ROOT_CONTEXT, { ...REMOTE, traceFlags: TraceFlags.NONE });
    const span = tracer().startSpan('consume', {}, parent);
    expect(span.spanContext().traceFlags).toBe(TraceFlags.NONE);
    expect(span.isRecording()).toBe(true);
    span.end();
    expect((await spanOf('consume')).traceId).toBe(REMOTE.traceId);
  });

  test.each([
    ['no ids', INVALID_SPAN_CONTEXT],
    ['a trace id that is none', { ...REMOTE, traceId: 'x' }],
    ['a span id that is none', { ...REMOTE, spanId: '0000000000000000' }],
  ])('a parent with %s is none', async (_what, invalid) => {
    const span = tracer().startSpan('root', {}, trace.setSpanContext(ROOT_CONTEXT, invalid));
    span.end();
    const record = await spanOf('root');
    expect(record.parentSpanId).toBeUndefined();
    expect(trace.isSpanContextValid(span.spanContext())).toBe(true);
  });

  test('a root begins a trace, and keeps the context', async () => {
    withContext({ tenant: 'acme' }, () =>
      withSpan('outer', (outer) => {
        const span = tracer().startSpan('job', { root: true });
        expect(span.spanContext().traceId).not.toBe(outer.traceId);
        span.end();
      }),
    );
    const record = await spanOf('job');
    expect(record.parentSpanId).toBeUndefined();
    expect(attributesOf(record)).toEqual({ tenant: 'acme' });
  });

  test('a span that is a parent goes on being one after its end', async () => {
    const parent = tracer().startSpan('parent');
    parent.end();
    const child = tracer().startSpan('child', {}, trace.setSpan(context.active(), parent));
    child.end();
    const record = await spanOf('child');
    expect(record.parentSpanId).toBe(parent.spanContext().spanId);
    expect(record.late).toBe(true);
  });
});

test('what is logged inside a span of a library is not of the library', async () => {
  class Orders {
    place(): void {
      getLogger('orders')
        .span('place')
        .run(() => tracer().startActiveSpan('query', () => info('of the class')));
    }
  }
  tracer().startActiveSpan('request', (request) => {
    info('of the service');
    getLogger('library').info('of the library');
    withSpan('ours', () => undefined);
    request.addEvent('of the span');
    request.end();
  });
  new Orders().place();
  expect((await eventOf('of the service')).target).toBe('shop');
  expect((await eventOf('of the library')).target).toBe('library');
  expect((await eventOf('of the span')).target).toBe('library');
  expect((await spanOf('ours')).target).toBe('shop');
  expect((await eventOf('of the class')).target).toBe('orders');
});

describe('what is not recorded', () => {
  test('a span below the record level hands its children to the span around it', async () => {
    setRecord('trace,library=info');
    atTheEnd(() => setRecord('trace'));
    withSpan('around', (around) => {
      tracer().startActiveSpan('quiet', (quiet) => {
        expect(quiet.isRecording()).toBe(false);
        expect(quiet.spanContext().spanId).toBe(around.spanId);
        withSpan('inner', () => undefined);
        quiet.setAttribute('a', 1).addEvent('b').updateName('c');
        quiet.end();
      });
    });
    expect((await records()).map(({ message }) => message)).toEqual(['inner', 'around']);
    expect((await spanOf('inner')).parentSpanId).toBe((await spanOf('around')).spanId);
  });

  test('a trace that is not sampled: no spans, and ids that say so', async () => {
    ttlogSpan('root', undefined, { sample: 0 }).run(() => {
      const span = tracer().startSpan('inner');
      expect(span.isRecording()).toBe(false);
      expect(span.spanContext().traceFlags).toBe(TraceFlags.NONE);
      expect(trace.isSpanContextValid(span.spanContext())).toBe(true);
      expect(span.spanContext().traceId).toBe(trace.getActiveSpan()?.spanContext().traceId);
      context.with(trace.setSpan(context.active(), span), () => {
        expect(tracer().startSpan('innermost').spanContext().traceId).toBe(span.spanContext().traceId);
        withSpan('ours', () => undefined);
      });
      span.end();
    });
    expect(await spans()).toEqual([]);
  });

  test('inside suppress: nothing, and no ids', async () => {
    suppress(() => {
      const span = tracer().startSpan('noise', { root: true });
      expect(span.spanContext()).toEqual(INVALID_SPAN_CONTEXT);
      span.end();
      context.with(ROOT_CONTEXT, () => tracer().startSpan('more noise').end());
    });
    expect(await records()).toEqual([]);
  });
});

describe('events, exceptions, links, status', () => {
  test('an event is an event in the span', async () => {
    const span = tracer().startSpan('work');
    span.addEvent('cache missed', { key: 'k' });
    span.end();
    const event = await eventOf('cache missed');
    expect([event.traceId, event.spanId]).toEqual([span.spanContext().traceId, span.spanContext().spanId]);
    expect([event.target, event.level]).toEqual(['library', 1]);
    expect(event.values).toEqual({ key: 'k' });
  });

  test('an exception is told once, as the error of the span', async () => {
    const span = tracer().startSpan('work');
    const error = new RangeError('too far');
    span.recordException(error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'it went wrong' });
    span.end();
    const exception = await eventOf('exception');
    expect(exception.values['err']).toMatchObject({ type: 'RangeError', message: 'too far' });
    const record = await spanOf('work');
    expect([record.outcome, record.level]).toEqual(['error', 4]);
    expect(attributesOf(record)).toMatchObject({
      err: { type: 'RangeError', message: 'too far' },
      'otel.status_description': 'it went wrong',
    });
  });

  test('an error that a span around it passes on is not told again', async () => {
    const error = new Error('once');
    expect(() =>
      withSpan('ours', () => {
        const span = tracer().startSpan('theirs');
        span.recordException(error);
        span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
        span.end();
        throw error;
      }),
    ).toThrow(error);
    expect((await spanOf('theirs')).level).toBe(4);
    expect((await spanOf('ours')).level).toBe(1);
  });

  test.each([
    ['unset', [], 'ok', {}],
    ['ok', [{ code: SpanStatusCode.OK }], 'ok', { 'otel.status_code': 'OK' }],
    ['error', [{ code: SpanStatusCode.ERROR, message: 'no' }], 'error', { err: 'no' }],
    ['error without a word', [{ code: SpanStatusCode.ERROR }], 'error', {}],
    [
      'ok is the last word',
      [{ code: SpanStatusCode.OK }, { code: SpanStatusCode.ERROR, message: 'no' }],
      'ok',
      { 'otel.status_code': 'OK' },
    ],
    [
      'ok after an error',
      [{ code: SpanStatusCode.ERROR, message: 'no' }, { code: SpanStatusCode.OK }],
      'ok',
      { 'otel.status_code': 'OK' },
    ],
    [
      'unset is no word',
      [{ code: SpanStatusCode.ERROR, message: 'no' }, { code: SpanStatusCode.UNSET }],
      'error',
      { err: 'no' },
    ],
  ])('status %s', async (_what, statuses, outcome, fields) => {
    const span = tracer().startSpan('work');
    for (const status of statuses) span.setStatus(status);
    span.end();
    const record = await spanOf('work');
    expect(record.outcome).toBe(outcome);
    const { err, ...rest } = attributesOf(record);
    expect({ ...rest, ...(err !== undefined && { err }) }).toEqual(fields);
  });

  test('links, at the start and later', async () => {
    const other = tracer().startSpan('other');
    const span = tracer().startSpan('batch', { links: [{ context: REMOTE, attributes: { queue: 'orders' } }] });
    span.addLink({ context: other.spanContext() }).addLinks([{ context: INVALID_SPAN_CONTEXT }]);
    span.end();
    other.end();
    const { traceId, spanId } = other.spanContext();
    expect((await spanOf('batch')).values['span_links']).toEqual([
      { queue: 'orders', trace_id: REMOTE.traceId, span_id: REMOTE.spanId },
      { trace_id: traceId, span_id: spanId },
    ]);
  });
});

describe('times that callers give', () => {
  const startNs = 1_700_000_000_123_456_789n;

  test.each([
    ['HrTime', [1_700_000_000, 123_456_789], [1_700_000_001, 23_456_789], 900_000_000, startNs],
    ['Date', new Date(1_700_000_000_123), new Date(1_700_000_001_000), 877_000_000, 1_700_000_000_123_000_000n],
    ['ms', 1_700_000_000_123.5, 1_700_000_000_124, 500_000, 1_700_000_000_123_500_000n],
    ['before there were machines', [-5, 0], [5, 5], 10_000_000_005, -5_000_000_000n],
  ] as const)('%s', async (_what, start, end, durationNs, expected) => {
    const span = tracer().startSpan('then', { startTime: start as never });
    span.addEvent('in between', { a: 1 }, start as never);
    span.end(end as never);
    const record = await spanOf('then');
    expect(record.startNs).toBe(expected);
    expect(record.durationNs).toBe(durationNs);
    expect(record.timestampNs).toBe(expected + BigInt(durationNs));
    const event = await eventOf('in between');
    expect([event.timestampNs, event.traceId, event.spanId]).toEqual([expected, record.traceId, record.spanId]);
  });

  test('what performance.now() says', async () => {
    const before = performance.now();
    const span = tracer().startSpan('now', { startTime: before });
    span.end(before + 5);
    const record = await spanOf('now');
    expect(record.durationNs).toBeCloseTo(5_000_000, -2);
    expect(Math.abs(Number(record.startNs) / 1e6 - Date.now())).toBeLessThan(60_000);
  });

  test('an end before the start is an end at the start', async () => {
    const span = tracer().startSpan('backwards', { startTime: [1_700_000_000, 0] });
    span.end([1_600_000_000, 0]);
    const record = await spanOf('backwards');
    expect([record.durationNs, record.timestampNs]).toEqual([0, 1_700_000_000_000_000_000n]);
  });

  test('what is no time is not said', async () => {
    const span = tracer().startSpan('odd', { startTime: new Date(Number.NaN) });
    span.end(Number.NaN);
    const record = await spanOf('odd');
    expect(Math.abs(Number(record.startNs) / 1e6 - Date.now())).toBeLessThan(60_000);
  });
});

describe('callers without types', () => {
  const odd: unknown[] = [
    undefined,
    null,
    7,
    'x',
    Symbol('s'),
    {},
    [],
    () => 1,
    Object.create(null),
    new Proxy({}, { get: fail, ownKeys: fail, getOwnPropertyDescriptor: fail }),
  ];
  function fail(): never {
    throw new Error('hostile');
  }
  const throwing = {
    get a(): never {
      return fail();
    },
  };

  test.each([...odd, throwing])('%# throws nothing', async (value) => {
    const it = value as never;
    const span = tracer().startSpan(it, { attributes: it, links: it, startTime: it, kind: it });
    span.setAttribute(it, it).setAttributes(it).addEvent(it, it, it).addLink(it).addLinks(it);
    span.addLinks([it]).setStatus(it).updateName(it);
    span.addLink({ context: it, attributes: it });
    span.recordException(it, it);
    span.setStatus({ code: SpanStatusCode.ERROR, message: it });
    span.end(it);
    tracer().startActiveSpan(it, it);
    tracer().startSpan('after', it).end();
    expect((await spanOf('after')).outcome).toBe('ok');
    expect(trace.isSpanContextValid(span.spanContext())).toBe(true);
  });
});
