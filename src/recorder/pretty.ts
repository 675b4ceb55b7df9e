import type { FieldValue } from '../core/field.js';
import { LogLevel } from '../core/level.js';
import { printable } from './escape.js';
import { jsonOf } from './json-values.js';
import type { LogRecord } from './record.js';
import { InspectedText, RecordedError } from './values.js';

export interface PrettyOptions {
  readonly colors: boolean;
}

const LEVELS: readonly string[] = ['TRACE', 'DEBUG', ' INFO', ' WARN', 'ERROR', 'FATAL'];
/** SGR codes: dim, cyan, green, yellow, red, white on red. */
const LEVEL_COLORS: readonly string[] = ['2', '36', '32', '33', '31', '37;41'];
const DIM = '2';
const BOLD = '1';
const RED = '31';

/** The target column grows up to here, so that one long name does not push everything to the right. */
const MAX_TARGET_WIDTH = 24;
const INDENT = '    ';
const MAX_CAUSES = 16;

/**
 * Lines for people: `12:34:56.789  INFO orders  Order placed  order_id=7 total=12.5`. Errors follow below, indented, with their
 * causes. Nothing that was logged can move the cursor, set a colour or begin a line of its own.
 */
export class PrettyPrinter {
  readonly #colors: boolean;
  #targetWidth = 0;
  #minute = -1;
  #minuteText = '';

  constructor({ colors }: PrettyOptions) {
    this.#colors = colors;
  }

  /** With the newline at its end. */
  print(record: LogRecord): string {
    const target = printable(record.target);
    this.#targetWidth = Math.max(this.#targetWidth, Math.min(target.length, MAX_TARGET_WIDTH));
    const isLoud = record.level >= LogLevel.Warn;
    const message = printable(record.message);
    let line = this.#paint(DIM, this.#time(record.timestampMs));
    line += ` ${this.#paint(LEVEL_COLORS[record.level] ?? DIM, LEVELS[record.level] ?? '    ?')}`;
    line += ` ${this.#paint(DIM, target.padEnd(this.#targetWidth))}  `;
    line += isLoud ? this.#paint(BOLD, message) : message;
    if (record.kind === 'span') line += `  ${this.#duration(record)}`;
    if (record.kind === 'span-start') line += `  ${this.#paint(DIM, 'begins')}`;

    const fields: string[] = [];
    let below = '';
    for (const { key, value } of record.fields) {
      if (record.kind === 'span' && (key === 'duration_ms' || key === 'outcome')) continue;
      if (value instanceof RecordedError) below += this.#error(key, value);
      else if (value !== undefined) fields.push(`${printable(key)}=${text(value)}`);
    }
    if (fields.length > 0) line += `  ${this.#paint(DIM, fields.join(' '))}`;
    return `${line}\n${below}`;
  }

  /** Local time of day; date and hour are in the file, where it matters. */
  #time(timestampMs: number): string {
    const minute = Math.floor(timestampMs / 60_000);
    if (minute !== this.#minute) {
      const date = new Date(minute * 60_000);
      this.#minute = minute;
      this.#minuteText = Number.isNaN(date.getTime())
        ? '--:--'
        : `${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}`;
    }
    const ms = Math.floor(timestampMs - minute * 60_000);
    return `${this.#minuteText}:${pad(Math.floor(ms / 1000), 2)}.${pad(ms % 1000, 3)}`;
  }

  #duration({ durationNs = 0, outcome }: LogRecord): string {
    const duration = durationText(durationNs);
    return outcome === 'error' ? this.#paint(RED, `${duration} failed`) : this.#paint(DIM, duration);
  }

  /** An error with its stack, its own properties and what is behind it. */
  #error(key: string, error: RecordedError, depth = 0): string {
    const label = key === 'err' && depth === 0 ? '' : `${printable(key)}: `;
    const { type, message, stack, cause, errors, ...own } = error;
    const head = `${text(type, true)}: ${text(message, true)}`;
    const fields = Object.entries(own).map(([name, value]) => `${printable(name)}=${text(value)}`);
    const indent = INDENT.repeat(depth + 1);
    let block = `${indent}${this.#paint(RED, label + head)}${fields.length > 0 ? `  ${this.#paint(DIM, fields.join(' '))}` : ''}\n`;
    for (const frame of stackFrames(stack)) block += `${indent}  ${this.#paint(DIM, frame)}\n`;
    if (depth >= MAX_CAUSES) return block;
    if (cause instanceof RecordedError) block += this.#error('caused by', cause, depth + 1);
    else if (cause !== undefined) block += `${indent}${INDENT}${this.#paint(RED, `caused by: ${text(cause)}`)}\n`;
    for (const inner of Array.isArray(errors) ? (errors as FieldValue[]) : []) {
      if (inner instanceof RecordedError) block += this.#error('with', inner, depth + 1);
      else block += `${indent}${INDENT}${this.#paint(RED, `with: ${text(inner)}`)}\n`;
    }
    return block;
  }

  #paint(code: string, content: string): string {
    return this.#colors && content !== '' ? `\u001b[${code}m${content}\u001b[0m` : content;
  }
}

/** `at` lines of a stack; its head is shown already. */
function stackFrames(stack: FieldValue): string[] {
  if (typeof stack !== 'string') return [];
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .map(printable);
}

/** A value on one line; text without spaces needs no quotes. */
function text(value: FieldValue, bare = false): string {
  if (typeof value === 'string') return bare || /^[^\s"=]+$/.test(value) ? printable(value) : printable(`"${value}"`);
  if (value instanceof InspectedText) return printable(value.inspected);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : `${value}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  return jsonOf(value) ?? 'undefined';
}

/** `412 µs`, `12.3 ms`, `1.24 s`, `2 min 3 s` */
export function durationText(ns: number): string {
  if (ns < 1e3) return `${ns} ns`;
  if (ns < 1e6) return `${short(ns / 1e3)} µs`;
  if (ns < 1e9) return `${short(ns / 1e6)} ms`;
  if (ns < 120e9) return `${short(ns / 1e9)} s`;
  return `${Math.floor(ns / 60e9)} min ${Math.floor((ns / 1e9) % 60)} s`;
}

function short(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
