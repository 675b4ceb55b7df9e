import { checkOptions, invalidOption } from '../core/errors.js';
import type { LevelName } from '../core/level.js';
import { LogLevel } from '../core/level.js';
import { MAX_TIMER_MS } from '../core/max-timer.js';
import { crypto, http, os } from '../recorder/lazy-node.js';
import { OtlpOutlet } from '../recorder/otlp/outlet.js';
import type { OtlpSignal, OtlpSpec } from '../recorder/otlp/spec.js';
import { missingPeer, resolvePeer } from '../recorder/peer.js';
import type { BuiltInPart, Sink } from '../recorder/sink.js';
import { builtInSink } from '../recorder/built-in-sink.js';
import { sinkFactory } from '../recorder/sink.js';
import { TTLOG_VERSION } from '../recorder/version.js';
import * as environment from './otlp-environment.js';
import { sinkLevel } from './sink-level.js';

/** What `otlpSink` takes. What is said here beats the environment. */
export interface OtlpSinkOptions {
  /**
   * The receiver; `/v1/logs`, `/v1/traces` and `/v1/metrics` are put behind it.
   *
   * @default `OTEL_EXPORTER_OTLP_ENDPOINT` and those of the signals, else 'http://localhost:4318'
   */
  url?: string | URL;
  /** Sent with every request, beside those of `OTEL_EXPORTER_OTLP_HEADERS`. */
  headers?: Readonly<Record<string, string>>;
  /** @default `OTEL_EXPORTER_OTLP_PROTOCOL`, else 'http/protobuf' */
  protocol?: 'http/protobuf' | 'http/json';
  /** @default `OTEL_EXPORTER_OTLP_COMPRESSION`, else 'gzip' */
  compression?: 'gzip' | 'none';
  /** How long the answer to a request may take. Milliseconds. @default `OTEL_EXPORTER_OTLP_TIMEOUT`, else 10000 */
  timeoutMs?: number;
  /** The least level of logs and spans, whatever the filter says. @default that of `logs` and `traces` */
  level?: LogLevel | LevelName;
  /** Whether events are sent, or from which level on, whatever the filter says. @default `level`, else what the filter lets through */
  logs?: boolean | LogLevel | LevelName;
  /** Whether spans are sent, or from which level on. @default `level`, else 'debug', the level that spans have */
  traces?: boolean | LogLevel | LevelName;
  /** Whether counts and durations of spans are sent, and how often. @default false; `true` is every 60000 ms */
  metrics?: boolean | { intervalMs?: number };
  /** @default `OTEL_SERVICE_NAME`, `service.name` of `OTEL_RESOURCE_ATTRIBUTES`, else the `service` of `init()` */
  serviceName?: string;
  /** @default `service.version` of `OTEL_RESOURCE_ATTRIBUTES`, else none */
  serviceVersion?: string;
  /** More attributes of this process, beside those of `OTEL_RESOURCE_ATTRIBUTES`. */
  resource?: Readonly<Record<string, string | number | boolean>>;
  /** Most records of a request. @default 1024 */
  batchRecords?: number;
  /** How long a record may wait for others. Milliseconds. @default 1000 */
  batchIntervalMs?: number;
  /** What may wait for the receiver, for each signal: bytes as they are sent. Then the oldest falls out, and is counted. @default 33554432 (32 MiB) */
  queueBytes?: number;
  /** Between attempts: the first pause, doubled each time up to the longest; half of it is left to chance. @default { minMs: 500, maxMs: 30000 } */
  retry?: { minMs?: number; maxMs?: number };
}

const OPTIONS = [
  'url', 'headers', 'protocol', 'compression', 'timeoutMs', 'level', 'logs', 'traces', 'metrics', 'serviceName', 'serviceVersion',
  'resource', 'batchRecords', 'batchIntervalMs', 'queueBytes', 'retry',
]; // prettier-ignore

const FIX = "Say otlpSink({ url: 'http://localhost:4318' }).";
const PEER = '@opentelemetry/otlp-transformer';
/** Of milliseconds; bytes and records have use for no more. */
const MAX_NUMBER = MAX_TIMER_MS;
const DEFAULT_URL = 'http://localhost:4318';

/**
 * Sends logs, traces and, where asked for, metrics of spans to an OpenTelemetry collector, or to whatever takes OTLP over HTTP. Needs
 * `@opentelemetry/otlp-transformer`, OpenTelemetry's own serialisers. Runs on the recorder thread; the caller never waits for the network. What
 * cannot be delivered is tried again with growing pauses, and waits in bounded memory; what falls out of that is counted and reported to the other sinks.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option or variable, `ERR_MISSING_PEER` without the serialisers.
 * @example
 * import { init, withSpan } from 'ttlog';
 * import { otlpSink } from 'ttlog/sinks';
 * const handle = init({
 *   service: 'shop',
 *   sinks: [otlpSink({ url: 'http://127.0.0.1:4318', headers: { authorization: 'Bearer token' }, metrics: true })],
 *   exitTimeoutMs: 100, // nobody listens here
 * });
 * withSpan('checkout', () => 1);
 * await handle.shutdown();
 */
