// Fields behind a message: on its line where they fit, cut where a few are long, on lines of their own where there are many.
import type { Field } from '../core/field.js';
import { printable } from './escape.js';
import type { Piece } from './paint.js';
import { cutToWidth, widthOf } from './text-width.js';
import { cutText, keyText, valueText } from './value-text.js';

/** A value is not cut to less than this. */
const MIN_VALUE_WIDTH = 24;
/** Where fields have lines of their own, this is as much as one of them gets. */
const MAX_VALUE_WIDTH = 64;
const MAX_LINES = 4;
const MAX_BLOCK_LINES = 20;
const MAX_LINE_TEXT = 2048;

interface Part {
  readonly key: string;
  readonly value: string;
  readonly keyWidth: number;
  readonly valueWidth: number;
}

/**
 * The fields as lines: the first goes behind what takes `used` columns of its line already (and may be empty), the others begin with
 * `lead`, which takes `indent` columns.
 */
export function layFields(
  fields: readonly Field[],
  used: number,
  lead: readonly Piece[],
  indent: number,
  width: number,
): Piece[][] {
  const parts = fields.filter(({ value }) => value !== undefined).map(partOf);
  if (parts.length === 0) return [[]];
  const limit = limitFor(parts, width - used - 2);
  if (limit !== undefined) return [[['  '], ...piecesOf(parts, limit)]];
  return inLines(parts, width - used - 2, lead, width - indent);
}

/** A text of several lines, below the line of its record: `sql │ SELECT …`. */
export function blockLines(key: string, text: string, indent: string): Piece[][] {
  const lines = text.replace(/(?:\r\n|\n|\r)$/, '').split(/\r\n|\n|\r/);
  const name = keyText(key);
  const blank = ' '.repeat(widthOf(name));
  const shown = lines
    .slice(0, MAX_BLOCK_LINES)
    .map((line, i): Piece[] => [
      [`${indent}${i === 0 ? name : blank} │ `, 'dim'],
      [printable(cutText(line.replaceAll('\t', '  '), MAX_LINE_TEXT))],
    ]);
  if (lines.length > shown.length)
    shown.push([[`${indent}${blank} │ … ${lines.length - shown.length} more lines`, 'dim']]);
  return shown;
}

function partOf({ key, value }: Field): Part {
  const name = `${keyText(key)}=`;
  const text = valueText(value);
  return { key: name, value: text, keyWidth: widthOf(name), valueWidth: widthOf(text) };
}

function piecesOf(parts: readonly Part[], limit: number): Piece[] {
  return parts.flatMap(({ key, value }, i): Piece[] => [
    [i === 0 ? key : ` ${key}`, 'dim'],
    [cutToWidth(value, limit)],
  ]);
}

const widthUnder = (parts: readonly Part[], limit: number): number =>
  parts.reduce((sum, { keyWidth, valueWidth }) => sum + keyWidth + Math.min(valueWidth, limit) + 1, -1);

/** How long values may be so that all fit into one line; undefined where that would be too short. */
function limitFor(parts: readonly Part[], room: number): number | undefined {
  let limit = Math.max(...parts.map(({ valueWidth }) => valueWidth));
  if (widthUnder(parts, limit) <= room) return limit;
  if (widthUnder(parts, MIN_VALUE_WIDTH) > room) return undefined;
  while (widthUnder(parts, limit) > room) limit--;
  return limit;
}

function inLines(parts: readonly Part[], firstRoom: number, lead: readonly Piece[], room: number): Piece[][] {
  const lines: Piece[][] = [[]];
  let left = firstRoom;
  for (const [i, part] of parts.entries()) {
    const limit = Math.max(Math.min(room - part.keyWidth, MAX_VALUE_WIDTH), MIN_VALUE_WIDTH);
    const width = part.keyWidth + Math.min(part.valueWidth, limit) + 1;
    if (width > left) {
      if (lines.length > MAX_LINES) {
        const others = parts.length - i;
        lines.at(-1)!.push([` … ${others} more ${others === 1 ? 'field' : 'fields'}`, 'dim']);
        break;
      }
      lines.push([...lead]);
      left = room;
    } else lines.at(-1)!.push([left === firstRoom && lines.length === 1 ? '  ' : ' ']);
    lines.at(-1)!.push([part.key, 'dim'], [cutToWidth(part.value, limit)]);
    left -= width;
  }
  return lines;
}
