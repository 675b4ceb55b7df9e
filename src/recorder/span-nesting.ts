import * as L from '../core/layout.js';
import type { LogLevel } from '../core/level.js';
import type { SegmentDecoder } from './decoder.js';
import type { SpanState } from './span-state.js';

/** Open spans that are known at the most; the oldest is forgotten first. */
const MAX_SPANS = 16_384;
/** Nobody counts further; the ids of a damaged ring may run in a circle. */
const MAX_DEPTH = 64;

interface OpenSpan {
  readonly parentId: string | undefined;
  /** A line at its end will be seen. */
  readonly isVisible: boolean;
  /** There is a line of something in it, or of its start. */
  hasLines: boolean;
}

/** How deep in spans something happened: those count whose lines a sink will see. */
export class SpanNesting {
  readonly #level: LogLevel | undefined;
  readonly #open = new Map<string, OpenSpan>();

  /** `level` is the sink's own; undefined = it gets what the filter lets through. */
  constructor(level: LogLevel | undefined) {
    this.#level = level;
  }

  /** Takes note of the record that the decoder stands on: the start or the end of a span. Call it after its line has been made. */
  follow(decoder: SegmentDecoder): void {
    const span = spanOf(decoder);
    if (span === undefined) return;
    if (decoder.kind === L.KIND_SPAN_END) this.#open.delete(span.spanId);
    else this.#note(span, !decoder.isSilent);
  }

  /** What the decoder's record happened in may have begun before anybody followed: its newest state stands before the record. */
  learn(decoder: SegmentDecoder): void {
    const span = spanOf(decoder);
    if (span !== undefined && !span.hasEnded && !this.#open.has(span.spanId)) this.#note(span, false);
  }

  /** How many visible spans are around a line that is made for what happened in this span, itself included. */
  enter(spanId: string | undefined): number {
    let depth = 0;
    let open = spanId === undefined ? undefined : this.#open.get(spanId);
    for (let steps = 0; open !== undefined && steps < MAX_DEPTH; steps++) {
      if (open.isVisible) depth++;
      open.hasLines = true;
      open = open.parentId === undefined ? undefined : this.#open.get(open.parentId);
    }
    return depth;
  }

  /** True where nothing in the span has had a line. */
  isBare(spanId: string | undefined): boolean {
    return spanId === undefined || this.#open.get(spanId)?.hasLines !== true;
  }

  #note({ spanId, parentSpanId: parentId, isRemote, isDelivered, level }: SpanState, hasLines: boolean): void {
    if (isRemote) return;
    const isVisible = this.#level === undefined ? isDelivered : level >= this.#level;
    this.#open.set(spanId, { parentId, isVisible, hasLines });
    if (this.#open.size > MAX_SPANS) this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const spanId of this.#open.keys()) {
      this.#open.delete(spanId);
      return;
    }
  }
}

function spanOf(decoder: SegmentDecoder): SpanState | undefined {
  try {
    return decoder.span();
  } catch {
    return undefined; // damaged: it is counted where it is decoded
  }
}
