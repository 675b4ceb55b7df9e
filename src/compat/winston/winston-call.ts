// What winston hands to its transports, `info`, as the arguments of one of the six calls.
import { stripVTControlCharacters } from 'node:util';
import { errorFromStack } from '../../core/error-from-stack.js';
import { throwsMark } from '../../core/field.js';
import { isErrorValue } from '../../core/is-error.js';
import type { FormattedCall } from '../shared/format-call.js';

/** The symbols of winston's triple-beam. */
const LEVEL = Symbol.for('level');
const SPLAT = Symbol.for('splat');

/** Winston's own, and what it says of the process when it has caught an exception: a snapshot has that, too. */
const RESERVED = new Set(['level', 'message', 'stack', 'cause']);
const OF_EXCEPTIONS = new Set(['error', 'date', 'process', 'os', 'trace']);

export type WinstonInfo = Record<string | symbol, unknown>;

/** The level's name as it was logged, before a format gave it colours. */
export function levelNameOf(info: WinstonInfo): string {
  const name = info[LEVEL] ?? info['level'];
  return typeof name === 'string' ? name : '';
}

/** Never throws: what cannot be read says so. */
export function readWinstonInfo(info: WinstonInfo): FormattedCall {
  try {
    return read(info);
  } catch (error) {
    return { first: '', second: { info: throwsMark(error) } };
  }
}

function read(info: WinstonInfo): FormattedCall {
  const isException = info['exception'] === true || info['rejection'] === true;
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(info)) {
    if (!RESERVED.has(key) && !(isException && OF_EXCEPTIONS.has(key))) fields[key] = info[key];
  }
  const err = errorOf(info, isException);
  let message = textOf(info['message']);
  if (err === undefined) {
    // A stack or a cause that belongs to no error is a field as any other.
    for (const key of ['stack', 'cause']) if (info[key] !== undefined) fields[key] = info[key];
    return { first: message, second: fields };
  }
  for (const key of Object.keys(err)) delete fields[key];
  if (isException) return { first: err.message, second: { ...fields, err } };
  // `logger.error('Payment failed', err)` has become 'Payment failed card declined'.
  const said = ` ${err.message}`;
  if (err.message !== '' && message.endsWith(said)) message = message.slice(0, -said.length);
  return { first: message, second: { ...fields, err } };
}

function errorOf(info: WinstonInfo, isException: boolean): Error | undefined {
  if (isErrorValue(info)) return info;
  for (const value of [info['message'], isException ? info['error'] : undefined, firstOf(info[SPLAT])]) {
    if (isErrorValue(value)) return value;
  }
  const { stack } = info;
  return typeof stack === 'string' && stack.includes('\n    at ') ? errorFromStack(stack) : undefined;
}

function firstOf(splat: unknown): unknown {
  return Array.isArray(splat) ? (splat as unknown[])[0] : undefined;
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message.includes('\u001B') ? stripVTControlCharacters(message) : message;
  if (message === undefined || message === null) return '';
  return isErrorValue(message) ? message.message : String(message);
}
