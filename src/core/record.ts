// Hot path: one event into the ring. No allocation beyond the caller's, no closure; one clock read, one Atomics.store.
import type { Callsite, FieldNode } from './callsite.js';
import { eventSite, knownShape, MAX_NAME_LENGTH, MAX_SHAPES, stepTo } from './callsite.js';
import { writeMonotonic } from './clock.js';
import { internShape } from './dictionary.js';
import { truncateValue, writeNumber, writeOther, writeString } from './encode.js';
import { writeField, writeRedacted } from './encode-object.js';
import { throwsMark } from './field.js';
import { learn, writeReference } from './known-text.js';
import * as L from './layout.js';
import { cleanMessage, isDroppedField } from './redact-where.js';
import { ensureRefs } from './refs.js';
import type { Ring } from './ring.js';
import { claimSegment, moveRecord, publish } from './ring.js';
import type { Bindings, Context, Referable, Scope } from './scope.js';
import type { Span } from './span.js';
import { releaseRing, takeRing } from './spill.js';
import type { Target } from './target.js';

/** Fields of one event; what comes after is counted, not kept. */
export const MAX_FIELDS = 512;
/** A record is begun only where this much room is left: a header and a few small values. */
export const HEADROOM_BYTES = 256;

/**
 * Records an event that its target wants. `fields` is a plain object (see `plainFields`) or undefined. Never throws.
 *
 * One long function by measurement: V8 inlines 920 bytes of bytecode into a function and no more, so frames in between cost what they
 * save in lines twice over.
 */
export function recordEvent(
  target: Target,
  level: number,
  scope: Scope | undefined,
  bindings: Bindings | null,
  message: string,
  fields: Record<string, unknown> | undefined,
): void {
  const ring = takeRing();
  if (ring === null) return;
  try {
    if (ring.at + HEADROOM_BYTES > ring.end) claimSegment(ring);
    let context: Context | null = null;
    let span: Span | null = null;
    if (scope === undefined) {
      if (ring.scope !== undefined) ring.scope = undefined;
    } else {
      if (ring.scope !== scope) ring.scope = scope;
      context = scope.context;
      span = scope.span;
      if (refsMissing(ring, context, span, null)) ensureRefs(ring, context, span, bindings);
    }
    if (bindings === null) {
      if (ring.bindings !== null) ring.bindings = null;
    } else {
      if (ring.bindings !== bindings) ring.bindings = bindings;
      if (bindings.segment !== ring.segment) ensureRefs(ring, context, span, bindings);
    }
    ring.truncated = false;
    ring.valueCount = 0;
    ring.contentBytes = ring.maxContentBytes;
    writeMonotonic(ring.i64, ring.u32, (ring.at + L.RECORD_TIME_OFFSET) >> 3);
    const callsite = eventSite(target, level, message);
    let flags = level >= target.deliverLevel ? level | L.FLAG_DELIVER : level;
    let p = ring.at + L.RECORD_HEADER_BYTES;
    if (bindings !== null) {
      flags |= L.FLAG_BINDINGS;
      p += L.RECORD_BINDINGS_BYTES;
    }
    let id = 0;
    if (!isTight(ring, callsite) || fitsDictionary(ring, callsite, fields)) {
      let node = callsite.root;
      if (fields !== undefined) {
        p = writeFieldValues(ring, node, fields, p);
        node = ring.node!;
      }
      id = node.id !== 0 ? node.id : internShape(ring.home, node);
      // 0 only where a proxy has shown other names the second time.
      if (id === 0) throw new TypeError('the names of the fields change');
    } else {
      p = writeInline(ring, target.name, callsite.message, fields, p);
      flags |= L.FLAG_INLINE;
    }
    const { at, i32 } = ring;
    const word = at >> 2;
    i32[word + (L.RECORD_CONTEXT_OFFSET >> 2)] = context === null ? 0 : context.id;
    i32[word + (L.RECORD_SPAN_OFFSET >> 2)] = span === null ? 0 : span.id;
    if (bindings !== null) {
      i32[word + (L.RECORD_BINDINGS_OFFSET >> 2)] = bindings.id;
      i32[word + (L.RECORD_BINDINGS_OFFSET >> 2) + 1] = 0;
    }
    publish(ring, p, L.KIND_EVENT, flags, id);
  } catch (error) {
    // Where the caller's stack is exhausted even this call throws; `busy` must not stay set.
    try {
      recordFailure(ring, target, level, message, error);
    } catch {
      ring.ancestors.length = 0;
      ring.home.dropped++;
    }
  }
  ring.busy = false; // here, because even the next call may find no stack
  releaseRing(ring, scope, bindings, null, level >= target.owedLevel);
}

/** True where something that the record refers to is not in this segment yet. */
export function refsMissing(
  ring: Ring,
  context: Context | null,
  span: Span | null,
  bindings: Bindings | null,
): boolean {
  const { segment } = ring;
  return (
    (context !== null && context.segment !== ring.freshSegment) ||
    (span !== null && span.segment !== segment) ||
    (bindings !== null && bindings.segment !== segment)
  );
}

