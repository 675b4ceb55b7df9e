import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { Hono } from 'hono';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LogRecord, TtlogHandle } from 'ttlog';
import { debug, error, getLogger, info, init, span, TtlogError, warn, withContext, withSpan } from 'ttlog';
import { ttlogHono } from 'ttlog/hono';
import type { OtlpSinkOptions } from 'ttlog/sinks';
import { memorySink, otlpSink } from 'ttlog/sinks';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { TtlogTracerProvider } from 'ttlog/opentelemetry';
import { OtlpReceiver } from '../support/otlp-receiver.js';
import { start } from '../support/running.js';

const receiver = new OtlpReceiver();
beforeAll(() => receiver.start());
afterAll(() => receiver.close());
beforeEach(() => receiver.reset());

const quick: OtlpSinkOptions = { batchIntervalMs: 5, retry: { minMs: 10, maxMs: 50 } };

function run(options: OtlpSinkOptions = {}, inThread = false): TtlogHandle {
  // On a busy machine a writer that waits for less gives up, and says so.
  return start({ sinks: [otlpSink({ url: receiver.url, ...quick, ...options })], stallTimeoutMs: 10_000, inThread });
}

/** On a machine that has other things to do it may take a while. */
async function eventually(check: () => unknown): Promise<void> {
  await vi.waitFor(check, { timeout: 15_000, interval: 20 });
}

const bodies = (): unknown[] => receiver.logs.map(({ body }) => body);

