import { checkOptions, invalidOption } from '../../core/errors.js';
import type { LevelName } from '../../core/level.js';
import { LogLevel } from '../../core/level.js';
import type { LogRecord } from '../../recorder/record.js';
import type { Sink } from '../../recorder/sink.js';
import { sinkFactory } from '../../recorder/sink.js';
import { levelOption } from './level-option.js';
import { SdkSpans } from './sdk-spans.js';

/** A span processor of an OpenTelemetry SDK (1 or 2): as much of it as is called. */
export interface SdkSpanProcessor {
  onEnd(span: never): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** A span exporter of an OpenTelemetry SDK (1 or 2): as much of it as is called. */
export interface SdkSpanExporter {
  export(spans: never, done: (result: { code: number; error?: Error }) => void): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}

/** What `openTelemetrySink` takes besides. */
export interface OpenTelemetrySinkOptions {
  /** What the spans are of, as the SDK has it (`resourceFromAttributes(…)`). @default `service.name`, of `init({ service })` */
  readonly resource?: object;
  /** The least level of spans, and of the events in them. @default 'trace' */
  readonly level?: LogLevel | LevelName;
  /** Whether what is logged inside a span is among its events, 128 at the most, the newest. @default true */
  readonly events?: boolean;
}

/** As much as an exporter wants at a time. */
const MAX_EXPORTED = 512;

/**
 * Hands ttlog's spans to a span processor or an exporter of an existing OpenTelemetry SDK, with the ids that they have in ttlog: as they end, by the recorder, on
 * the thread that called `init()`. What is logged inside a span is its events. Processor and exporter are flushed by `handle.flush()` and shut down with ttlog.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` where the first argument is neither, or an option is wrong.
 * @example
 * import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
 * import { info, init, withSpan } from 'ttlog';
 * import { openTelemetrySink } from 'ttlog/opentelemetry';
 * const exporter = new InMemorySpanExporter();
 * const handle = init({ service: 'shop', sinks: [openTelemetrySink(exporter)] });
 * withSpan('checkout', { cart_id: 3 }, () => info('Adding up'));
 * await handle.flush();
 * const [span] = exporter.getFinishedSpans();
 * await handle.shutdown();
 * [span?.name, span?.attributes['cart_id'], span?.events[0]?.name]; // => ['checkout', 3, 'Adding up']
 */
export const openTelemetrySink = /* @__PURE__ */ sinkFactory(function openTelemetrySink(
  to: SdkSpanProcessor | SdkSpanExporter,
  options: OpenTelemetrySinkOptions = {},
): Sink {
  const receiver = receiverOf(to);
  checkOptions('openTelemetrySink()', options, ['resource', 'level', 'events']);
  const { resource, events = true } = options;
  if (typeof events !== 'boolean') throw invalidOption('events', 'a boolean', events);
  if (resource !== undefined && (typeof resource !== 'object' || resource === null))
    throw invalidOption('resource', "a resource of OpenTelemetry's SDK", resource, 'Use resourceFromAttributes().');
  const level = levelOption('level', options.level, LogLevel.Trace);
  let spans: SdkSpans | undefined;
  const sink = (batch: LogRecord[]): Promise<void> | undefined => {
    spans ??= new SdkSpans(resource, events);
    const ended = spans.take(batch);
    return ended.length === 0 ? undefined : receiver.send(ended);
  };
  return Object.defineProperties(sink, {
    name: { value: 'openTelemetrySink' },
    level: { value: level, enumerable: true },
    flush: { value: async () => to.forceFlush?.() },
    [Symbol.asyncDispose]: { value: async () => to.shutdown() },
  }) as Sink;
});

/** Ended spans on their way to the SDK. */
interface Receiver {
  send(spans: readonly object[]): Promise<void> | undefined;
}

function receiverOf(to: SdkSpanProcessor | SdkSpanExporter): Receiver {
  const given = to as Partial<SdkSpanProcessor & SdkSpanExporter> | null | undefined;
  const isReceiver = typeof given?.shutdown === 'function';
  if (isReceiver && typeof given.onEnd === 'function') {
    return {
      send(spans) {
        for (const span of spans) given.onEnd!(span as never);
        return undefined;
      },
    };
  }
  if (isReceiver && typeof given.export === 'function')
    return { send: (spans) => exportAll(given as SdkSpanExporter, spans) };
  throw invalidOption(
    'the first argument of openTelemetrySink()',
    "a span processor or a span exporter of OpenTelemetry's SDK",
    to,
  );
}

async function exportAll(exporter: SdkSpanExporter, spans: readonly object[]): Promise<void> {
  for (let i = 0; i < spans.length; i += MAX_EXPORTED) await exportSome(exporter, spans.slice(i, i + MAX_EXPORTED));
}

function exportSome(exporter: SdkSpanExporter, spans: readonly object[]): Promise<void> {
  return new Promise((resolve, reject) => {
    exporter.export(spans as never, ({ code, error }) => {
      if (code === 0) resolve();
      else reject(error ?? new Error('the exporter failed'));
    });
  });
}
