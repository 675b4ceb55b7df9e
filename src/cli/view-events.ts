// Events, one line each: when, how important, from where, what, with which fields, in which span.
import { describedError, errorLines } from '../recorder/error-text.js';
import { printable } from '../recorder/escape.js';
import type { Piece } from '../recorder/paint.js';
import { LEVEL_STYLES, LEVEL_WORDS } from '../recorder/paint.js';
import type { LogRecord } from '../recorder/record.js';
import { shownFields } from '../recorder/shown-fields.js';
import { cutText, fieldPieces } from '../recorder/value-text.js';
import { RecordedError } from '../recorder/values.js';
import { dateTimeText, timeText } from './units.js';

const DAY_MS = 86_400_000;
const MAX_TARGET_WIDTH = 24;
const MAX_MESSAGE_TEXT = 1024;

/** Name of a span, by its trace and span id. */
export type SpanNames = (record: LogRecord) => string | undefined;

/** The events, oldest first. Where the day changes, it is said. */
export function* eventLines(events: readonly LogRecord[], spanNames: SpanNames): Generator<Piece[]> {
  const targetWidth = Math.min(
    MAX_TARGET_WIDTH,
    Math.max(0, ...distinctTargets(events).map((target) => target.length)),
  );
  let day = Math.floor((events[0]?.timestampMs ?? 0) / DAY_MS);
  for (const event of events) {
    const today = Math.floor(event.timestampMs / DAY_MS);
    if (today !== day) yield [[`  ${dateTimeText(event.timestampMs).slice(0, 10)}`, 'dim']];
    day = today;
    yield eventLine(event, targetWidth, spanNames(event));
    for (const { value } of event.fields) {
      if (value instanceof RecordedError) yield* errorLines(describedError(value), '      ');
    }
  }
}

function eventLine(event: LogRecord, targetWidth: number, spanName: string | undefined): Piece[] {
  const target = printable(event.target);
  const trace = event.traceId === undefined ? '' : printable(event.traceId.slice(0, 8));
  const fields = fieldPieces(shownFields(event.fields).filter(({ value }) => !(value instanceof RecordedError)));
  return [
    [`  ${timeText(event.timestampMs)} `, 'dim'],
    [LEVEL_WORDS[event.level] ?? '?    ', LEVEL_STYLES[event.level] ?? 'plain'],
    [` ${target.padEnd(targetWidth)}  `, 'magenta'],
    [printable(cutText(event.message, MAX_MESSAGE_TEXT)), event.level >= 3 ? 'bold' : 'plain'],
    ...(fields.length > 0 ? [['  '] as const, ...fields] : []),
    ...(event.truncated ? [['  [Truncated]', 'yellow'] as const] : []),
    ...(trace === ''
      ? []
      : [[`  [${trace}${spanName === undefined ? '' : ` ${printable(cutText(spanName, 80))}`}]`, 'dim'] as const]),
    ...(event.late ? [['  late', 'yellow'] as const] : []),
    ...(event.threadId === 0 ? [] : [[`  thread ${event.threadId}`, 'dim'] as const]),
  ];
}

function distinctTargets(events: readonly LogRecord[]): string[] {
  return [...new Set(events.map(({ target }) => target))].slice(0, 1000).map((target) => printable(target));
}
