/** Events that were built elsewhere, with a time, a thread and ids of their own. */
import { truncateValue, writeString, writeValue } from './encode.js';
import type { LogEvent } from './event.js';
import * as L from './layout.js';
import { HEADROOM_BYTES, MAX_FIELDS } from './record.js';
import { openRing } from './ring-of-thread.js';
import { claimSegment, owe, publish } from './ring.js';
import { drainSpill, enterSpill, spilled } from './spill.js';
import { state, targetOf } from './state.js';

/** Writes the event into this thread's ring, if its target records its level. Never throws. */
export function writeEmitted(event: LogEvent): void {
  let ring = state.ring ?? openRing();
  if (ring.busy) {
    const inner = enterSpill(ring);
    if (inner === null) return;
    ring = inner;
  }
  ring.busy = true;
  let owed = false;
  try {
    const { level } = event;
    const target = event.target === '' ? state.rootTarget : targetOf(event.target);
    if (level >= target.recordLevel) {
      if (ring.at + HEADROOM_BYTES > ring.end) claimSegment(ring);
      writeBody(event, target.name, level >= target.deliverLevel ? level | L.FLAG_DELIVER : level);
      owed = level >= target.owedLevel;
    }
  } catch {
    ring.ancestors.length = 0;
    ring.home.dropped++;
  }
  ring.busy = false;
  if (ring.isSpill) spilled(ring, undefined, null, null);
  else if (ring.spillCount !== 0) drainSpill(ring);
  if (owed) owe(ring.home);

  function writeBody({ timestampNs, message, traceId, spanId, file, line, threadId, fields }: LogEvent, target: string, flags: number): void {
    ring.truncated = false;
    ring.valueCount = 0;
    ring.scope = undefined;
    ring.bindings = null;
    ring.i64[(ring.at + L.RECORD_TIME_OFFSET) >> 3] = BigInt.asIntN(64, timestampNs);
    ring.i64[(ring.at + L.RECORD_CONTEXT_OFFSET) >> 3] = 0n;
    let p = ring.at + L.RECORD_HEADER_BYTES;
    p = writeString(ring, p, target.slice(0, 256));
    const messageAt = p - ring.at;
    p = writeString(ring, p, message);
    if (p < 0) p = truncateValue(ring, messageAt);
    for (const text of [traceId, spanId, file]) p = text === undefined ? writeValue(ring, p, null) : writeString(ring, p, text.slice(0, 1024));
    p = writeValue(ring, p, line === undefined ? null : line | 0);
    p = writeValue(ring, p, threadId | 0);
    const countAt = p - ring.at;
    p += 2;
    let count = 0;
    for (const { key, value } of fields) {
      const before = p - ring.at;
      p = writeString(ring, p, key.slice(0, 256));
      if (p >= 0) p = state.redactor.isSensitive(key) ? writeString(ring, p, state.redactor.censor) : writeValue(ring, p, value);
      if (p < 0 || count === MAX_FIELDS) {
        p = ring.at + before;
        ring.truncated = true;
        break;
      }
      count++;
    }
    ring.dv.setUint16(ring.at + countAt, count, true);
    publish(ring, p, L.KIND_EMITTED, flags, 0);
  }
}