describe.each([
  ['http/protobuf', false],
  ['http/json', false],
  ['http/protobuf', true],
] as const)('%s, in this thread: %s', (protocol, inThread) => {
  test('events are logs: severity, time, values, target as scope, ids of the span around them', async () => {
    const handle = run({ protocol }, inThread);
    const before = BigInt(Date.now()) * 1_000_000n;
    const ids = withSpan('checkout', (around) => {
      getLogger('orders').warn('Order placed', {
        order_id: 7,
        total: 49.9,
        paid: true,
        none: null,
        nothing: undefined,
        far: 12345678901234567890n,
        big: 2 ** 60,
        bigger: 1e300,
        nan: Number.NaN,
        at: new Date(0),
        items: ['a', 1],
        nested: { a: { b: 1 } },
        bytes: new Uint8Array([1, 2, 3]),
        map: new Map([['k', 1]]),
        set: new Set([1]),
        ['__proto__x']: 1,
      });
      return [around.traceId, around.spanId];
    });
    await handle.flush();
    const [log] = receiver.logs;
    expect(receiver.logs).toHaveLength(1);
    expect(log).toMatchObject({
      scope: 'orders',
      body: 'Order placed',
      severityNumber: 13,
      severityText: 'WARN',
      traceId: ids[0],
      spanId: ids[1],
    });
    expect(log?.attributes).toEqual({
      order_id: 7,
      total: 49.9,
      paid: true,
      none: null,
      far: '12345678901234567890',
      big: 2 ** 60,
      bigger: '1e+300',
      nan: 'NaN',
      at: '1970-01-01T00:00:00.000Z',
      items: ['a', 1],
      nested: { a: { b: 1 } },
      bytes: new Uint8Array([1, 2, 3]),
      map: { k: 1 },
      set: [1],
      __proto__x: 1,
    });
    expect(log.timeUnixNano >= before - 50_000_000n).toBe(true);
    expect(log.timeUnixNano <= BigInt(Date.now() + 50) * 1_000_000n).toBe(true);
  });

  test('every level has its severity', async () => {
    const handle = run({ protocol, logs: 'trace' }, inThread);
    const log = getLogger('a');
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) log[level](level);
    await handle.flush();
    expect(receiver.logs.map(({ severityNumber, severityText }) => [severityNumber, severityText])).toEqual([
      [1, 'TRACE'],
      [5, 'DEBUG'],
      [9, 'INFO'],
      [13, 'WARN'],
      [17, 'ERROR'],
      [21, 'FATAL'],
    ]);
  });

  test('an error is the attributes exception.*, and what else it has under its key', async () => {
    const handle = run({ protocol }, inThread);
    error(Object.assign(new RangeError('declined', { cause: new Error('timeout') }), { code: 'E_CARD' }), 'Failed');
    await handle.flush();
    const { attributes } = receiver.logs[0];
    expect(attributes).toMatchObject({
      'exception.type': 'RangeError',
      'exception.message': 'declined',
      err: { code: 'E_CARD', cause: { type: 'Error', message: 'timeout' } },
    });
    expect(attributes['exception.stacktrace']).toContain('RangeError: declined');
  });

  test('a span arrives once, at its end: times, parent, fields of start and end, context, links', async () => {
    const handle = run({ protocol }, inThread);
    withContext({ request_id: 'r-1' }, () =>
      withSpan('checkout', { cart_id: 3 }, (checkout) => {
        checkout.record({ currency: 'EUR' });
        checkout.link('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', { queue: 'orders' });
        withSpan('pay', () => info('Inside'));
      }),
    );
    await handle.flush();
    expect(receiver.spans.map(({ name }) => name)).toEqual(['pay', 'checkout']);
    const [pay, checkout] = receiver.spans;
    expect(checkout).toMatchObject({
      scope: 'shop',
      kind: 1,
      parentSpanId: '',
      status: { code: 0 },
      links: [
        { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', attributes: { queue: 'orders' } },
      ],
      events: [],
    });
    expect(checkout?.attributes).toEqual({ request_id: 'r-1', cart_id: 3, currency: 'EUR' });
    expect(pay).toMatchObject({ traceId: checkout?.traceId, parentSpanId: checkout?.spanId });
    expect(receiver.logs[0]).toMatchObject({ traceId: pay?.traceId, spanId: pay?.spanId });
    expect(checkout.startTimeUnixNano <= pay.startTimeUnixNano).toBe(true);
    expect(checkout.endTimeUnixNano >= pay.endTimeUnixNano).toBe(true);
    expect(pay.endTimeUnixNano > pay.startTimeUnixNano).toBe(true);
  });

  test('a failed span has status error, and the error is its event', async () => {
    const handle = run({ protocol }, inThread);
    const failing = span('charge');
    failing.fail(new RangeError('declined'));
    await handle.flush();
    const [charge] = receiver.spans;
    expect(charge).toMatchObject({
      status: { code: 2, message: 'declined' },
      events: [{ name: 'exception', attributes: { 'exception.type': 'RangeError', 'exception.message': 'declined' } }],
    });
    expect(charge?.attributes).toEqual({});
  });

  test('a span that is named late, as those of requests are, has the name that it ends with', async () => {
    const handle = run({ protocol }, inThread);
    const app = new Hono();
    app.use(ttlogHono());
    app.use(async (c, next) => (c.req.path.endsWith('/8') ? c.text('who are you?', 401) : next()));
    app.get('/orders/:id', (c) => c.text('grinder'));
    for (const id of [7, 8]) await app.request(`/orders/${id}`);
    await handle.flush();
    expect(receiver.spans.map(({ name, kind }) => [name, kind])).toEqual([
      ['GET /orders/:id', 2],
      ['GET', 2],
    ]);
  });

  test('kinds and status of spans, also of those of OpenTelemetry', async () => {
    const handle = run({ protocol }, inThread);
    for (const kind of ['internal', 'server', 'client', 'producer', 'consumer'] as const)
      withSpan(kind, {}, { kind }, () => 1);
    const tracer = new TtlogTracerProvider().getTracer('lib');
    const fine = tracer.startSpan('fine', { kind: SpanKind.CLIENT });
    fine.setStatus({ code: SpanStatusCode.OK });
    fine.end();
    const failed = tracer.startSpan('failed');
    failed.recordException(new RangeError('declined'));
    failed.setStatus({ code: SpanStatusCode.ERROR, message: 'no money' });
    failed.end();
    await handle.flush();
    expect(receiver.spans.map(({ name, kind, status }) => [name, kind, status])).toEqual([
      ['internal', 1, { code: 0, message: '' }],
      ['server', 2, { code: 0, message: '' }],
      ['client', 3, { code: 0, message: '' }],
      ['producer', 4, { code: 0, message: '' }],
      ['consumer', 5, { code: 0, message: '' }],
      ['fine', 3, { code: 1, message: '' }],
      ['failed', 1, { code: 2, message: 'no money' }],
    ]);
    expect(receiver.spans.at(-1)?.scope).toBe('lib');
    expect(receiver.spans.find(({ name }) => name === 'client')?.attributes).toEqual({});
  });

  test('the resource: who sends', async () => {
    const handle = run(
      { protocol, serviceVersion: '1.2.3', resource: { 'deployment.environment.name': 'test', replicas: 2 } },
      inThread,
    );
    info('Ready');
    withSpan('work', () => 1);
    await handle.flush();
    const { resource } = receiver.logs[0];
    expect(resource).toMatchObject({
      'service.name': 'shop',
      'service.version': '1.2.3',
      'deployment.environment.name': 'test',
      replicas: 2,
      'process.pid': process.pid,
      'telemetry.sdk.name': 'ttlog',
    });
    expect(receiver.spans[0]?.resource).toEqual(resource);
  });

  test('metrics of spans, at every flush', async () => {
    const handle = run({ protocol, logs: false, traces: false, metrics: true }, inThread);
    for (let i = 0; i < 3; i++) withSpan('checkout', () => i);
    span('checkout').fail(new Error('x'));
    await handle.flush();
    const durations = receiver.metrics.get('ttlog.span.duration')!;
    expect(durations).toMatchObject({
      unit: 's',
      temporality: 2,
      scope: 'ttlog',
      resource: { 'service.name': 'shop' },
    });
    const [point] = durations.points;
    expect(point).toMatchObject({ attributes: { target: 'shop', name: 'checkout' }, count: 4 });
    expect(point?.bucketCounts).toHaveLength(point.explicitBounds.length + 1);
    expect(point?.bucketCounts.reduce((a, b) => a + b)).toBe(4);
    expect(point.sum > 0 && point.sum < 5).toBe(true);
    expect(point?.explicitBounds[0]).toBe(1e-6);
    expect(point.startTimeUnixNano <= point.timeUnixNano).toBe(true);
    const errors = receiver.metrics.get('ttlog.span.errors')!;
    expect(errors).toMatchObject({ temporality: 2, isMonotonic: true });
    expect(errors.points[0]).toMatchObject({ attributes: { target: 'shop', name: 'checkout' }, value: 1 });
    expect(receiver.logs).toEqual([]);
    expect(receiver.spans).toEqual([]);

    withSpan('checkout', () => 1);
    await handle.flush();
    const later = receiver.metrics.get('ttlog.span.duration')!.points[0];
    expect(later?.count).toBe(5);
    expect(later?.startTimeUnixNano).toBe(point?.startTimeUnixNano);
  });
});

