import { LogLevel } from '../core/level.js';
import { durationText } from './duration-text.js';
import { describedError, errorLines } from './error-text.js';
import { printable } from './escape.js';
import { blockLines, layFields } from './field-layout.js';
import type { Piece, Style } from './paint.js';
import { LEVEL_STYLES, LEVEL_WORDS, line } from './paint.js';
import type { LogRecord } from './record.js';
import { shownFields } from './shown-fields.js';
import { padToWidth, widthOf } from './text-width.js';
import { cutText, headline, keyText } from './value-text.js';
import { RecordedError } from './values.js';

/** What stands in front of a line: local time of day, the same in UTC, the whole date, ms since the epoch, or since the start of the process. */
export type PrettyTime = 'clock' | 'utc' | 'iso' | 'epoch' | 'elapsed' | 'none';

export interface PrettyOptions {
  readonly colors: boolean;
  readonly time?: PrettyTime | undefined;
  /** Paths of stacks are shown from here. */
  readonly cwd?: string | undefined;
}

/** The target column grows up to here, so that one long name does not push everything to the right. */
const MAX_TARGET_WIDTH = 24;
const MAX_MESSAGE_TEXT = 4096;
const INDENT = '    ';
/** Deeper spans are shown at this depth. */
const MAX_DEPTH = 12;
/** The lines of a trace have guides of one of these. */
const GUIDE_STYLES: readonly Style[] = ['blue', 'magenta', 'cyan', 'green', 'yellow'];
/** Stacks that are not shown again. */
const MAX_KNOWN_STACKS = 8;

/**
 * Lines for people: `12:34:56.789 INFO  orders  Order placed  order_id=7 total=12.5`. What happens in a span is indented by a guide,
 * which ends at the span's own line. Errors and texts of several lines follow below. Nothing that was logged can move the cursor, set a
 * colour or begin a line of its own.
 */
export class PrettyPrinter {
  /** Columns of the terminal. */
  width = Number.POSITIVE_INFINITY;
  readonly #options: PrettyOptions;
  readonly #time: (ms: number) => string;
  #targetWidth = 0;
  /** Of the errors shown last. */
  readonly #knownStacks: string[] = [];

  constructor(options: PrettyOptions) {
    this.#options = options;
    this.#time = TIME_TEXTS[options.time ?? 'clock'];
  }

  /**
   * With the newline at its end. `depth` is the number of spans around it whose lines will be seen; a span is bare where nothing in it has
   * had a line.
   */
  print(record: LogRecord, depth = 0, isBare = true): string {
    const drawn = guides(record, depth, isBare);
    const head = this.#head(record, drawn);
    const message = messagePieces(record);
    const notes = notePieces(record, depth);
    const indent = columns(head);
    const fields = shownFields(record.fields).filter(({ key, value }) => isOnLine(record, key, value));
    const lead = leadPieces(record, drawn, indent);
    const [first, ...others] = layFields(fields, indent + columns(message) + columns(notes), lead, indent, this.width);
    let text = this.#line([...head, ...message, ...first, ...notes]);
    for (const pieces of others) text += this.#line(pieces);
    for (const { key, value } of record.fields) {
      if (value instanceof RecordedError) text += this.#error(key, value);
      else if (isBlock(value)) for (const pieces of blockLines(key, value, INDENT)) text += this.#line(pieces);
    }
    return text;
  }

  /** What stands before the message: time, level, target, guides. */
  #head(record: LogRecord, drawn: Guides): Piece[] {
    const { level, timestampMs } = record;
    const target = printable(cutText(record.target));
    this.#targetWidth = Math.max(this.#targetWidth, Math.min(widthOf(target), MAX_TARGET_WIDTH));
    const time = this.#time(timestampMs);
    return [
      [time === '' ? '' : `${time} `, 'dim'],
      [LEVEL_WORDS[level] ?? '?    ', LEVEL_STYLES[level]],
      [` ${padToWidth(target, this.#targetWidth)}  `, 'magenta'],
      [drawn.around + drawn.own, guideStyle(record.traceId)],
    ];
  }

  /** The next error is shown with its stack, whatever was shown before. */
  forgetStacks(): void {
    this.#knownStacks.length = 0;
  }

  #error(key: string, error: RecordedError): string {
    const indent = key === 'err' ? INDENT : `${INDENT}${keyText(key)}: `;
    const described = describedError(error);
    if (this.#isKnown(error)) {
      const title = printable(cutText(headline(described.type, described.message.split(/\r|\n/, 1)[0] ?? '')));
      return this.#line([[indent], [title, 'red'], ['  stack as above', 'dim']]);
    }
    const { cwd } = this.#options;
    return errorLines(described, indent, { cwd, folds: true, isCompact: true })
      .map((pieces) => this.#line(pieces))
      .join('');
  }

  /** An error on its way out is often logged more than once. */
  #isKnown({ type, message, stack }: RecordedError): boolean {
    const known = `${type}\n${message}\n${stack}`;
    if (this.#knownStacks.includes(known)) return true;
    this.#knownStacks.push(known);
    if (this.#knownStacks.length > MAX_KNOWN_STACKS) this.#knownStacks.shift();
    return false;
  }

  #line(pieces: readonly Piece[]): string {
    return line(pieces, this.#options.colors);
  }
}

