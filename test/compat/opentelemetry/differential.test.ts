// The same calls to ttlog and to OpenTelemetry's own SDK: what either has of the spans in the end is the same.
import type { Attributes, Span, SpanStatus, Tracer } from '@opentelemetry/api';
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import type { LogRecord } from 'ttlog';
import { openTelemetrySink } from 'ttlog/opentelemetry';
import { attributesOf, clear, enable, records, start } from './support.js';

type Call =
  | {
      readonly does: 'start';
      readonly parent: number;
      readonly name: string;
      readonly kind: SpanKind;
      readonly attributes: Attributes;
      readonly links: readonly number[];
      readonly ms: number | undefined;
    }
  | { readonly does: 'attributes'; readonly of: number; readonly attributes: Attributes }
  | {
      readonly does: 'event';
      readonly of: number;
      readonly name: string;
      readonly attributes: Attributes;
      readonly ms: number | undefined;
    }
  | { readonly does: 'exception'; readonly of: number; readonly message: string }
  | { readonly does: 'status'; readonly of: number; readonly status: SpanStatus }
  | { readonly does: 'name'; readonly of: number; readonly name: string }
  | { readonly does: 'link'; readonly of: number; readonly to: number; readonly attributes: Attributes }
  | { readonly does: 'end'; readonly of: number; readonly ms: number | undefined };

const index = fc.nat(7);
const name = fc.oneof(fc.constantFrom('GET', 'query', 'work'), fc.string({ minLength: 1, maxLength: 20 }));
// No names that redaction or lines know, so that what is compared is what was said.
const key = fc.constantFrom('a', 'b.c', 'http.method', 'ключ', 'rows', 'list');
const value = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.integer(),
  fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
  fc.boolean(),
  fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }),
  fc.array(fc.integer(), { maxLength: 3 }),
);
const attributes: fc.Arbitrary<Attributes> = fc.dictionary(key, value, { maxKeys: 4 });
const ms = fc.option(fc.integer({ min: 1_600_000_000_000, max: 1_800_000_000_000 }), { nil: undefined });
const kind = fc.constantFrom(SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER);
const status = fc.record({
  code: fc.constantFrom(SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR),
  message: fc.constantFrom('it failed', 'no'),
});

const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('start' as const),
      parent: index,
      name,
      kind,
      attributes,
      links: fc.array(index, { maxLength: 2 }),
      ms,
    }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('attributes' as const), of: index, attributes }) },
  fc.record({ does: fc.constant('event' as const), of: index, name, attributes, ms }),
  fc.record({ does: fc.constant('exception' as const), of: index, message: fc.constantFrom('no', 'lost') }),
  fc.record({ does: fc.constant('status' as const), of: index, status }),
  fc.record({ does: fc.constant('name' as const), of: index, name }),
  fc.record({ does: fc.constant('link' as const), of: index, to: index, attributes }),
  { weight: 2, arbitrary: fc.record({ does: fc.constant('end' as const), of: index, ms }) },
);

/** Makes the calls; returns the spans in the order of their starts. A span that is not there is a span of another process. */
function run(tracer: Tracer, calls: readonly Call[]): Span[] {
  const spans: Span[] = [];
  const remote = trace.wrapSpanContext({
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    traceFlags: 1,
    isRemote: true,
  });
  for (const one of calls) {
    if (one.does === 'start') {
      const parent = one.parent === 7 ? remote : spans[one.parent];
      const options = {
        kind: one.kind,
        attributes: one.attributes,
        links: one.links.flatMap((i) =>
          spans[i] === undefined ? [] : { context: spans[i].spanContext(), attributes: { i } },
        ),
        ...(one.ms !== undefined && { startTime: one.ms }),
      };
      spans.push(
        tracer.startSpan(one.name, options, parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent)),
      );
      continue;
    }
    const span = spans[one.of];
    if (span === undefined) continue;
    switch (one.does) {
      case 'attributes':
        span.setAttributes(one.attributes);
        break;
      case 'event':
        span.addEvent(one.name, one.attributes, one.ms);
        break;
      case 'exception':
        span.recordException(new RangeError(one.message));
        break;
      case 'status':
        span.setStatus(one.status);
        break;
      case 'name':
        span.updateName(one.name);
        break;
      case 'link':
        span.addLink({ context: (spans[one.to] ?? remote).spanContext(), attributes: one.attributes });
        break;
      case 'end':
        span.end(one.ms);
    }
  }
  for (const span of spans) if (span.isRecording()) span.end();
  return spans;
}

interface Seen {
  readonly name: string;
  readonly kind: string;
  readonly trace: number;
  readonly parent: string | undefined;
  readonly attributes: object;
  readonly events: readonly object[];
  readonly links: readonly object[];
  readonly code: SpanStatusCode;
  readonly message: string | undefined;
}

/** Ids as the place of their span, because ids are the one thing that differs. */
function places(spans: readonly Span[]): {
  of: (id: string | undefined) => string | undefined;
  trace: (id: string) => number;
} {
  const byId = new Map(spans.map((span, i) => [span.spanContext().spanId, `#${i}`]));
  const traces = [...new Set(spans.map((span) => span.spanContext().traceId))];
  return { of: (id) => (id === undefined ? undefined : (byId.get(id) ?? id)), trace: (id) => traces.indexOf(id) };
}

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'];

/** Floats that are whole are written as such; -0 is 0 in both. */
const plain = (values: object): object => JSON.parse(JSON.stringify(values));