describe.each(['http/protobuf', 'http/json'] as const)('any fields, %s', (protocol) => {
  /** Whole numbers that do not fit into 64 bits are text. */
  const asSent = (value: unknown): unknown => {
    if (typeof value === 'number')
      return Number.isInteger(value) && Math.abs(value) >= 2 ** 63 ? String(value) : value + 0;
    if (Array.isArray(value)) return value.map(asSent);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asSent(inner)]));
  };

  test('arrive as they were', async () => {
    const name = fc.string({ minLength: 1, maxLength: 12 }).map((text) => `k${text}`);
    const fields = fc.dictionary(name, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 });
    const samples = fc.sample(fields, 300);
    const handle = start({ sinks: [otlpSink({ url: receiver.url, ...quick, protocol })], redact: false });
    for (const [i, sample] of samples.entries()) info(`${i}`, sample);
    await handle.flush();
    expect(bodies()).toEqual(samples.map((_, i) => `${i}`));
    for (const [i, { attributes }] of receiver.logs.entries()) expect(attributes).toEqual(asSent(samples[i]));
  });

  test('whatever they are, nothing else is lost by them', async () => {
    const handle = run({ protocol });
    const samples = fc.sample(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
      300,
    );
    for (const [i, sample] of samples.entries()) info('Any', { i, sample });
    info('lone \ud800 surrogate', { ['\udc00']: '\ud800' });
    await handle.flush();
    expect(receiver.logs.map(({ attributes }) => attributes['i'])).toEqual([...samples.keys(), undefined]);
    expect(handle.stats().sinkErrors).toBe(0);
  });
});

