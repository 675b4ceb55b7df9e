// What the arguments of a LoggerService call mean. Nest's facade passes (message, ...params, context), and for errors
// (message, ...params, stack | undefined, context).
import { areFields } from '../core/are-fields.js';
import { errorFromStack } from '../core/error-from-stack.js';
import { throwsMark } from '../core/field.js';
import { plainFields } from '../core/plain-fields.js';

/** A call, understood. */
export interface NestCall {
  readonly message: string;
  readonly fields: Record<string, unknown> | undefined;
  /** undefined where the call named none. */
  readonly context: string | undefined;
}

/** The arguments of a call that has a stack among them or not. Never throws: what cannot be read says so. */
export function readCall(mayHaveStack: boolean, message: unknown, rest: readonly unknown[]): NestCall {
  try {
    return mayHaveStack ? readErrorArguments(message, rest) : readArguments(message, rest);
  } catch (error) {
    const last = rest[rest.length - 1];
    return {
      message: typeof message === 'string' ? message : '',
      fields: { params: throwsMark(error) },
      context: typeof last === 'string' ? last : undefined,
    };
  }
}

/** The arguments of `log`, `warn`, `debug` and `verbose`. */
export function readArguments(message: unknown, rest: readonly unknown[]): NestCall {
  const last = rest[rest.length - 1];
  if (typeof last !== 'string') return toCall(message, rest, undefined);
  return toCall(message, rest.slice(0, -1), last);
}

/** The arguments of `error` and `fatal`. */
export function readErrorArguments(message: unknown, rest: readonly unknown[]): NestCall {
  const last = rest[rest.length - 1];
  // A stack at the end: the call named no context, or named it before.
  if (isStack(last)) return withStack(readArguments(message, rest.slice(0, -1)), last);
  const call = rest.slice(0, typeof last === 'string' ? -1 : undefined);
  const context = typeof last === 'string' ? last : undefined;
  const stack = call[call.length - 1];
  if (typeof stack === 'string' && (isStack(stack) || !areFields(message)))
    return withStack(toCall(message, call.slice(0, -1), context), stack);
  return toCall(message, stack === undefined ? call.slice(0, -1) : call, context);
}

/** The same rule as Nest's ConsoleLogger: a line that begins with "at" and ends with a position. */
function isStack(value: unknown): value is string {
  return typeof value === 'string' && /\n[ \t]+at .+:\d+:\d+/.test(value);
}

function toCall(message: unknown, params: readonly unknown[], context: string | undefined): NestCall {
  let said: unknown = message;
  if (typeof said === 'function') said = callMessage(said);
  let fields: Record<string, unknown> | undefined;
  let others: unknown[] | undefined;
  let rest = params;
  if (areFields(said)) {
    fields = plainFields(said);
    // The other order: fields, or an Error, and then the message.
    if (typeof params[0] === 'string') [said, ...rest] = params;
  }
  for (const param of rest) {
    // Two errors do not fit into `err`.
    const isSecondError = param instanceof Error && fields !== undefined && 'err' in fields;
    if (areFields(param) && !isSecondError) {
      fields = fields === undefined ? plainFields(param) : { ...fields, ...plainFields(param) };
    } else if (param !== undefined) (others ??= []).push(param);
  }
  if (others !== undefined) fields = { ...fields, params: others };
  return { message: textOf(said), fields, context };
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message;
  try {
    if (message instanceof Error) return message.message;
    return areFields(message) ? '' : String(message);
  } catch (error) {
    return throwsMark(error);
  }
}

/** Nest takes a class for its name, and a function for what it returns. */
function callMessage(message: unknown): unknown {
  try {
    const source = Function.prototype.toString.call(message);
    return source.startsWith('class ') ? (message as { name: string }).name : (message as () => unknown)();
  } catch (error) {
    return throwsMark(error);
  }
}

function withStack(call: NestCall, stack: string): NestCall {
  // An Error says more than its stack, which the caller passed besides.
  if (call.fields !== undefined && 'err' in call.fields) return call;
  return { ...call, fields: { ...call.fields, err: errorFromStack(stack) } };
}
