// The spans of this thread that have not ended, as a snapshot lists them.
import { processAnchor } from '../core/clock.js';
import type { Span } from '../core/span.js';
import { state } from '../core/state.js';
import type { OpenSpan } from './snapshot-header.js';

/** Oldest first, at most `limit`. `service` stands for the root target, which has no name. */
export function listOpenSpans(service: string, threadId = 0, limit = 4096): OpenSpan[] {
  const anchor = processAnchor();
  const open = state.openSpans.slice(0, state.openSpanCount) as Span[];
  open.sort((a, b) => a.startNs - b.startNs);
  return open.slice(0, limit).map((span) => ({
    name: span.name,
    target: span.callsite.target.name === '' ? service : span.callsite.target.name,
    traceId: span.traceId,
    spanId: span.spanId,
    parentId: span.parent?.spanId ?? null,
    startNs: BigInt(Math.round(span.startNs)) - anchor.monotonicNs + anchor.epochNs,
    threadId,
  }));
}
