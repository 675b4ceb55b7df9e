import * as L from '../../core/layout.js';
import type { LogLevel } from '../../core/level.js';
import { zlib } from '../lazy-node.js';
import { MetricsTimer } from '../metrics-timer.js';
import { MissedRecords } from '../missed-records.js';
import type { CurrentRecord, Outlet, OutletHost } from '../outlet.js';
import type { LogRecord } from '../record.js';
import { spanMetrics } from './metrics.js';
import { Poster } from './post.js';
import { RecordMapper } from './records.js';
import type { OtlpResource } from './records.js';
import type { Batch } from './send-queue.js';
import { SendQueue } from './send-queue.js';
import type { Serialiser } from './serialisers.js';
import { loadSerialiser } from './serialisers.js';
import type { OtlpSpec } from './spec.js';

const KINDS: Readonly<Record<OtlpSpec['signal'], number>> = {
  logs: (1 << L.KIND_EVENT) | (1 << L.KIND_EMITTED) | (1 << L.KIND_SPAN_START),
  traces: 1 << L.KIND_SPAN_END,
  metrics: 0,
};

/** Receivers refuse what is larger: 4 MiB is what a collector takes from gRPC, which many have behind them. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** Of 1 to 9. Five records of six are the same text again: more effort saves 10 % of the bytes for twice the time. */
const GZIP_LEVEL = 4;
/** An outage may push out a batch every few ms: that is told so often at the most. */
const TELL_MISSED_MS = 1000;
/** What is left at the end is tried this long once more. */
const CLOSE_MS = 1000;

/** Sends one signal to one receiver. It is never blocked: what does not fit into its queue falls out, oldest first, and is counted. */
export class OtlpOutlet implements Outlet {
  readonly name: string;
  readonly level: LogLevel | undefined;
  readonly kinds: number;
  readonly needsEventLoop = true;
  readonly readsMetrics: boolean;
  readonly followsSpans = false;
  readonly isBlocked = false;
  readonly isSuspended = false;
  isFailing = false;
  errors = 0;
  progress = 0;
  readonly #spec: OtlpSpec;
  readonly #host: OutletHost;
  readonly #mapper: RecordMapper;
  readonly #resource: OtlpResource;
  readonly #poster: Poster;
  readonly #queue: SendQueue;
  readonly #metrics: MetricsTimer | undefined;
  #serialiser: Serialiser | undefined;
  #pending: LogRecord[] = [];
  #batchTimer: NodeJS.Timeout | undefined;
  readonly #missed = new MissedRecords();
  #missedToldAt = -Infinity;

