// Hot path: the six calls. Which order the arguments came in, which target, recorded or not; then one record.
import { currentScope, targetInside } from './current-scope.js';
import { noteLoggedErrors } from './error-lines.js';
import { isError } from './is-error.js';
import { LogLevel } from './level.js';
import { mergeFields, plainFields } from './plain-fields.js';
import { recordEvent } from './record.js';
import { shownMessage } from './redact-where.js';
import type { Bindings, Scope } from './scope.js';
import { state } from './state.js';
import type { Target } from './target.js';

/** One of the six calls. Both argument orders; neither ever throws. */
export interface LogCall {
  /**
   * `fields`: a plain object, an instance of a `@Fields` class (its fields are spread), or an Error (recorded as `err`). What was caught is
   * welcome as it comes, `unknown`.
   */
  (message: string, fields?: unknown): void;
  (fields: unknown, message?: string): void;
}

/** A call without a logger: its target is that of the active span, else the service. */
export function bareCall(level: LogLevel, first: unknown, second: unknown): void {
  const scope = currentScope();
  let target = state.rootTarget;
  if (scope !== undefined && scope.span !== null) {
    ({ target } = scope.span.callsite);
    if (target.isLibrary) target = targetInside(scope.span);
  }
  if (level >= target.recordLevel) log(target, level, scope, null, first, second);
}

/** Sorts out the argument order. The target wants the level; whether the scope does is looked at here. */
export function log(
  target: Target,
  level: LogLevel,
  scope: Scope | undefined,
  bindings: Bindings | null,
  first: unknown,
  second: unknown,
): void {
  if (scope !== undefined && level < scope.silence - 1) return;
  let message: string;
  let fields: Record<string, unknown> | undefined;
  if (typeof first === 'string') {
    message = first;
    fields = second === undefined ? undefined : plainFields(second);
  } else {
    fields = first === undefined || first === null ? undefined : plainFields(first);
    // Two objects are in neither order, but what somebody logs is not thrown away: `error(err, { order_id })`.
    if (typeof second === 'object' && second !== null) fields = mergeFields(fields, second);
    message = typeof second === 'string' ? second : messageOf(first);
  }
  if (state.backend === null) recordEvent(target, level, scope, bindings, message, fields);
  else state.backend.record(target, level, scope, bindings, message, fields);
  if (level >= LogLevel.Error && fields !== undefined) noteLoggedErrors(fields, level, target, scope);
}

/** An error on its own speaks for itself. */
function messageOf(first: unknown): string {
  try {
    if (typeof first === 'object' && first !== null && isError(first) && typeof first.message === 'string')
      return shownMessage(first);
  } catch {
    // a proxy, or an error with a throwing getter
  }
  return '';
}

/**
 * Records an event at trace level: the finest detail, kept in the ring and rarely delivered. Never throws.
 *
 * @example
 * import { trace } from 'ttlog';
 * trace('Cache looked up', { key: 'user:7', hit: true });
 */
export function trace(message: string, fields?: unknown): void;
export function trace(fields: unknown, message?: string): void;
export function trace(first: unknown, second?: unknown): void {
  if (state.minRecordLevel <= LogLevel.Trace) bareCall(LogLevel.Trace, first, second);
}

/**
 * Records an event at debug level. Never throws.
 *
 * @example
 * import { debug } from 'ttlog';
 * debug('Query planned', { table: 'orders', rows: 12 });
 */
export function debug(message: string, fields?: unknown): void;
export function debug(fields: unknown, message?: string): void;
export function debug(first: unknown, second?: unknown): void {
  if (state.minRecordLevel <= LogLevel.Debug) bareCall(LogLevel.Debug, first, second);
}

/**
 * Records an event at info level: what is delivered by default. Never throws.
 *
 * @example
 * import { info } from 'ttlog';
 * info('User logged in', { user_id: 123 });
 * info({ user_id: 123 }, 'User logged in'); // the other order is the same
 */
export function info(message: string, fields?: unknown): void;
export function info(fields: unknown, message?: string): void;
export function info(first: unknown, second?: unknown): void {
  if (state.minRecordLevel <= LogLevel.Info) bareCall(LogLevel.Info, first, second);
}

/**
 * Records an event at warn level. Never throws.
 *
 * @example
 * import { warn } from 'ttlog';
 * warn('Retrying', { attempt: 2 });
 */
export function warn(message: string, fields?: unknown): void;
export function warn(fields: unknown, message?: string): void;
export function warn(first: unknown, second?: unknown): void {
  if (state.minRecordLevel <= LogLevel.Warn) bareCall(LogLevel.Warn, first, second);
}

/**
 * Records an event at error level. An Error in place of the fields is recorded as `err`, with its stack and cause chain. Never throws.
 *
 * @example
 * import { error } from 'ttlog';
 * error('Payment failed', new Error('card declined', { cause: new Error('timeout') }));
 */
export function error(message: string, fields?: unknown): void;
export function error(fields: unknown, message?: string): void;
export function error(first: unknown, second?: unknown): void {
  if (state.minRecordLevel <= LogLevel.Error) bareCall(LogLevel.Error, first, second);
}

/**
 * Records an event at fatal level. It ends nothing: that is the caller's decision. Never throws.
 *
 * @example
 * import { fatal } from 'ttlog';
 * fatal('Cannot open the database', { path: '/var/lib/shop.db' });
 */
export function fatal(message: string, fields?: unknown): void;
export function fatal(fields: unknown, message?: string): void;
export function fatal(first: unknown, second?: unknown): void {
  if (state.minRecordLevel <= LogLevel.Fatal) bareCall(LogLevel.Fatal, first, second);
}
