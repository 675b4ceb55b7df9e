// Records as lines for people. Whatever was recorded, a value stays on its line and sends nothing to the terminal.
import type { Field, FieldValue } from '../core/field.js';
import { jsonString, printable } from './escape.js';
import type { Piece } from './paint.js';
import { InspectedText, RecordedError } from './values.js';

/** Characters of one field; the rest is counted. */
const MAX_TEXT = 512;
/** What needs no quotes. */
const BARE = /^[^\s"'=,:{}[\]()]+$/u;

/** `order_id=17 card="4 of 5"`, names and values in styles of their own. Errors are left to `errorLines`. */
export function fieldPieces(fields: readonly Field[]): Piece[] {
  const pieces: Piece[] = [];
  for (const { key, value } of fields) {
    if (value === undefined) continue;
    if (pieces.length > 0) pieces.push([' ']);
    pieces.push([`${keyText(key)}=`, 'dim'], [valueText(value)]);
  }
  return pieces;
}

/** A name on one line. */
export function keyText(key: string): string {
  return BARE.test(key) ? printable(cutText(key)) : jsonString(cutText(key));
}

/** A value on one line. */
export function valueText(value: FieldValue): string {
  return cutText(typeof value === 'string' ? stringText(value) : nestedText(value, 0));
}

function stringText(text: string): string {
  const cut = text.slice(0, MAX_TEXT * 2);
  const shown = BARE.test(cut) ? printable(cut) : jsonString(cut);
  return text.length > cut.length ? `${shown}… [${text.length - cut.length} more]` : shown;
}

function nestedText(value: FieldValue, depth: number): string {
  switch (typeof value) {
    case 'string':
      return stringText(value);
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? 'null' : objectText(value, depth);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    default:
      return String(value);
  }
}

function objectText(value: object, depth: number): string {
  if (value instanceof InspectedText) return printable(value.inspected);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof RecordedError) return printable(headline(value.type, value.message));
  if (value instanceof Uint8Array)
    return `<${value.byteLength} bytes ${Buffer.from(value.subarray(0, 16)).toString('hex')}${value.byteLength > 16 ? '…' : ''}>`;
  if (depth >= 8) return '…';
  if (Array.isArray(value)) return `[${items(value as FieldValue[], depth)}]`;
  if (value instanceof Set) return `Set [${items(value as Set<FieldValue>, depth)}]`;
  if (value instanceof Map) return `Map {${pairs(value as Map<FieldValue, FieldValue>, depth)}}`;
  return `{${pairs(Object.entries(value as Record<string, FieldValue>), depth)}}`;
}

function items(values: Iterable<FieldValue>, depth: number): string {
  return joinUpTo(values, (value) => nestedText(value, depth + 1));
}

function pairs(entries: Iterable<readonly [FieldValue, FieldValue]>, depth: number): string {
  return joinUpTo(entries, ([key, value]) => `${nestedText(key, depth + 1)}: ${nestedText(value, depth + 1)}`);
}

/** Stops where the line would be cut anyway. */
function joinUpTo<T>(values: Iterable<T>, render: (value: T) => string): string {
  let text = '';
  for (const value of values) {
    if (text.length > MAX_TEXT) return `${text}, …`;
    text += (text === '' ? '' : ', ') + render(value);
  }
  return text;
}

/** `TypeError: x is not a function`. */
export function headline(type: string, message: string): string {
  return message === '' ? type : `${type}: ${message}`;
}

/** Not between the halves of a surrogate pair, and not inside an escape by more than its tail. */
export function cutText(text: string, limit = MAX_TEXT): string {
  if (text.length <= limit) return text;
  const end = (text.charCodeAt(limit - 1) & 0xfc00) === 0xd800 ? limit - 1 : limit;
  return `${text.slice(0, end)}… [${text.length - end} more]`;
}
