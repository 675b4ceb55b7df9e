import type { Span } from '../core/span.js';
import { elapsedNs } from '../core/span.js';
import { postponeSpan } from '../core/span-amend.js';

/** Less than this between a method and the use of what it returned is no more than the way from one to the other. */
const LEAST_IDLE_NS = 100_000;

/**
 * What a method returned begins to work when its user asks it to. That is now: the time since the method returned, when `returnedNs` of the span had
 * passed, is not the span's.
 */
export function leaveOutIdle(span: Span, returnedNs: number): void {
  const idleNs = elapsedNs(span) - returnedNs;
  if (idleNs >= LEAST_IDLE_NS) postponeSpan(span, idleNs);
}