interface Guides {
  readonly around: string;
  readonly own: string;
}

/** `│ ` for each span around it; the line of a span ends, or begins, a guide of its own. */
function guides({ kind }: LogRecord, depth: number, isBare: boolean): Guides {
  const own = kind === 'event' ? '' : kind === 'span-start' ? '╭ ' : isBare ? '─ ' : '╰ ';
  return { around: '│ '.repeat(Math.min(depth, MAX_DEPTH)), own };
}

/** What stands before fields that have lines of their own: the guides go on. */
function leadPieces({ traceId }: LogRecord, { around, own }: Guides, indent: number): Piece[] {
  return [[' '.repeat(indent - around.length - own.length)], [around, guideStyle(traceId)], [' '.repeat(own.length)]];
}

/** One colour a trace: requests at the same time can be told apart. */
function guideStyle(traceId: string | undefined): Style {
  if (traceId === undefined) return 'plain';
  return GUIDE_STYLES[Number.parseInt(traceId.slice(-4), 16) % GUIDE_STYLES.length] ?? 'plain';
}

const columns = (pieces: readonly Piece[]): number => pieces.reduce((sum, [text]) => sum + widthOf(text), 0);

/** The message; of a span, how long it took, and whether it failed. */
function messagePieces({ kind, level, message, durationNs, outcome }: LogRecord): Piece[] {
  const text: Piece = [printable(cutText(message, MAX_MESSAGE_TEXT)), level >= LogLevel.Warn ? 'bold' : 'plain'];
  if (kind === 'event') return [text];
  if (kind === 'span-start') return [text, ['  begins', 'dim']];
  const duration = durationText(durationNs ?? Number.NaN);
  return [text, outcome === 'error' ? [`  ${duration} failed`, 'red'] : [`  ${duration}`, 'cyan']];
}

/** What ttlog has to say about the record. The line of a root span tells its trace. */
function notePieces({ kind, traceId, threadId, promoted, late, meta, truncated }: LogRecord, depth: number): Piece[] {
  const notes: Piece[] = [];
  if (promoted) notes.push(['  promoted', 'dim']);
  if (threadId !== 0 && !meta) notes.push([`  thread ${threadId}`, 'dim']);
  if (late) notes.push(['  late', 'yellow']);
  if (truncated) notes.push(['  [Truncated]', 'yellow']);
  if (kind === 'span' && depth === 0 && traceId !== undefined)
    notes.push([`  [${printable(traceId.slice(0, 8))}]`, 'dim']);
  return notes;
}

function isOnLine({ kind }: LogRecord, key: string, value: unknown): boolean {
  if (value instanceof RecordedError || isBlock(value)) return false;
  return kind !== 'span' || (key !== 'duration_ms' && key !== 'outcome');
}

function isBlock(value: unknown): value is string {
  return typeof value === 'string' && /[\r\n][^\r\n]/.test(value);
}

const PROCESS_START_MS = Date.now() - process.uptime() * 1000;

const TIME_TEXTS: Readonly<Record<PrettyTime, (ms: number) => string>> = {
  clock: (ms) => timeOfDay(localDate(ms)),
  utc: (ms) => timeOfDay(dateOf(ms)),
  iso: (ms) => dateOf(ms)?.toISOString() ?? '-'.repeat(24),
  epoch: (ms) => String(Math.floor(ms)),
  elapsed: (ms) => `+${((ms - PROCESS_START_MS) / 1000).toFixed(3)}`.padStart(9),
  none: () => '',
};

function dateOf(ms: number): Date | undefined {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** A date whose UTC fields are those of the local time. */
function localDate(ms: number): Date | undefined {
  const date = dateOf(ms);
  return date === undefined ? undefined : dateOf(ms - date.getTimezoneOffset() * 60_000);
}

/** The date is in the file, where it matters. */
function timeOfDay(date: Date | undefined): string {
  return date === undefined ? '--:--:--.---' : date.toISOString().slice(11, 23);
}
