/** The methods of a logger, one for each level: what the arguments mean, and whether the call is written or recorded only. */
import type { Instance } from './instance.js';
import { format } from './format.js';
import { STANDARD_LEVELS } from './levels.js';
import { levelOf, record } from './ring-side.js';
import { mapHttpRequest, mapHttpResponse } from './std-serializers.js';
import { readOr, stringify } from './stringify.js';
import * as S from './symbols.js';
import type { Hooks } from './types.js';

type Method = (this: Instance, ...args: unknown[]) => void;

export function noop(): void {}

/** The method of a level that the logger writes. */
export function writtenMethod(num: number, hook: Hooks['logMethod']): Method {
  const LOG = function (this: Instance, ...args: unknown[]): void {
    const { obj, message } = readCall(this, args);
    this[S.writeSym](obj, message, num);
  };
  if (!hook) return LOG;
  return function (this: Instance, ...args: unknown[]): void {
    hook.call(this as never, args as never, LOG as never, num);
  };
}

/** What is fatal is on its way before the call returns, for it may be the last. */
export function fatalMethod(hook: Hooks['logMethod']): Method {
  const method = writtenMethod(STANDARD_LEVELS.fatal, hook);
  return function (this: Instance, ...args: unknown[]): void {
    const stream = this[S.streamSym];
    method.apply(this, args);
    if (typeof stream.flushSync !== 'function') return;
    try {
      stream.flushSync();
    } catch {
      // a stream that is not open yet, or no longer
    }
  };
}

/** The method of a level below the logger's: it is for the ring alone. */
export function keptMethod(num: number): Method {
  return function (this: Instance, ...args: unknown[]): void {
    const ring = this[S.ringSym];
    if (ring.targetFor(this, levelOf(this, num), false) === null) return;
    try {
      const { obj, message } = readCall(this, args);
      const { fields, text } = fieldsOf(this, obj, message);
      record(this, num, false, fields, text, null);
    } catch {
      // Nobody expects a call that is not written to throw: a request with a throwing getter, say.
    }
  };
}

/** `(object, message, ...args)`, `(message, ...args)`; requests and responses of Node are known by their looks. */
function readCall(logger: Instance, args: unknown[]): { obj: unknown; message: unknown } {
  const [first, ...rest] = args;
  let obj: unknown = null;
  let message: unknown;
  if (typeof first === 'object') {
    obj = first === null ? null : httpFields(first);
    message = first === null && rest.length === 0 ? null : rest.shift();
  } else message = first === undefined ? rest.shift() : first;
  const prefix = logger[S.msgPrefixSym];
  if (typeof prefix === 'string' && message !== undefined && message !== null) {
    const given = message;
    message = prefix + String(readOr(() => String(given)));
  }
  return { obj, message: rest.length === 0 ? message : format(message, rest, (value) => argumentText(logger, value)) };
}

function httpFields(first: object): object {
  const given = first as Record<string, unknown>;
  try {
    if (given['method'] && given['headers'] && given['socket']) return mapHttpRequest(first as never);
    return typeof given['setHeader'] === 'function' ? mapHttpResponse(first as never) : first;
  } catch {
    return first; // a proxy, or a getter that throws: what it has is read one by one
  }
}

/** An object within a message; `redact` holds for its properties as for those of a line. */
function argumentText(logger: Instance, value: unknown): string | undefined {
  const redaction = logger[S.redactionSym];
  return stringify(redaction === null ? value : readOr(() => redaction.object(value)), logger[S.stringifySafeSym]);
}

/** An error in place of the object has the error's key, and speaks for itself where there is no message. */
export function fieldsOf(
  logger: Instance,
  obj: unknown,
  message: unknown,
): { fields: Record<string, unknown>; text: unknown } {
  const errorKey = logger[S.errorKeySym];
  if (obj === undefined || obj === null) return { fields: {}, text: message };
  const fields = obj as Record<string, unknown>;
  try {
    if (obj instanceof Error)
      return { fields: { [errorKey]: obj }, text: message === undefined ? obj.message : message };
    if (message === undefined && fields[logger[S.messageKeySym]] === undefined && fields[errorKey])
      return { fields, text: (fields[errorKey] as { message?: unknown }).message };
  } catch {
    // a proxy, or a getter that throws: that is told where its properties are read
  }
  return { fields, text: message };
}
