// What may change of a span after it has begun: its start and its name. Plain, because that happens once a span at the most: a request whose route is
// found, a query that waits to be awaited, an interface of another library that lets callers do so.
import type { Callsite, FieldNode } from './callsite.js';
import { stepTo } from './callsite.js';
import { internShape } from './dictionary.js';
import * as L from './layout.js';
import type { Ring } from './ring.js';
import { isInRing } from './ring.js';
import type { Span } from './span.js';
import { spanSite } from './span.js';
import { copyState, publishState, readyForState, release, take } from './span-record.js';
import { state } from './state.js';

const scratch = new BigInt64Array(1);
const scratchWords = new Int32Array(scratch.buffer);

/** The span began at another time than now: monotonic ns, which may be before the machine started. Called right after it was opened. */
export function setSpanStart(span: Span, startNs: bigint): void {
  scratch[0] = startNs;
  [span.startLow, span.startHigh] = scratchWords;
  const { ring } = state;
  // Elsewhere it is in a spill: its record keeps the time at which it was made.
  if (ring !== null && isInRing(ring, span.segment)) ring.i64[(span.at + L.RECORD_TIME_OFFSET) >> 3] = scratch[0];
}

/** An open span stood still for so long: it begins so much later. Never throws. */
export function postponeSpan(span: Span, idleNs: number): void {
  if (span.span !== span || span.ended) return;
  span.startNs += Math.round(idleNs);
  writeAgain(span, (ring) => writeCopy(ring, span, ring.u32[(span.at >> 2) + 1]));
}

/** Gives an open span another name. Its newest copy is of the callsite of that name, and has the same fields. Never throws. */
export function renameSpan(span: Span, name: string): void {
  const { callsite } = span;
  if (span.span !== span || span.ended || name === callsite.message) return;
  span.callsite = spanSite(callsite.target, callsite.level, name);
  writeAgain(span, (ring) => {
    const siteId = siteLike(ring, span.callsite, nodeOf(callsite.root, ring.u32[(span.at >> 2) + 1]));
    // Where the dictionary is full the record keeps the name that it carries.
    if (siteId !== 0) writeCopy(ring, span, siteId);
  });
}

/** Writes the state of a span again, where that can be done: what it has not said by then, its end does. */
function writeAgain(span: Span, write: (ring: Ring) => void): void {
  const ring = take();
  if (ring === null) return;
  ring.busy = true;
  try {
    if (readyForState(ring, span)) write(ring);
  } catch {
    // The caller's stack is exhausted: no call here, `busy` must not stay set.
    ring.ancestors.length = 0;
    ring.home.dropped++;
  }
  ring.busy = false; // here, because even the next call may find no stack
  release(ring, span, null, false);
}

/** Its newest record once more, with the start time that it has now and as of this site. */
function writeCopy(ring: Ring, span: Span, siteId: number): void {
  const end = copyState(ring, span);
  const time = (ring.at + L.RECORD_TIME_OFFSET) >> 2;
  ring.i32[time] = span.startLow;
  ring.i32[time + 1] = span.startHigh;
  publishState(ring, span, end, siteId);
}

/** The id of the shape with the same names at another callsite; 0 where there is none, and no room for it. */
function siteLike(ring: Ring, callsite: Callsite, node: FieldNode | undefined): number {
  if (node === undefined || callsite.inline) return 0;
  const names: string[] = [];
  for (let at = node; at.parent !== null; at = at.parent) names.unshift(at.name);
  let like = callsite.root;
  for (const name of names) like = stepTo(like, name);
  return like.id !== 0 ? like.id : internShape(ring.home, like);
}

function nodeOf(node: FieldNode, id: number): FieldNode | undefined {
  if (id === 0 || node.id === id) return id === 0 ? undefined : node;
  for (const child of node.children?.values() ?? []) {
    const found = nodeOf(child, id);
    if (found !== undefined) return found;
  }
  return undefined;
}
