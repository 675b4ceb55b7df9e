/** What a request carries. */
export type OtlpSignal = 'logs' | 'traces' | 'metrics';

/** Where one signal goes, and how: survives structured cloning. Everything is decided; nothing looks at options or the environment later. */
export interface OtlpSpec {
  readonly kind: 'otlp';
  readonly signal: OtlpSignal;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: boolean;
  readonly gzip: boolean;
  /** How long an answer may take. */
  readonly timeoutMs: number;
  /** PEM: who signs the receiver's certificate, and who we are. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** The serialisers: the file of `@opentelemetry/otlp-transformer`. */
  readonly serialisers: string;
  /** Of the process; `service.name` is undefined where nobody has said it but `init()`. */
  readonly resource: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly batchRecords: number;
  readonly batchIntervalMs: number;
  readonly queueBytes: number;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  readonly metricsIntervalMs: number;
}
