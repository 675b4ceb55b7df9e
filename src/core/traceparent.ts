// The header `traceparent` of W3C Trace Context (Recommendation of 2021-11-23, version 00).

/** The one flag of version 00: the caller may have recorded its part of the trace. */
export const SAMPLED = 1;
/** Flags that are passed on: `sampled`, and `random` of Level 2, which says that the trace id is random. The others have to be 0. */
const KNOWN_FLAGS = 3;

/** The ids that a `traceparent` carries. */
export interface TraceParent {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
  readonly flags: number;
}

const HEADER = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZEROS = /^0+$/;
/** Versions to come may add to the header, but not without end. */
const MAX_LENGTH = 512;

/** Reads the header; undefined where it is none (§3.2.2: then a new trace begins). Never throws. */
export function parseTraceparent(header: unknown): TraceParent | undefined {
  if (typeof header !== 'string' || header.length > MAX_LENGTH) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', more] = HEADER.exec(header.trim()) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (ZEROS.test(traceId) || ZEROS.test(spanId)) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) & KNOWN_FLAGS };
}
