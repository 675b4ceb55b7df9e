import { context, createTraceState, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { suppressTracing, W3CTraceContextPropagator } from '@opentelemetry/core';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { describe, expect, test } from 'vitest';
import { enableOpenTelemetryCompatibility } from 'ttlog/opentelemetry';
import { enable, spanOf } from './support.js';

describe('enableOpenTelemetryCompatibility', () => {
  test('registers, and puts everything back', () => {
    const enabled = enable();
    expect(enabled.registered).toEqual(['traces', 'context', 'propagation', 'logs']);
    expect(trace.getTracer('a').startSpan('a').isRecording()).toBe(true);
    enabled[Symbol.dispose]();
    expect(trace.getTracer('a').startSpan('a').isRecording()).toBe(false);
    expect(context.with(ROOT_CONTEXT.setValue(Symbol.for('k'), 1), () => context.active())).toBe(ROOT_CONTEXT);
    expect(propagation.fields()).toEqual([]);
    expect(logs.getLogger('a').enabled()).toBe(false);
    enabled[Symbol.dispose]();
    enable();
    expect(trace.getTracer('a').startSpan('a').isRecording()).toBe(true);
  });

  test('a tracer that a library took before records from then on', async () => {
    const early = trace.getTracer('early');
    const earlyLogger = logs.getLogger('early');
    enable();
    early.startSpan('late').end();
    expect((await spanOf('late')).target).toBe('early');
    expect(earlyLogger.enabled()).toBe(true);
  });

  test('refuses where an SDK is registered, and leaves everything as it was', () => {
    const provider = new NodeTracerProvider();
    provider.register();
    expect(() => enableOpenTelemetryCompatibility()).toThrow(
      expect.objectContaining({ code: 'ERR_ALREADY_INITIALIZED', message: expect.stringContaining('tracer provider') }),
    );
    expect((trace.getTracerProvider() as { getDelegate?(): unknown }).getDelegate?.()).toBe(provider);
  });

  test('refuses where there is a context manager, and registers nothing', async () => {
    const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    expect(() => enableOpenTelemetryCompatibility()).toThrow(
      expect.objectContaining({ code: 'ERR_ALREADY_INITIALIZED' }),
    );
    expect(trace.getTracer('a').startSpan('a').isRecording()).toBe(false);
  });

  test('refuses a second time', () => {
    enable();
    expect(() => enableOpenTelemetryCompatibility()).toThrow(
      expect.objectContaining({ code: 'ERR_ALREADY_INITIALIZED' }),
    );
  });

  test("keeps the application's propagator, and where its logs go", () => {
    const propagator = new W3CTraceContextPropagator();
    propagation.setGlobalPropagator(propagator);
    const loggers = new LoggerProvider();
    logs.setGlobalLoggerProvider(loggers);
    const enabled = enable();
    expect(enabled.registered).toEqual(['traces', 'context']);
    enabled[Symbol.dispose]();
    expect(logs.getLoggerProvider()).toBe(loggers);
    expect(propagation.fields()).toEqual(propagator.fields());
  });

  test('leaves what somebody has registered in its place since', () => {
    const enabled = enable();
    trace.disable();
    const provider = new NodeTracerProvider();
    trace.setGlobalTracerProvider(provider);
    enabled[Symbol.dispose]();
    expect((trace.getTracerProvider() as { getDelegate?(): unknown }).getDelegate?.()).toBe(provider);
  });

  test.each([
    [{ level: 'loud' }, 'level'],
    [{ err: 'off' }, 'err'],
    [{ wrong: 1 }, 'wrong'],
  ])('refuses the options %j', (options, word) => {
    expect(() => enableOpenTelemetryCompatibility(options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION', message: expect.stringContaining(word) }),
    );
    expect(trace.getTracer('a').startSpan('a').isRecording()).toBe(false);
  });

  test('levels of spans', async () => {
    enable({ level: 'info', err: false });
    const span = trace.getTracer('a').startSpan('failed');
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
    span.end();
    const record = await spanOf('failed');
    expect([record.level, record.outcome]).toEqual([2, 'error']);
  });
});

describe('propagation', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

  test('what goes out', () => {
    enable();
    const parent = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1 };
    let ctx = trace.setSpanContext(ROOT_CONTEXT, { ...parent, traceState: createTraceState('a=1,b=2') });
    ctx = propagation.setBaggage(ctx, propagation.createBaggage({ tenant: { value: 'a b' } }));
    const headers = {};
    propagation.inject(ctx, headers);
    expect(headers).toEqual({ traceparent, tracestate: 'a=1,b=2', baggage: 'tenant=a%20b' });
    const none = {};
    propagation.inject(suppressTracing(ctx), none);
    propagation.inject(ROOT_CONTEXT, none);
    expect(none).toEqual({});
  });

  test('what comes in', () => {
    enable();
    const ctx = propagation.extract(ROOT_CONTEXT, { traceparent, tracestate: 'a=1', baggage: 'tenant=a%20b;x=1' });
    expect(trace.getSpanContext(ctx)).toMatchObject({ spanId: '00f067aa0ba902b7', traceFlags: 1, isRemote: true });
    expect(trace.getSpanContext(ctx)?.traceState?.serialize()).toBe('a=1');
    expect(propagation.getBaggage(ctx)?.getEntry('tenant')?.value).toBe('a b');
    for (const odd of [{}, { traceparent: 'x' }, { traceparent: [traceparent, traceparent] }, { traceparent: 7 }])
      expect(propagation.extract(ROOT_CONTEXT, odd)).toBe(ROOT_CONTEXT);
  });
});
