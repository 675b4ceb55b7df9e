import type { DescribedError, PlainValue } from './snapshot-error.js';
import type { ProcessFacts } from './snapshot-process.js';

/**
 * What made a snapshot be taken: an error nobody caught, a promise rejection nobody handled, or somebody asking
 * (`handle.snapshot()`); further triggers have names of their own.
 */
export type SnapshotOrigin = 'uncaughtException' | 'unhandledRejection' | 'call' | (string & {});

/** A span that had not ended when the snapshot was taken. */
export interface OpenSpan {
  readonly name: string;
  readonly target: string;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** `null` for the root of a trace. */
  readonly parentId: string | null;
  /** Nanoseconds since the epoch. */
  readonly startNs: bigint;
  readonly threadId: number;
}

/** What the clocks showed at the same moment, in nanoseconds; it turns monotonic times into wall time. */
interface ClockPair {
  readonly epochNs: bigint;
  readonly monotonicNs: bigint;
}

/** Why, when, where: everything in a snapshot file but the records. */
export interface SnapshotHeader {
  /** Version of the ttlog that wrote the file. */
  readonly ttlog: string;
  readonly service: string;
  /** Why it was taken, in the words of whoever asked for it; `crash` for a crash. */
  readonly reason: string;
  readonly origin: SnapshotOrigin;
  /** When it was taken. */
  readonly clock: ClockPair;
  /** What was thrown, where the snapshot was taken because of an error. `throw undefined` has a description too. */
  readonly error?: DescribedError;
  readonly openSpans: readonly OpenSpan[];
  /** More spans were open than are listed. */
  readonly openSpansLeftOut: number;
  readonly process: ProcessFacts;
  readonly counts: SnapshotCounts;
  /** What the application or the runtime added. */
  readonly extra: Readonly<Record<string, PlainValue>>;
}

/** What the rings held when the snapshot was taken. */
interface SnapshotCounts {
  readonly rings: number;
  /** Records ever written to these rings. */
  readonly recorded: number;
  /** Records that could not be written, or were dropped because a sink stood still. */
  readonly dropped: number;
}

/** The header as text: JSON, nanoseconds as decimal strings. */
export function encodeHeader(header: SnapshotHeader): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify(header, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  );
}
