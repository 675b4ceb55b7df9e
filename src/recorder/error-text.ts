// An error as lines for people: what it was, where, what belongs to it, what caused it.
import type { FieldValue } from '../core/field.js';
import { printable } from './escape.js';
import type { Piece } from './paint.js';
import type { StackOptions } from './stack-text.js';
import { stackLines } from './stack-text.js';
import { cutText, fieldPieces, headline, valueText } from './value-text.js';
import type { DescribedError } from './snapshot-error.js';
import { RecordedError } from './values.js';

const MAX_LINES = 200;
const MAX_MESSAGE_LINES = 20;
const MAX_LINE_TEXT = 2048;
const MAX_DEPTH = 32;

export interface ErrorOptions extends Omit<StackOptions, 'above'> {
  /** What belongs to the error stands beside its message, not below its stack; what a cause has in common with what it caused is left out. */
  readonly isCompact?: boolean;
}

/** The lines of an error, its causes and the errors in it. Each begins with `indent`, so that no message can look like an event. */
export function errorLines(error: DescribedError, indent: string, options: ErrorOptions = {}): Piece[][] {
  const lines: Piece[][] = [];
  addError(lines, error, indent, '', 0, options, undefined);
  return lines.length > MAX_LINES
    ? [...lines.slice(0, MAX_LINES), [[`${indent}… ${lines.length - MAX_LINES} more lines`, 'dim']]]
    : lines;
}

function addError(
  lines: Piece[][],
  error: DescribedError,
  indent: string,
  lead: string,
  depth: number,
  options: ErrorOptions,
  above: string | undefined,
): void {
  if (depth > MAX_DEPTH || lines.length > MAX_LINES) return;
  const [first = '', ...more] = headline(error.type, error.message).split(/\r\n|\n|\r/);
  const properties = fieldPieces(
    Object.entries(error.properties ?? {}).map(([key, value]) => ({ key, value: value as FieldValue })),
  );
  const beside: Piece[] = options.isCompact === true && properties.length > 0 ? [['  '], ...properties] : [];
  lines.push([[indent], [lead, 'dim'], [safe(first), 'red'], ...beside]);
  for (const text of more.slice(0, MAX_MESSAGE_LINES)) lines.push([[`${indent}  `], [safe(text), 'red']]);
  if (more.length > MAX_MESSAGE_LINES)
    lines.push([[`${indent}  … ${more.length - MAX_MESSAGE_LINES} more lines`, 'dim']]);
  const { stack = '', errors = [], cause } = error;
  for (const { text, isForeign } of stackLines(stack, { ...options, above }))
    lines.push([[`${indent}    `], [safe(text), isForeign ? 'dim' : 'plain']]);
  if (beside.length === 0 && properties.length > 0) lines.push([[`${indent}    `], ...properties]);
  const below = options.isCompact === true ? stack : undefined;
  for (const [i, inner] of errors.entries())
    addError(lines, inner, `${indent}  `, `[${i + 1}/${errors.length}] `, depth + 1, options, below);
  if (cause !== undefined) addError(lines, cause, indent, 'caused by: ', depth + 1, options, below);
  if (error.leftOut !== undefined) lines.push([[`${indent}… ${error.leftOut} more causes or errors`, 'dim']]);
}

const safe = (text: string): string => printable(cutText(text, MAX_LINE_TEXT));

/** An error that was recorded as a field, in the form in which a snapshot's header has its own. */
export function describedError(value: FieldValue, depth = 0): DescribedError {
  if (!(value instanceof RecordedError))
    return { type: value === null ? 'null' : typeof value, message: valueText(value) };
  const { type, message, stack, cause, errors, ...own } = value;
  const properties = Object.entries(own)
    .filter(([, inner]) => inner !== undefined)
    .map(([key, inner]) => [key, valueText(inner)] as const);
  return {
    type: text(type),
    message: text(message),
    stack: text(stack),
    ...(properties.length > 0 ? { properties: Object.fromEntries(properties) } : {}),
    ...(cause !== undefined && depth < MAX_DEPTH ? { cause: describedError(cause, depth + 1) } : {}),
    ...(Array.isArray(errors) && depth < MAX_DEPTH
      ? { errors: errors.slice(0, 16).map((inner) => describedError(inner as FieldValue, depth + 1)) }
      : {}),
  };
}

/** Hostile bytes may have anything there. */
const text = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : valueText(value as FieldValue);
