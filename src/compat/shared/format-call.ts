// What the arguments of a call in the manner of console.log mean: text, as `util.format` has it, and what of it is structured.
import { format } from 'node:util';
import { areFields } from '../../core/are-fields.js';
import { throwsMark } from '../../core/field.js';
import { isErrorValue } from '../../core/is-error.js';
import { mergeFields } from '../../core/plain-fields.js';

/** The two arguments of one of the six calls. */
export interface FormattedCall {
  readonly first: unknown;
  readonly second: object | undefined;
}

/** Those that take a value with them. */
const SPECIFIERS = /%[sdifjoOc%]/g;

/**
 * Objects and the first Error that no `%` of a leading text asks for are fields; everything else is the text, as the console would show it.
 * Never throws: what cannot be shown says so.
 */
export function readFormatted(args: readonly unknown[]): FormattedCall {
  const asked = 1 + (typeof args[0] === 'string' ? countSpecifiers(args[0]) : -1);
  const texts: unknown[] = args.slice(0, asked);
  let fields: object | undefined;
  let err: Error | undefined;
  for (const value of args.slice(asked)) {
    if (err === undefined && isErrorValue(value)) err = value;
    else if (areFields(value) && !isErrorValue(value)) fields = mergeFields(fields, value);
    else texts.push(value);
  }
  if (texts.length === 0)
    return err === undefined ? { first: fields ?? {}, second: undefined } : { first: err, second: fields };
  return { first: textOf(texts), second: err === undefined ? fields : mergeFields(fields, { err }) };
}

function countSpecifiers(text: string): number {
  let count = 0;
  for (const [specifier] of text.matchAll(SPECIFIERS)) if (specifier !== '%%') count++;
  return count;
}

function textOf(texts: unknown[]): string {
  try {
    return format(...texts);
  } catch (error) {
    return throwsMark(error);
  }
}
