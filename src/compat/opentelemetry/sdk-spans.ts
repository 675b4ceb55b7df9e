// Ends of ttlog's spans as an OpenTelemetry SDK has its own: ReadableSpan, of versions 1 and 2.
import { state } from '../../core/state.js';
import type { HrTime, OtlpSpan } from '../../recorder/otlp/records.js';
import { hrTime, RecordMapper } from '../../recorder/otlp/records.js';
import type { LogRecord } from '../../recorder/record.js';

/** As OpenTelemetry's own limit. */
const MAX_EVENTS = 128;
/** Open spans whose events are kept; those of the one whose first event is the oldest are forgotten first. */
const MAX_SPANS = 4096;

interface SdkEvent {
  readonly name: string;
  readonly time: HrTime;
  readonly attributes: object;
  readonly droppedAttributesCount: number;
}

/** The events of a span that has not ended. */
interface KeptEvents {
  readonly newest: LogRecord[];
  dropped: number;
}

const NO_EVENTS: KeptEvents = { newest: [], dropped: 0 };

/** What an SDK's span has besides what goes over the wire. */
interface SdkSpan extends Omit<OtlpSpan, 'resource' | 'events'> {
  readonly resource: object;
  readonly events: readonly SdkEvent[];
  readonly duration: HrTime;
  readonly ended: true;
  /** Version 1. */
  readonly parentSpanId: string | undefined;
  readonly instrumentationLibrary: object;
}

/** Makes them from records as they come: events are kept until their span ends. */
export class SdkSpans {
  readonly #mapper: RecordMapper;
  readonly #resource: object;
  readonly #keepsEvents: boolean;
  /** By the id of their span. */
  readonly #events = new Map<string, KeptEvents>();

  constructor(resource: object | undefined, keepsEvents: boolean) {
    const attributes = { 'service.name': state.rootTarget.name };
    this.#mapper = new RecordMapper({ attributes });
    this.#resource = resource ?? new ServiceResource(attributes);
    this.#keepsEvents = keepsEvents;
  }

  /** The spans that end in a batch. */
  take(batch: readonly LogRecord[]): SdkSpan[] {
    const ended: SdkSpan[] = [];
    for (const record of batch) {
      if (record.kind === 'span') {
        const span = this.#span(record);
        if (span !== undefined) ended.push(span);
      } else if (record.kind === 'event' && this.#keepsEvents && record.spanId !== undefined && !record.late) {
        this.#keep(record, record.spanId);
      }
    }
    return ended;
  }

  #keep(record: LogRecord, spanId: string): void {
    let kept = this.#events.get(spanId);
    if (kept === undefined) {
      const [oldest] = this.#events.keys();
      if (this.#events.size === MAX_SPANS) this.#events.delete(oldest);
      kept = { newest: [], dropped: 0 };
      this.#events.set(spanId, kept);
    }
    kept.newest.push(record);
    if (kept.newest.length <= MAX_EVENTS) return;
    kept.newest.shift();
    kept.dropped++;
  }

  #span(record: LogRecord): SdkSpan | undefined {
    const span = this.#mapper.span(record);
    if (span === undefined) return undefined;
    const { newest, dropped } = this.#events.get(record.spanId!) ?? NO_EVENTS;
    this.#events.delete(record.spanId!);
    const events = newest.map((event) => this.#event(event));
    const told = new Set(newest.flatMap(({ values }) => messageOf(values['err']) ?? []));
    // The error of a span is an event of its own, unless it has been told as one.
    for (const event of span.events)
      if (!told.has(String(event.attributes['exception.message'])))
        events.push({ ...event, droppedAttributesCount: 0 });
    return {
      ...span,
      events,
      resource: this.#resource,
      duration: hrTime(BigInt(Math.round(record.durationNs ?? 0))),
      ended: true,
      droppedEventsCount: dropped,
      parentSpanId: record.parentSpanId,
      instrumentationLibrary: span.instrumentationScope,
    };
  }

  /** Without what the event has from its span and its context: the span has it, too. */
  #event(record: LogRecord): SdkEvent {
    const { attributes, hrTime: time, droppedAttributesCount } = this.#mapper.log(record);
    for (const { key } of record.fields.slice(0, record.inherited)) delete attributes[key];
    return { name: record.message, time, attributes, droppedAttributesCount };
  }
}

/** `service.name`, where the application has no resource: as much of one as processors and exporters ask for. */
class ServiceResource {
  readonly attributes: Readonly<Record<string, string>>;

  constructor(attributes: Readonly<Record<string, string>>) {
    this.attributes = attributes;
  }

  merge(other: object | null): object {
    return other ?? this;
  }

  getRawAttributes(): [string, string][] {
    return Object.entries(this.attributes);
  }
}

function messageOf(err: unknown): string | undefined {
  return typeof err === 'object' && err !== null && 'message' in err ? String(err.message) : undefined;
}
