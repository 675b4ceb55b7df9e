// The spans of this thread that have not ended, as a snapshot lists them.
import { processAnchor } from '../core/clock.js';
import { hexWord } from '../core/ids.js';
import { state } from '../core/state.js';
import type { OpenSpan } from './snapshot-header.js';

/** Oldest first, at most `limit`. `service` stands for the root target, which has no name. */
export function listOpenSpans(service: string, threadId = 0, limit = 4096): OpenSpan[] {
  const anchor = processAnchor();
  const open: OpenSpan[] = [];
  for (let span = state.firstOpenSpan; span !== null && open.length < limit; span = span.nextOpen) {
    const isRoot = span.parent0 === 0 && span.parent1 === 0;
    open.push({
      name: span.name,
      target: span.callsite.target.name === '' ? service : span.callsite.target.name,
      traceId: span.traceId,
      spanId: span.spanId,
      parentId: isRoot ? null : hexWord(span.parent0) + hexWord(span.parent1),
      startNs: BigInt(Math.round(span.startNs)) - anchor.monotonicNs + anchor.epochNs,
      threadId,
    });
  }
  return open;
}
