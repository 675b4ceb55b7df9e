import { LogLevel } from '../core/level.js';
import { durationText } from './duration-text.js';
import { describedError, errorLines } from './error-text.js';
import { printable } from './escape.js';
import type { Piece } from './paint.js';
import { LEVEL_STYLES, line } from './paint.js';
import type { LogRecord } from './record.js';
import { cutText, fieldPieces } from './value-text.js';
import { RecordedError } from './values.js';

export interface PrettyOptions {
  readonly colors: boolean;
}

const LEVEL_WORDS: readonly string[] = ['TRACE', 'DEBUG', 'INFO ', 'WARN ', 'ERROR', 'FATAL'];
/** The target column grows up to here, so that one long name does not push everything to the right. */
const MAX_TARGET_WIDTH = 24;
const MAX_MESSAGE_TEXT = 4096;
const ERROR_INDENT = '    ';

/**
 * Lines for people: `12:34:56.789 INFO  orders  Order placed  order_id=7 total=12.5`. Errors follow below, indented, with their
 * causes. Nothing that was logged can move the cursor, set a colour or begin a line of its own.
 */
export class PrettyPrinter {
  readonly #colors: boolean;
  #targetWidth = 0;

  constructor({ colors }: PrettyOptions) {
    this.#colors = colors;
  }

  /** With the newline at its end. */
  print(record: LogRecord): string {
    const target = printable(cutText(record.target));
    this.#targetWidth = Math.max(this.#targetWidth, Math.min(target.length, MAX_TARGET_WIDTH));
    let text = this.#line([
      [`${clockText(record.timestampMs)} `, 'dim'],
      [LEVEL_WORDS[record.level] ?? '?    ', LEVEL_STYLES[record.level]],
      [` ${target.padEnd(this.#targetWidth)}  `, 'magenta'],
      [printable(cutText(record.message, MAX_MESSAGE_TEXT)), record.level >= LogLevel.Warn ? 'bold' : 'plain'],
      ...spanPieces(record),
      ...ownFields(record),
      ...(record.late ? [['  late', 'yellow'] as const] : []),
      ...(record.threadId === 0 || record.meta ? [] : [[`  thread ${record.threadId}`, 'dim'] as const]),
      ...(record.truncated ? [['  [Truncated]', 'yellow'] as const] : []),
    ]);
    for (const { key, value } of record.fields) {
      if (!(value instanceof RecordedError)) continue;
      const indent = key === 'err' ? ERROR_INDENT : `${ERROR_INDENT}${printable(cutText(key))}: `;
      for (const pieces of errorLines(describedError(value), indent)) text += this.#line(pieces);
    }
    return text;
  }

  #line(pieces: readonly Piece[]): string {
    return line(pieces, this.#colors);
  }
}

/** How long a span took, and whether it failed. */
function spanPieces({ kind, durationNs, outcome }: LogRecord): Piece[] {
  if (kind === 'event') return [];
  if (kind === 'span-start') return [['  begins', 'dim']];
  const duration = durationText(durationNs ?? Number.NaN);
  return [outcome === 'error' ? [`  ${duration} failed`, 'red'] : [`  ${duration}`, 'cyan']];
}

function ownFields({ kind, fields }: LogRecord): Piece[] {
  const shown = fields.filter(
    ({ key, value }) =>
      !(value instanceof RecordedError) && !(kind === 'span' && (key === 'duration_ms' || key === 'outcome')),
  );
  const pieces = fieldPieces(shown);
  return pieces.length === 0 ? [] : [['  '], ...pieces];
}

/** Local time of day: the date is in the file, where it matters. */
function clockText(timestampMs: number): string {
  const date = new Date(timestampMs);
  if (Number.isNaN(date.getTime())) return '--:--:--.---';
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) => pad(n, 2));
  return `${hours}:${minutes}:${seconds}.${pad(date.getMilliseconds(), 3)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