export const otlpSink = /* @__PURE__ */ sinkFactory(function otlpSink(options: OtlpSinkOptions = {}): Sink {
  checkOptions('otlpSink()', options, OPTIONS, FIX);
  const serialisers = resolvePeer(PEER);
  if (serialisers === undefined)
    throw missingPeer('otlpSink()', "OpenTelemetry's serialisers", `${PEER} @opentelemetry/api`);
  const resource = resourceOf(options);
  const part = (signal: OtlpSignal, level: LogLevel | undefined): BuiltInPart => {
    const source = specOf(options, signal, serialisers, resource);
    return { level, source, make: (host) => new OtlpOutlet(source, level, host) };
  };
  const parts: BuiltInPart[] = [];
  const own = sinkLevel(options.level);
  const { logs = true, traces = true, metrics = false } = options;
  if (logs !== false) parts.push(part('logs', signalLevel('logs', logs, own)));
  if (traces !== false) parts.push(part('traces', signalLevel('traces', traces, own ?? LogLevel.Debug)));
  if (metrics !== false) parts.push(part('metrics', undefined));
  const levels = parts.flatMap(({ level }) => level ?? []);
  return builtInSink('otlpSink', levels.length === 0 ? undefined : (Math.min(...levels) as LogLevel), parts);
});

function signalLevel(
  name: string,
  asked: true | LogLevel | LevelName,
  otherwise: LogLevel | undefined,
): LogLevel | undefined {
  if (asked === true) return otherwise;
  if (typeof asked === 'boolean') throw invalidOption(name, 'true, false or a level', asked);
  return sinkLevel(asked);
}

function specOf(
  options: OtlpSinkOptions,
  signal: OtlpSignal,
  serialisers: string,
  resource: OtlpSpec['resource'],
): OtlpSpec {
  const { batchRecords = 1024, batchIntervalMs = 1000, queueBytes = 32 * 1024 * 1024, retry = {} } = options;
  checkOptions('retry', retry, ['minMs', 'maxMs']);
  const { minMs = 500, maxMs = Math.max(30_000, minMs) } = retry;
  const { protocol = environment.environmentProtocol(signal) ?? 'http/protobuf' } = options;
  if (protocol !== 'http/protobuf' && protocol !== 'http/json')
    throw invalidOption('protocol', "'http/protobuf' or 'http/json'", protocol);
  const { compression } = options;
  if (compression !== undefined && compression !== 'gzip' && compression !== 'none')
    throw invalidOption('compression', "'gzip' or 'none'", compression);
  return {
    kind: 'otlp',
    signal,
    url: urlOf(options.url, signal),
    headers: { ...environment.environmentHeaders(signal), ...headersOf(options.headers) },
    json: protocol === 'http/json',
    gzip: compression === undefined ? (environment.environmentGzip(signal) ?? true) : compression === 'gzip',
    timeoutMs: atLeast('timeoutMs', options.timeoutMs ?? environment.environmentTimeoutMs(signal) ?? 10_000, 1),
    tls: environment.environmentTls(signal),
    serialisers,
    resource,
    batchRecords: atLeast('batchRecords', batchRecords, 1),
    batchIntervalMs: atLeast('batchIntervalMs', batchIntervalMs, 0),
    queueBytes: atLeast('queueBytes', queueBytes, 1),
    retryMinMs: atLeast('retry.minMs', minMs, 1),
    retryMaxMs: atLeast('retry.maxMs', maxMs, minMs),
    metricsIntervalMs: metricsIntervalOf(options.metrics),
  };
}

function urlOf(url: unknown, signal: OtlpSignal): string {
  if (url === undefined) return environment.environmentUrl(signal) ?? environment.signalUrl(DEFAULT_URL, signal);
  const text = url instanceof URL ? url.href : url;
  if (typeof text !== 'string' || !environment.isHttp(text))
    throw invalidOption('url', 'an http: or https: URL', text, FIX);
  return environment.signalUrl(text, signal);
}

function headersOf(headers: unknown): Record<string, string> {
  if (headers === undefined) return {};
  if (typeof headers !== 'object' || headers === null) throw invalidOption('headers', 'an object of strings', headers);
  for (const [name, value] of Object.entries(headers))
    if (!isHeader(name, value)) throw invalidOption(`headers.${name}`, 'a text that HTTP allows in a header', value);
  return { ...headers };
}

function isHeader(name: string, value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    http().validateHeaderName(name);
    http().validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function metricsIntervalOf(metrics: OtlpSinkOptions['metrics']): number {
  if (metrics === undefined || typeof metrics === 'boolean') return 60_000;
  checkOptions('metrics', metrics, ['intervalMs']);
  return atLeast('metrics.intervalMs', metrics.intervalMs ?? 60_000, 1);
}

function atLeast(name: string, value: number, least: number): number {
  if (typeof value === 'number' && value >= least && value <= MAX_NUMBER) return value;
  throw invalidOption(name, `a number from ${least} to ${MAX_NUMBER}`, value);
}

/** One object for all signals. The id tells this process from the others of its service: sums of two must not be taken for one. */
function resourceOf({ serviceName, serviceVersion, resource = {} }: OtlpSinkOptions): OtlpSpec['resource'] {
  for (const [name, value] of Object.entries({ serviceName, serviceVersion }))
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw invalidOption(name, 'a non-empty string', value);
  if (typeof resource !== 'object' || resource === null) throw invalidOption('resource', 'an object', resource);
  for (const [name, value] of Object.entries(resource))
    if (!['string', 'number', 'boolean'].includes(typeof value))
      throw invalidOption(`resource['${name}']`, 'a string, a number or a boolean', value);
  return {
    'service.name': undefined,
    'service.instance.id': crypto().randomUUID(),
    'host.name': os().hostname(),
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'telemetry.sdk.name': 'ttlog',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': TTLOG_VERSION,
    ...environment.environmentResource(),
    ...resource,
    ...(serviceName !== undefined && { 'service.name': serviceName }),
    ...(serviceVersion !== undefined && { 'service.version': serviceVersion }),
  };
}
