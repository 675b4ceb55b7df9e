// ttlog's spans in an OpenTelemetry SDK: its own processors and exporters.
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { describe, expect, test, vi } from 'vitest';
import { info, span, trace, withCarrier, withContext, withSpan } from 'ttlog';
import { openTelemetrySink } from 'ttlog/opentelemetry';
import { atTheEnd, records, running, start } from './support.js';

const byName = (exporter: InMemorySpanExporter, name: string): ReadableSpan =>
  exporter.getFinishedSpans().find((one) => one.name === name)!;

describe.each([
  ['an exporter', (exporter: SpanExporter) => exporter],
  ['a simple processor', (exporter: SpanExporter) => new SimpleSpanProcessor(exporter)],
  ['a batch processor', (exporter: SpanExporter) => new BatchSpanProcessor(exporter)],
])('%s', (_what, receiver) => {
  test('gets the spans, with the ids, times, events, links and kinds that they have', async () => {
    const exporter = new InMemorySpanExporter();
    await start(openTelemetrySink(receiver(exporter)));
    const remote = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    withContext({ request_id: 'r-1' }, () =>
      withCarrier({ traceparent: remote }, () =>
        withSpan('checkout', { cart_id: 3, list: ['a', 'b'] }, { kind: 'server', links: [remote] }, (checkout) => {
          trace('cart read', { items: 2 });
          withSpan('pay', () => info('paid'));
          checkout.record({ currency: 'EUR' });
        }),
      ),
    );
    expect(() =>
      withSpan('fails', () => {
        throw new RangeError('too far');
      }),
    ).toThrow('too far');
    await running().flush();
    const checkout = byName(exporter, 'checkout');
    const ours = (await records()).find(({ message }) => message === 'checkout')!;
    expect(checkout.spanContext()).toEqual({ traceId: ours.traceId, spanId: ours.spanId, traceFlags: 1 });
    expect(checkout.parentSpanContext?.spanId).toBe('00f067aa0ba902b7');
    expect({ ...checkout.attributes }).toEqual({ request_id: 'r-1', cart_id: 3, list: ['a', 'b'], currency: 'EUR' });
    expect(checkout.kind).toBe(SpanKind.SERVER);
    expect(checkout.events.map(({ name, attributes }) => [name, { ...attributes }])).toEqual([
      ['cart read', { items: 2 }],
    ]);
    expect(checkout.links.map(({ context }) => context.spanId)).toEqual(['00f067aa0ba902b7']);
    expect(checkout.status).toEqual({ code: SpanStatusCode.UNSET });
    expect(checkout.ended).toBe(true);
    const ns = ([seconds, nanos]: readonly [number, number]): bigint =>
      BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
    expect([ns(checkout.startTime), ns(checkout.endTime)]).toEqual([ours.startNs, ours.timestampNs]);
    expect(Number(ns(checkout.duration))).toBe(ours.durationNs);
    expect(checkout.instrumentationScope.name).toBe('shop');
    expect(checkout.resource.attributes).toEqual({ 'service.name': 'shop' });
    expect(byName(exporter, 'pay').parentSpanContext?.spanId).toBe(ours.spanId);
    const failed = byName(exporter, 'fails');
    expect(failed.status).toEqual({ code: SpanStatusCode.ERROR, message: 'too far' });
    expect(failed.events.map(({ name, attributes }) => [name, attributes?.['exception.type']])).toEqual([
      ['exception', 'RangeError'],
    ]);
  });
});

test('a resource of the application, and no events', async () => {
  const exporter = new InMemorySpanExporter();
  await start(
    openTelemetrySink(exporter, { resource: resourceFromAttributes({ 'service.name': 'mine' }), events: false }),
  );
  withSpan('checkout', () => info('Adding up'));
  await running().flush();
  const checkout = byName(exporter, 'checkout');
  expect([checkout.resource.attributes['service.name'], checkout.events]).toEqual(['mine', []]);
});

test('a level: only spans and events from there on', async () => {
  const exporter = new InMemorySpanExporter();
  await start(openTelemetrySink(exporter, { level: 'info' }));
  withSpan('quiet', () => undefined);
  withSpan('told', undefined, { level: 'info' }, () => {
    info('yes');
    trace('no');
  });
  await running().flush();
  expect(exporter.getFinishedSpans().map((one) => [one.name, one.events.map(({ name }) => name)])).toEqual([
    ['told', ['yes']],
  ]);
});

test('events without end: the newest are kept, and the others counted', async () => {
  const exporter = new InMemorySpanExporter();
  await start(openTelemetrySink(exporter));
  withSpan('long', () => {
    for (let i = 0; i < 1000; i++) info('step', { i });
  });
  await running().flush();
  const long = byName(exporter, 'long');
  expect([long.events.length, long.droppedEventsCount]).toEqual([128, 872]);
  expect(long.events.at(-1)?.attributes?.['i']).toBe(999);
});

test('spans that never end cost no more than a bound', async () => {
  const exporter = new InMemorySpanExporter();
  await start(openTelemetrySink(exporter));
  const first = span('first');
  first.event('early');
  const open = Array.from({ length: 5000 }, (_, i) => span(`open ${i}`));
  for (const one of open) one.event('inside');
  await running().flush();
  first.end();
  open.at(-1)!.end();
  await running().flush();
  expect(exporter.getFinishedSpans().map((one) => [one.name, one.events.length])).toEqual([
    ['first', 0],
    ['open 4999', 1],
  ]);
});

test('an exporter that fails is counted, and tried again', async () => {
  const exporter = new InMemorySpanExporter();
  const failing = vi
    .spyOn(exporter, 'export')
    .mockImplementationOnce((_spans, done) => done({ code: ExportResultCode.FAILED, error: new Error('refused') }));
  await start(openTelemetrySink(exporter));
  withSpan('lost', () => undefined);
  await running().flush();
  withSpan('kept', () => undefined);
  await running().flush();
  expect(failing).toHaveBeenCalledTimes(2);
  expect(running().stats().sinkErrors).toBe(1);
  expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['kept']);
});

test('it is flushed and shut down with ttlog', async () => {
  const exporter = new InMemorySpanExporter();
  const shutdown = vi.spyOn(exporter, 'shutdown');
  const flushed = vi.spyOn(exporter, 'forceFlush');
  await start(openTelemetrySink(exporter));
  await running().flush();
  expect(flushed).toHaveBeenCalled();
  await running().shutdown();
  expect(shutdown).toHaveBeenCalledOnce();
});

test('the console exporter of the SDK can print them', async () => {
  const printed = vi.spyOn(console, 'dir').mockImplementation(() => undefined);
  atTheEnd(() => printed.mockRestore());
  await start(openTelemetrySink(new ConsoleSpanExporter()));
  withSpan('printed', { a: 1 }, () => undefined);
  await running().flush();
  expect(printed.mock.calls[0][0]).toMatchObject({ name: 'printed', attributes: { a: 1 } });
});

test.each([
  [undefined, {}],
  [{}, {}],
  [{ export: 1, shutdown() {} }, {}],
  [new InMemorySpanExporter(), { level: 'loud' }],
  [new InMemorySpanExporter(), { events: 1 }],
  [new InMemorySpanExporter(), { resource: 'mine' }],
  [new InMemorySpanExporter(), { wrong: true }],
])('%o %o is refused', (to, options) => {
  expect(() => openTelemetrySink(to as never, options as never)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_OPTION' }),
  );
});