/** Everything of a record's header but its first 8 bytes, which are written when it is published. Returns its flags. */
export function writeHeader(
  ring: Ring,
  target: Target,
  level: number,
  context: Context | null,
  span: Span | null,
  bindings: Bindings | null,
): number {
  const { at, u32 } = ring;
  const word = at >> 2;
  ring.truncated = false;
  ring.valueCount = 0;
  ring.contentBytes = ring.maxContentBytes;
  writeMonotonic(ring.i64, u32, (at >> 3) + 1);
  u32[word + 4] = context === null ? 0 : context.id;
  u32[word + 5] = span === null ? 0 : span.id;
  const flags = level >= target.deliverLevel ? level | L.FLAG_DELIVER : level;
  if (bindings === null) return flags;
  u32[word + 6] = bindings.id;
  u32[word + 7] = 0;
  return flags | L.FLAG_BINDINGS;
}

/** True where a new shape may find no room (or in a spill): whether it does is then found out before any value is read, because that is done once. */
export function isTight(ring: Ring, callsite: Callsite): boolean {
  return callsite.shapes >= MAX_SHAPES || ring.dictionaryTight;
}

/** True where the shape of these fields is in the dictionary, or could be added. */
export function fitsDictionary(ring: Ring, callsite: Callsite, fields: Record<string, unknown> | undefined): boolean {
  if (callsite.inline) return false;
  const node = knownShape(callsite, fields, MAX_FIELDS);
  return node !== null && (node.id !== 0 || internShape(ring.home, node) !== 0);
}

/**
 * The values of `fields` in order; `ring.node` is then the shape they make. `for…in` walks V8's enum cache (11 ns for three keys,
 * Object.keys 30); the name is compared by pointer with the one that came here last time. A value that does not fit is marked, those
 * after it are still written.
 */
export function writeFieldValues(ring: Ring, root: FieldNode, fields: Record<string, unknown>, start: number): number {
  let node = root;
  let p = start | 0;
  for (const key in fields) {
    let next = node.nextName === key ? node.next! : null;
    if (next === null) {
      if (!Object.hasOwn(fields, key)) continue;
      next = stepTo(node, key);
    }
    if (p > ring.end) {
      const offset = p - ring.at;
      p = moveRecord(ring, p, 0) | 0;
      if (p < 0) {
        p = (ring.at + offset) | 0;
        ring.truncated = true;
        break;
      }
    }
    node = next;
    let value: unknown;
    try {
      value = fields[key];
    } catch (error) {
      value = throwsMark(error);
    }
    if (typeof value === 'number' && !node.redacted) p = writeNumber(ring, p, value) | 0;
    else {
      const offset = p - ring.at;
      if (node.redacted) p = writeRedacted(ring, p, node.where, value) | 0;
      else if (typeof value === 'string') {
        let id = 0;
        if (node.learnsTexts) id = node.textId !== 0 && node.text === value ? node.textId : learn(ring, node, value);
        p = (id === 0 ? writeString(ring, p, value) : writeReference(ring, p, id)) | 0;
      } else p = writeOther(ring, p, value) | 0;
      if (p < 0) {
        p = truncateValue(ring, offset) | 0;
        if (p > ring.end) break;
      }
    }
    if (node.depth === MAX_FIELDS) {
      ring.truncated = true;
      break;
    }
  }
  if (ring.node !== node) ring.node = node;
  return p;
}

/** The values of a record that carries its site itself: message and names are not in the dictionary, because that is bounded. */
function writeInline(
  ring: Ring,
  target: string,
  message: string,
  fields: Record<string, unknown> | undefined,
  p: number,
): number {
  p = writeString(ring, p, target.slice(0, MAX_NAME_LENGTH));
  const messageOffset = p - ring.at;
  p = writeString(ring, p, message);
  if (p < 0) p = truncateValue(ring, messageOffset);
  const countOffset = p - ring.at;
  p += 2;
  let count = 0;
  if (fields !== undefined) {
    for (const key of Object.keys(fields)) {
      if (isDroppedField(key)) continue;
      const offset = p - ring.at;
      p = count === MAX_FIELDS ? -1 : writeField(ring, p, key, fields, key);
      if (p < 0) {
        p = ring.at + offset;
        ring.truncated = true;
        break;
      }
      count++;
    }
  }
  ring.dv.setUint16(ring.at + countOffset, count, true);
  return p;
}

function isIn(ring: Ring, item: Referable | null): boolean {
  return item === null || item.segment === ring.segment;
}

/** Something in reading the fields threw where it must not: the event is recorded without them, and says why. */
function recordFailure(ring: Ring, target: Target, level: number, message: string, error: unknown): void {
  ring.ancestors.length = 0;
  if (ring.at + HEADROOM_BYTES > ring.end) claimSegment(ring);
  // What it happened in, where that is in the segment already: writing it may be what failed.
  const { scope, bindings } = ring;
  const context = scope === undefined ? null : scope.context;
  const span = scope === undefined ? null : scope.span;
  const known = isIn(ring, context) && isIn(ring, span) && isIn(ring, bindings);
  const flags = writeHeader(ring, target, level, known ? context : null, known ? span : null, known ? bindings : null);
  const start =
    ring.at +
    ((flags & L.FLAG_BINDINGS) === 0 ? L.RECORD_HEADER_BYTES : L.RECORD_HEADER_BYTES + L.RECORD_BINDINGS_BYTES);
  const p = writeInline(ring, target.name, cleanMessage(message), { fields: throwsMark(error) }, start);
  publish(ring, p, L.KIND_EVENT, flags | L.FLAG_INLINE, 0);
}