  constructor(spec: OtlpSpec, level: LogLevel | undefined, host: OutletHost) {
    this.name = `otlp ${spec.signal} ${spec.url}`;
    this.level = level;
    this.kinds = KINDS[spec.signal];
    this.readsMetrics = spec.signal === 'metrics';
    this.#spec = spec;
    this.#host = host;
    this.#resource = {
      attributes: { ...spec.resource, 'service.name': spec.resource['service.name'] ?? host.service },
    };
    this.#mapper = new RecordMapper(this.#resource);
    this.#poster = new Poster(spec);
    this.#queue = new SendQueue({
      ...spec,
      newestOnly: this.readsMetrics,
      post: (body) => this.#poster.post(body),
      onAccepted: (batch, answer) => this.#accepted(batch, answer),
      onRetry: (reason) => this.#fail(new Error(reason)),
      onLost: (batch, reason) => this.#lost(batch, reason),
    });
    if (this.readsMetrics) this.#metrics = new MetricsTimer(spec.metricsIntervalMs, () => this.#sendMetrics());
  }

  take(current: CurrentRecord): void {
    const { record } = current;
    if (record !== undefined) this.takeRecord(record);
  }

  takeRecord(record: LogRecord): void {
    this.#pending.push(record);
    if (this.#pending.length >= this.#spec.batchRecords) this.#encodePending();
  }

  followSpan(): void {
    // it does not follow them
  }

  endBatch(): void {
    if (this.#pending.length === 0 || this.#batchTimer !== undefined) return;
    this.#batchTimer = setTimeout(() => this.#encodePending(), this.#spec.batchIntervalMs);
    this.#batchTimer.unref();
  }

  get isIdle(): boolean {
    return this.waiting === 0 && this.#queue.isEmpty;
  }

  get waiting(): number {
    return this.#pending.length + this.#queue.records;
  }

  retry(): void {
    // a flush does it
  }

  suspend(): void {
    // nobody waits for it
  }

  get missed(): number {
    return this.#missed.total;
  }

  takeMissed(isLast = false): number {
    const now = performance.now();
    if (this.#missed.untold === 0 || (!isLast && now - this.#missedToldAt < TELL_MISSED_MS)) return 0;
    this.#missedToldAt = now;
    return this.#missed.take();
  }

  /** An outage must not keep whoever flushes for ever: after the time that one answer may take it is given up, and what is left stays. */
  async flush(withinMs: number): Promise<boolean> {
    this.#encodePending();
    if (this.readsMetrics) this.#sendMetrics();
    await this.#queue.settled(Math.min(this.#spec.timeoutMs, withinMs));
    return true;
  }

  async close(): Promise<void> {
    this.#metrics?.stop();
    this.#encodePending();
    if (this.readsMetrics) this.#sendMetrics();
    await this.#queue.settled(CLOSE_MS);
    this.#queue.close();
    this.#poster.close();
    const left = this.#queue.records;
    if (left > 0) this.#host.onError(this, new Error(`closed with ${left} records undelivered`));
  }

  #encodePending(): void {
    clearTimeout(this.#batchTimer);
    this.#batchTimer = undefined;
    if (this.#pending.length === 0) return;
    const records = this.#pending;
    this.#pending = [];
    const mapper = this.#mapper;
    this.#encode(records, (record) => (this.#spec.signal === 'traces' ? mapper.span(record) : mapper.log(record)));
  }

  #sendMetrics(): void {
    const metrics = this.#host.metrics();
    if (metrics.spans.length > 0) this.#encode([metrics], (one) => spanMetrics(one, this.#resource));
  }

  /** Encodes and queues them: in halves where one request would be too large, or where one of them is none that can be encoded. */
  #encode<T>(records: readonly T[], toItem: (record: T) => unknown): void {
    let body: Uint8Array | undefined;
    try {
      const items = records.flatMap((record) => toItem(record) ?? []);
      if (items.length === 0) return;
      const { serialisers, signal, json } = this.#spec;
      this.#serialiser ??= loadSerialiser(serialisers, signal, json);
      body = this.#serialiser.encode(items);
    } catch (error) {
      if (records.length === 1 || this.#serialiser === undefined) {
        if (!this.readsMetrics) this.#missed.total += records.length;
        this.#fail(error);
        return;
      }
    }
    if (records.length > 1 && (body === undefined || body.length > MAX_BODY_BYTES)) {
      const half = records.length >> 1;
      this.#encode(records.slice(0, half), toItem);
      this.#encode(records.slice(half), toItem);
    } else if (body !== undefined) {
      if (this.#spec.gzip) body = zlib().gzipSync(body, { level: GZIP_LEVEL });
      this.#queue.add({ body, records: this.readsMetrics ? 0 : records.length });
    }
  }

  #accepted({ records }: Batch, answer: Uint8Array): void {
    this.progress++;
    const partial = this.#decode(answer);
    this.isFailing &&= partial !== undefined;
    if (partial === undefined) return;
    const { rejected, message } = partial;
    if (this.#spec.signal !== 'metrics') this.#missed.total += Math.min(rejected, records);
    this.#fail(new Error(`the receiver took the request but for ${rejected} of it: ${message}`));
  }

  #decode(answer: Uint8Array): ReturnType<Serialiser['decode']> {
    try {
      return this.#serialiser!.decode(answer);
    } catch {
      return undefined; // an answer that is none of OTLP; the status said that all is well
    }
  }

  #lost({ records }: Batch, reason: string | undefined): void {
    this.progress++;
    this.#missed.total += records;
    if (reason !== undefined) this.#fail(new Error(`the receiver refused a request: ${reason}`));
  }

  /** Told once, until something goes well again. */
  #fail(error: unknown): void {
    this.errors++;
    if (this.isFailing) return;
    this.isFailing = true;
    this.#host.onError(this, error);
  }
}
