/** Events that were built elsewhere, with a time, a thread and ids of their own. */
import { MAX_NAME_LENGTH } from './callsite.js';
import { truncateValue, writeString, writeValue } from './encode.js';
import { writeField } from './encode-object.js';
import type { LogEvent } from './event.js';
import * as L from './layout.js';
import { LogLevel, parseLevel } from './level.js';
import { HEADROOM_BYTES, MAX_FIELDS } from './record.js';
import { cleanMessage, whereOf, whereRedacted } from './redact-where.js';
import type { Ring } from './ring.js';
import { claimSegment, publish } from './ring.js';
import { releaseRing, takeRing } from './spill.js';
import { state, targetNamed } from './state.js';

const MAX_ID_LENGTH = 64;
const MAX_FILE_LENGTH = 512;
/** What ids and place take behind a message. */
const PLACE_BYTES = 2048;

/** Writes the event into this thread's ring, if its target records its level. Never throws. */
export function writeEmitted(event: LogEvent): void {
  const ring = takeRing();
  if (ring === null) return;
  let owed = false;
  try {
    const level = parseLevel(event.level);
    if (level === undefined || level === LogLevel.Off) throw new TypeError('no level');
    const name: unknown = event.target;
    if (typeof name !== 'string') throw new TypeError('no target');
    const target = name === '' ? state.rootTarget : targetNamed(name);
    if (level >= target.recordLevel) {
      if (ring.at + HEADROOM_BYTES > ring.end) claimSegment(ring);
      writeBody(ring, event, target.name, level >= target.deliverLevel ? level | L.FLAG_DELIVER : level);
      owed = level >= target.owedLevel;
    }
  } catch {
    // The caller's stack is exhausted, or it is no event: no call here, `busy` must not stay set.
    ring.ancestors.length = 0;
    ring.home.dropped++;
  }
  ring.busy = false;
  releaseRing(ring, undefined, null, null, owed);
}

function writeBody(ring: Ring, event: LogEvent, target: string, flags: number): void {
  const { timestampNs, message, traceId, spanId, file, line, threadId, fields } = event;
  ring.truncated = false;
  ring.valueCount = 0;
  ring.scope = undefined;
  ring.bindings = null;
  ring.i64[(ring.at + L.RECORD_TIME_OFFSET) >> 3] = BigInt.asIntN(64, timestampNs);
  ring.i64[(ring.at + L.RECORD_CONTEXT_OFFSET) >> 3] = 0n;

  let p = ring.at + L.RECORD_HEADER_BYTES;
  ring.contentBytes = ring.maxContentBytes - PLACE_BYTES;
  p = writeString(ring, p, target.slice(0, MAX_NAME_LENGTH));
  const messageAt = p - ring.at;
  p = writeString(ring, p, cleanMessage(message));
  if (p < 0) p = truncateValue(ring, messageAt);
  ring.contentBytes = ring.maxContentBytes;
  p = writeText(ring, p, traceId, MAX_ID_LENGTH);
  p = writeText(ring, p, spanId, MAX_ID_LENGTH);
  p = writeText(ring, p, file, MAX_FILE_LENGTH);
  p = writeValue(ring, p, line === undefined ? null : line | 0);
  p = writeValue(ring, p, threadId | 0);

  const countAt = p - ring.at;
  p += 2;
  let count = 0;
  const redacted = whereRedacted(fields);
  for (const field of fields) {
    const where = redacted ?? whereOf(field.key);
    if (where !== null && where.isDropped) continue;
    const before = p - ring.at;
    p = count === MAX_FIELDS ? -1 : writeField(ring, p, field.key, field as never, 'value', where);
    if (p < 0) {
      p = ring.at + before;
      ring.truncated = true;
      break;
    }
    count++;
  }
  ring.dv.setUint16(ring.at + countAt, count, true);
  publish(ring, p, L.KIND_EMITTED, flags, 0);
}

/** The end of a long path says more than its beginning. */
function writeText(ring: Ring, p: number, text: string | undefined, most: number): number {
  return text === undefined ? writeValue(ring, p, null) : writeString(ring, p, text.slice(-most));
}
