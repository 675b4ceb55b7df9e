// OpenTelemetry's own serialisers: an optional peer, loaded where it is used.
import { requirePeer } from '../peer.js';
import type { OtlpSignal } from './spec.js';

/** What a receiver did not take of a request that it accepted. */
interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

/** One signal's requests and answers as bytes. */
export interface Serialiser {
  encode(items: readonly unknown[]): Uint8Array;
  /** undefined where the receiver has taken everything, and has nothing to say. */
  decode(answer: Uint8Array): PartialSuccess | undefined;
}

/** As much of `@opentelemetry/otlp-transformer` as is used here. */
interface Transformer {
  readonly [name: string]:
    | {
        serializeRequest(items: unknown): Uint8Array | undefined;
        deserializeResponse(answer: Uint8Array): { readonly partialSuccess?: Readonly<Record<string, unknown>> | null };
      }
    | undefined;
}

const NAMES: Readonly<Record<OtlpSignal, string>> = { logs: 'Logs', traces: 'Trace', metrics: 'Metrics' };
const REJECTED: Readonly<Record<OtlpSignal, string>> = {
  logs: 'rejectedLogRecords',
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
};

export function loadSerialiser(path: string, signal: OtlpSignal, json: boolean): Serialiser {
  const name = `${json ? 'Json' : 'Protobuf'}${NAMES[signal]}Serializer`;
  const serializer = (requirePeer(path) as Transformer)[name];
  if (serializer === undefined) throw new Error(`${path} has no ${name}: another version of the package is needed`);
  return {
    encode(items) {
      const body = serializer.serializeRequest(signal === 'metrics' ? items[0] : items);
      if (body === undefined) throw new Error(`${name} could not serialise the batch`);
      return body;
    },
    decode(answer) {
      if (answer.length === 0) return undefined;
      const { partialSuccess } = serializer.deserializeResponse(answer);
      if (partialSuccess === undefined || partialSuccess === null) return undefined;
      const { errorMessage } = partialSuccess;
      const rejected = Number(partialSuccess[REJECTED[signal]] ?? 0);
      const message = typeof errorMessage === 'string' ? errorMessage : '';
      return rejected > 0 || message !== '' ? { rejected, message } : undefined;
    },
  };
}