function ofSdk(spans: readonly Span[], ended: readonly ReadableSpan[]): Seen[] {
  const place = places(spans);
  return spans.map((span) => {
    const one = ended.find((candidate) => candidate.spanContext().spanId === span.spanContext().spanId)!;
    return {
      name: one.name,
      kind: KINDS[one.kind],
      trace: place.trace(one.spanContext().traceId),
      parent: place.of(one.parentSpanContext?.spanId),
      attributes: plain(one.attributes),
      events: one.events.map((event) => ({ name: event.name, ...plain(event.attributes ?? {}) })),
      links: one.links.map((link) => ({ to: place.of(link.context.spanId), ...plain(link.attributes ?? {}) })),
      code: one.status.code,
      message: one.status.message,
    };
  });
}

const ownOf = (fields: LogRecord['fields']): object => Object.fromEntries(fields.map((one) => [one.key, one.value]));

function ofTtlog(spans: readonly Span[], all: readonly LogRecord[]): Seen[] {
  const place = places(spans);
  return spans.map((span) => {
    const { spanId } = span.spanContext();
    const one = all.find((record) => record.kind === 'span' && record.spanId === spanId)!;
    const { err, 'otel.status_code': ok, 'otel.status_description': said, ...own } = attributesOf(one);
    const links = (one.values['span_links'] ?? []) as unknown as { trace_id: string; span_id: string }[];
    const error = typeof err === 'string' ? err : (err as { message?: string } | undefined)?.message;
    return {
      name: one.message,
      kind: String(one.values['span_kind'] ?? 'internal'),
      trace: place.trace(one.traceId!),
      parent: place.of(one.parentSpanId),
      attributes: plain(own),
      events: all
        .filter((record) => record.kind === 'event' && record.spanId === spanId)
        .map(({ message, fields, inherited }) => ({ name: message, ...plain(ownOf(fields.slice(inherited))) })),
      links: links.map(({ trace_id: _trace, span_id, ...rest }) => ({ to: place.of(span_id), ...plain(rest) })),
      code: ok === 'OK' ? SpanStatusCode.OK : one.outcome === 'error' ? SpanStatusCode.ERROR : SpanStatusCode.UNSET,
      message: one.outcome === 'error' ? ((said as string | undefined) ?? error) : undefined,
    };
  });
}

const handedOn = new InMemorySpanExporter();

beforeEach(async () => {
  await start(openTelemetrySink(handedOn));
  enable();
});

/** An exception that is the error of its span has its message where the SDK's has none; and the frames of stacks are where they are thrown. */
function comparable(spans: readonly Seen[]): object[] {
  return spans.map(({ events, message, attributes: own, ...rest }) => ({
    ...rest,
    // That a span began after the end of its parent is told by ttlog alone.
    attributes: { ...own, span_late: undefined },
    message: message === 'no' || message === 'lost' ? undefined : message,
    events: events.map((event) => ({ ...event, 'exception.stacktrace': undefined })),
  }));
}

test('whatever is called', async () => {
  expect.hasAssertions();
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 40 }), async (calls) => {
      const exporter = new InMemorySpanExporter();
      const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
      const theirs = run(provider.getTracer('library'), calls);
      await provider.forceFlush();
      const expected = ofSdk(theirs, exporter.getFinishedSpans());
      await clear();
      handedOn.reset();
      const ours = run(trace.getTracer('library'), calls);
      const seen = ofTtlog(ours, await records());
      // And what becomes of ours in an SDK: the same again, with the trace ids of ttlog.
      expect(comparable(ofSdk(ours, handedOn.getFinishedSpans()))).toEqual(comparable(expected));
      expect(seen).toHaveLength(expected.length);
      for (const [i, one] of seen.entries()) {
        const { events, message, ...rest } = expected[i];
        // An exception is the error of the span, of which the SDK has no word.
        expect(message === undefined ? undefined : one.message).toBe(message);
        expect({ ...one, events: [], message: '' }).toEqual({ ...rest, events: [], message: '' });
        // An exception is an error, where the SDK has three attributes.
        const said = events.map((event) =>
          (event as { name: string }).name === 'exception' ? { name: 'exception', err: { type: 'RangeError' } } : event,
        );
        expect(one.events).toMatchObject(said);
      }
      for (const span of ours) expect(trace.isSpanContextValid(span.spanContext())).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test('times of both worlds', async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const time = fc.oneof(
    fc.tuple(fc.integer({ min: 0, max: 4_000_000_000 }), fc.integer({ min: 0, max: 999_999_999 })),
    fc.integer({ min: 1_000_000_000_000, max: 4_000_000_000_000 }),
    fc.date({ min: new Date(0), max: new Date(4_000_000_000_000), noInvalidDate: true }),
  );
  await fc.assert(
    fc.asyncProperty(time, time, async (from, to) => {
      await clear();
      exporter.reset();
      for (const tracer of [provider.getTracer('library'), trace.getTracer('library')])
        tracer.startSpan('then', { startTime: from as never }, ROOT_CONTEXT).end(to);
      const [theirs] = exporter.getFinishedSpans();
      const ours = (await records()).at(-1)!;
      const ns = ([seconds, nanos]: readonly [number, number]): bigint =>
        BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
      expect([ours.startNs, ours.timestampNs]).toEqual([ns(theirs.startTime), ns(theirs.endTime)]);
      expect(ours.durationNs).toBe(Number(ns(theirs.duration)));
    }),
    { numRuns: 100 },
  );
  expect(context.active()).toBe(ROOT_CONTEXT);
});