describe('what is sent', () => {
  test('logs that the filter lets through, and spans from debug on', async () => {
    const handle = run();
    debug('quiet');
    info('loud');
    span('fine', {}, { level: 'trace' }).end();
    withSpan('work', () => 1);
    await handle.flush();
    expect(bodies()).toEqual(['loud']);
    expect(receiver.spans.map(({ name }) => name)).toEqual(['work']);
  });

  test('each from a level of its own', async () => {
    const handle = run({ logs: 'debug', traces: 'error' });
    debug('quiet');
    withSpan('work', () => 1);
    span('broken').fail(new Error('x'));
    await handle.flush();
    expect(bodies()).toEqual(['quiet']);
    expect(receiver.spans.map(({ name }) => name)).toEqual(['broken']);
  });

  test.each([
    ['debug', ['fine', 'query', 'request']],
    ['warn', ['query', 'request']],
  ] as const)(
    'the story of a trace that failed, with promote, and nothing twice: spans from %s on',
    async (traces, spans) => {
      const sinks = [otlpSink({ url: receiver.url, ...quick, traces })];
      const handle = start({ sinks, promote: true });
      withSpan('fine', () => debug('a detail of what went well'));
      const request = span('request');
      request.run(() => {
        debug('a detail');
        withSpan('query', () => 1);
      });
      request.fail(new Error('x'));
      await handle.flush();
      expect(receiver.logs.map(({ body, attributes }) => [body, attributes['promoted']])).toEqual([['a detail', true]]);
      expect(receiver.spans.map(({ name }) => name)).toEqual(spans);
    },
  );

  test('what is not sent is not delivered', async () => {
    const handle = run({ logs: false });
    info('nobody');
    withSpan('work', () => 1);
    await handle.flush();
    expect(handle.stats().delivered).toBe(1);
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/v1/traces']);
  });

  test('headers, by gzip; in batches', async () => {
    const handle = run({ headers: { authorization: 'Bearer t' }, batchRecords: 100, batchIntervalMs: 60_000 });
    for (let i = 0; i < 250; i++) info('Order placed', { order_id: i });
    await handle.flush();
    expect(receiver.logs.map(({ attributes }) => attributes['order_id'])).toHaveLength(250);
    expect(new Set(receiver.logs.map(({ attributes }) => attributes['order_id'])).size).toBe(250);
    expect(receiver.requests).toHaveLength(3);
    for (const { headers, bytes } of receiver.requests) {
      expect(headers).toMatchObject({
        'content-type': 'application/x-protobuf',
        'content-encoding': 'gzip',
        'content-length': String(bytes),
        authorization: 'Bearer t',
      });
      expect(headers['user-agent']).toMatch(/^ttlog-otlp\//);
    }
  });

  test('plain where it is asked for', async () => {
    const handle = run({ compression: 'none' });
    info('Order placed');
    await handle.flush();
    expect(receiver.requests[0]?.headers['content-encoding']).toBeUndefined();
    expect(bodies()).toEqual(['Order placed']);
  });

  test('by itself, once a batch is old enough', async () => {
    run();
    info('Order placed');
    await eventually(() => expect(bodies()).toEqual(['Order placed']));
  });

  test('what is too large for one request in several', async () => {
    const handle = run({ batchRecords: 2000, batchIntervalMs: 60_000, compression: 'none' });
    for (let i = 0; i < 1500; i++) info('Large', { i, a: 'x'.repeat(4000), b: 'y'.repeat(4000) });
    await handle.flush();
    expect(receiver.logs).toHaveLength(1500);
    expect(receiver.requests.length).toBeGreaterThan(1);
    expect(Math.max(...receiver.requests.map(({ bytes }) => bytes))).toBeLessThanOrEqual(4 * 1024 * 1024);
  });

  test('metrics every so often', async () => {
    run({ metrics: { intervalMs: 20 } });
    withSpan('work', () => 1);
    await eventually(() => expect(receiver.metrics.get('ttlog.span.duration')?.points[0]?.count).toBe(1));
  });
});

describe('outages', () => {
  /** Records for as long as the receiver is in trouble, then flushes; everything has arrived, once or more. */
  async function allArriveAfter(trouble: () => Promise<void> | void, handle = run()): Promise<void> {
    const all = Array.from({ length: 200 }, (_, i) => i);
    for (const i of all.slice(0, 100)) info('Order placed', { i });
    await trouble();
    for (const i of all.slice(100)) info('Order placed', { i });
    const arrived = (): unknown[] => receiver.logs.map(({ attributes }) => attributes['i']);
    await eventually(async () => {
      await handle.flush(); // which gives up after `timeoutMs`
      expect(new Set(arrived().filter((i) => typeof i === 'number'))).toEqual(new Set(all));
    });
  }

  test('refused connections', async () => {
    await receiver.shut();
    const memory = memorySink();
    const handle = start({ sinks: [otlpSink({ url: receiver.url, ...quick }), memory] });
    const failed = (): LogRecord[] => memory.records.filter(({ message }) => message === 'A sink failed');
    await allArriveAfter(async () => {
      await eventually(() => expect(failed()).toHaveLength(1));
      await receiver.open();
    }, handle);
    expect(failed()[0]?.values).toMatchObject({ sink: `otlp logs ${receiver.url}/v1/logs` });
    expect(failed()[0]?.values['reason']).toContain('ECONNREFUSED');
    expect(handle.stats().sinkErrors).toBeGreaterThan(0);
  });

  test.each([429, 502, 503, 504])('status %i', async (status) => {
    receiver.fault = (_, before) => (before < 3 ? { status } : undefined);
    await allArriveAfter(() => eventually(() => expect(receiver.requests.length).toBeGreaterThan(2)));
  });

  test('Retry-After is waited for', async () => {
    receiver.fault = (_, before) => (before === 0 ? { status: 503, headers: { 'Retry-After': '1' } } : undefined);
    // In one request: others that are under way already do not wait.
    const handle = run({ batchIntervalMs: 300 });
    await allArriveAfter(() => eventually(() => expect(receiver.requests.length).toBe(1)), handle);
    const [first, second] = receiver.requests;
    expect(second.at - first.at).toBeGreaterThanOrEqual(950);
  });

  test('no answer', async () => {
    receiver.fault = (_, before) => (before < 2 ? 'hang' : undefined);
    const handle = run({ timeoutMs: 100 });
    await allArriveAfter(() => eventually(() => expect(receiver.requests.length).toBeGreaterThan(1)), handle);
  });

  test('connections that break', async () => {
    receiver.fault = (_, before) => (before < 3 ? 'reset' : undefined);
    await allArriveAfter(() => eventually(() => expect(receiver.requests.length).toBeGreaterThan(2)));
  });

  test('connections that break after the request was taken: it arrives again', async () => {
    receiver.fault = (_, before) => (before === 0 ? 'take and reset' : undefined);
    await allArriveAfter(() => eventually(() => expect(receiver.requests.length).toBeGreaterThan(1)));
    expect(receiver.logs.length).toBeGreaterThan(200);
  });

  test('a slow receiver', async () => {
    receiver.fault = () => ({ slowMs: 30 });
    await allArriveAfter(() => undefined);
    expect(receiver.requests.length).toBeGreaterThan(0);
  });

  test('what falls out of the queue is counted, and reported', async () => {
    receiver.fault = () => ({ status: 503 });
    const memory = memorySink();
    const sink = otlpSink({ url: receiver.url, ...quick, batchRecords: 10, queueBytes: 6000, compression: 'none' });
    const handle = start({ sinks: [sink, memory] });
    const lost = (): number =>
      memory.records
        .filter(({ message }) => message === 'A sink missed records')
        .reduce((sum, { values }) => sum + Number(values['lost']), 0);
    for (let i = 0; i < 200; i++) info('Order placed', { i });
    await eventually(() => expect(lost()).toBeGreaterThan(0));
    receiver.fault = () => undefined;
    // What was told about losses went the same way.
    const told = (): number => memory.records.filter(({ message }) => message === 'A sink missed records').length;
    await eventually(async () => {
      await handle.flush();
      expect(receiver.logs.length + lost()).toBe(200 + told());
    });
    const ours = receiver.logs.filter(({ body }) => body === 'Order placed').map(({ attributes }) => attributes['i']);
    expect(ours).toContain(199); // the oldest go first
  });

  test('what the receiver refuses is given up, and counted', async () => {
    receiver.fault = (_, before) =>
      before === 0 ? { status: 400, headers: { 'Content-Type': 'text/plain' }, body: 'no' } : undefined;
    const memory = memorySink();
    const handle = start({ sinks: [otlpSink({ url: receiver.url, ...quick }), memory] });
    info('refused');
    await handle.flush();
    info('taken');
    await handle.flush();
    expect(bodies()).toContain('taken');
    expect(bodies()).not.toContain('refused');
    const told = (message: string): LogRecord | undefined =>
      memory.records.find((record) => record.message === message);
    await eventually(() => expect(told('A sink missed records')?.values['lost']).toBe(1));
    expect(told('A sink failed')?.values['reason']).toContain('status 400: no');
  });

  test.each([
    ['http/protobuf', 'application/x-protobuf', Buffer.from([10, 7, 8, 2, 18, 3, 98, 97, 100])],
    ['http/json', 'application/json', '{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"bad"}}'],
  ] as const)(
    'a partial success, %s: what was rejected is counted, and not sent again',
    async (protocol, type, answer) => {
      receiver.fault = (_, before) => (before === 0 ? { answer, type } : undefined);
      const memory = memorySink();
      const handle = start({ sinks: [otlpSink({ url: receiver.url, ...quick, protocol }), memory] });
      for (let i = 0; i < 5; i++) info('Order placed', { i });
      await handle.flush();
      const told = (message: string): LogRecord | undefined =>
        memory.records.find((record) => record.message === message);
      await eventually(() => expect(told('A sink missed records')?.values['lost']).toBe(2));
      expect(told('A sink failed')?.values['reason']).toContain('bad');
      expect(bodies().filter((body) => body === 'Order placed')).toHaveLength(5);
    },
  );

  test('others do not wait for it, not even for its flush', async () => {
    receiver.fault = () => 'hang';
    const memory = memorySink();
    const handle = start({ sinks: [otlpSink({ url: receiver.url, ...quick, timeoutMs: 60_000 }), memory] });
    info('one');
    const flushing = handle.flush();
    await eventually(() => expect(receiver.requests.length).toBe(1));
    // Far more than the ring holds: the recorder has to read on.
    for (let i = 0; i < 20_000; i++) info('more', { i });
    await eventually(() => expect(memory.records.filter(({ message }) => message === 'more').length).toBe(20_000));
    expect(handle.stats().lapped).toBe(0);
    await receiver.shut();
    receiver.fault = () => undefined;
    await receiver.open();
    await flushing;
  });

  test('what it holds when the recorder thread dies is said to be lost; what was counted of spans is not', async () => {
    receiver.fault = ({ path }) => (path === '/v1/metrics' ? undefined : { status: 503 });
    const started = once(process, 'worker') as Promise<[Worker]>;
    const memory = memorySink();
    const handle = start({ sinks: [otlpSink({ url: receiver.url, ...quick, metrics: true }), memory] });
    const [thread] = await started;
    withSpan('work', () => {
      for (let i = 0; i < 10; i++) info('Order placed', { i });
    });
    await eventually(() => expect(receiver.requests.length).toBeGreaterThan(1));
    await thread.terminate();
    const died = (): LogRecord | undefined =>
      memory.records.find(({ message }) => message.startsWith('The recorder thread died'));
    await eventually(() => expect(died()).toBeDefined());
    expect(died()?.values['lost']).toBeGreaterThanOrEqual(11);
    receiver.fault = () => undefined;
    withSpan('work', () => 1);
    await handle.flush();
    expect(receiver.metrics.get('ttlog.span.duration')?.points[0]?.count).toBe(2);
    expect(receiver.spans).toHaveLength(1);
  });

  test('shutdown() gives up, and says what is left', async () => {
    receiver.fault = () => ({ status: 503 });
    const memory = memorySink();
    const handle = init({ sinks: [otlpSink({ url: receiver.url, ...quick }), memory], exitTimeoutMs: 100 });
    info('nobody takes it');
    await handle.shutdown();
    const told = memory.records.filter(({ values }) => String(values['reason']).includes('undelivered'));
    expect(told[0]?.values['reason']).toMatch(/closed with [12] records undelivered/);
  });
});

describe('variables of the environment', () => {
  function environment(variables: Record<string, string>): void {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  }
  beforeEach(() => void vi.unstubAllEnvs());
  afterAll(() => vi.unstubAllEnvs());

  test('say where, how and who', async () => {
    environment({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/base/`,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=x%20y',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=own',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=ignored,team=a%2Cb,service.version=7',
      OTEL_SERVICE_NAME: 'checkout',
    });
    const handle = start({ sinks: [otlpSink(quick)] });
    info('Ready');
    withSpan('work', () => 1);
    await handle.flush();
    const byPath = new Map(receiver.requests.map(({ path, headers }) => [path, headers]));
    expect([...byPath.keys()].toSorted()).toEqual(['/base/v1/logs', '/v1/traces']);
    expect(byPath.get('/base/v1/logs')).toMatchObject({ a: '1', b: 'x y', 'content-type': 'application/json' });
    expect(byPath.get('/v1/traces')).toMatchObject({ a: '1', b: 'own' });
    expect(byPath.get('/v1/traces')?.['content-encoding']).toBeUndefined();
    expect(receiver.spans[0]?.resource).toMatchObject({
      'service.name': 'checkout',
      'service.version': '7',
      team: 'a,b',
    });
  });

  test('are beaten by code', async () => {
    environment({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_SERVICE_NAME: 'environment',
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1',
    });
    const handle = run({ serviceName: 'code', headers: { a: '2' } });
    info('Ready');
    await handle.flush();
    expect(receiver.logs[0]?.resource['service.name']).toBe('code');
    expect(receiver.requests[0]?.headers['a']).toBe('2');
  });

  test('are ignored with a warning where they are wrong', async () => {
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', listen);
    environment({
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: 'soon',
      OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: 'zstd',
      OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE: '/nowhere.pem',
    });
    const handle = run({ traces: false });
    info('Ready');
    await handle.flush();
    process.off('warning', listen);
    expect(bodies()).toEqual(['Ready']);
    expect(warnings.map((text) => text.split(' ')[0]).toSorted()).toEqual([
      'OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE',
      'OTEL_EXPORTER_OTLP_LOGS_COMPRESSION',
      'OTEL_EXPORTER_OTLP_LOGS_PROTOCOL',
      'OTEL_EXPORTER_OTLP_LOGS_TIMEOUT',
    ]);
  });
});

test.each([
  [{ url: 'localhost:4318' }, 'url'],
  [{ url: 'ftp://a' }, 'url'],
  [{ headers: { a: 1 } }, 'headers.a'],
  [{ protocol: 'grpc' }, 'protocol'],
  [{ compression: 'br' }, 'compression'],
  [{ timeoutMs: 0 }, 'timeoutMs'],
  [{ logs: 'loud' }, 'level'],
  [{ metrics: { intervalMs: -1 } }, 'metrics.intervalMs'],
  [{ serviceName: '' }, 'serviceName'],
  [{ resource: { a: {} } }, "resource['a']"],
  [{ batchRecords: 0 }, 'batchRecords'],
  [{ queueBytes: Number.NaN }, 'queueBytes'],
  [{ retry: { minMs: 100, maxMs: 10 } }, 'retry.maxMs'],
  [{ uri: 'x' }, 'an option of otlpSink()'],
])('%o is no option', (options, name) => {
  const make = (): unknown => otlpSink(options as never);
  expect(make).toThrow(TtlogError);
  expect(make).toThrow(`Expected ${name === 'level' ? "a sink's level" : name} to be`);
});

test('called as a function it sends on the spot', async () => {
  const sink = otlpSink({ url: receiver.url, ...quick });
  const handle = start({ sinks: [(batch) => sink(batch)], level: 'debug' });
  info('by hand');
  withSpan('work', () => 1);
  await handle.flush();
  await sink.flush?.();
  await sink[Symbol.asyncDispose]?.();
  expect(bodies()).toEqual(['by hand']);
  expect(receiver.spans.map(({ name }) => name)).toEqual(['work']);
  warn('not sent');
});
