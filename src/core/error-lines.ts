/**
 * One failure is one line at error level, however many spans of a trace it passes and whoever else hears of it. What ttlog says by itself gives way to what has been
 * said; what the application says is said as it is, and counts. Cold.
 */
import { isErrorValue } from './is-error.js';
import { LogLevel } from './level.js';
import type { Scope } from './scope.js';
import { traceAround, type Trace } from './silence.js';
import { state } from './state.js';
import type { Target } from './target.js';

/** True where an error has had its line in the trace of `scope`, or is of a kind that needs none: what a client did wrong is no failure of ours. */
export function needsNoLine(error: unknown, scope: Scope | undefined): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return isTold(error, scope) || isExpected(error);
}

/** What fails with an error that a module keeps, or that several wait for, are different failures: each trace has a line of its own. */
export type Told = Set<Trace>;

/** Traces that are known to have told of one error: so many may fail with it at the same time. */
const MAX_TRACES = 256;

function isTold(error: object, scope: Scope | undefined): boolean {
  const told = state.errorsTold.get(error);
  if (told === undefined) return false;
  const trace = traceAround(scope);
  if (trace === undefined || told.has(trace)) return true;
  // Told of outside of any trace, where listeners run: it is taken for this one's, and for no other's.
  if (!told.delete(undefined)) return false;
  told.add(trace);
  return true;
}

function noteTold(error: object, scope: Scope | undefined): void {
  let told = state.errorsTold.get(error);
  if (told === undefined) state.errorsTold.set(error, (told = new Set()));
  told.add(traceAround(scope));
  if (told.size > MAX_TRACES) for (const oldest of told) return void told.delete(oldest);
}

/**
 * An error has its line now, unless that is below what is delivered: a line that nobody sees is none. Where it is at error level, the spans around `scope`, in
 * which it happened, know that something failed.
 */
export function noteErrorLine(error: unknown, level: LogLevel, target: Target, scope: Scope | undefined): void {
  if (typeof error === 'object' && error !== null && level >= target.deliverLevel) {
    noteTold(error, scope);
    state.newestErrorsTold.push(new WeakRef(error));
    if (state.newestErrorsTold.length > MAX_NEWEST) state.newestErrorsTold.shift();
  }
  if (level < LogLevel.Error) return;
  addSpans(state.spansTold, scope);
  addSpans(state.spansFailed, scope);
}

/** Errors of which it is known which were told last. */
const MAX_NEWEST = 16;

/**
 * True where one of the errors that were told last is this one, by all that a reporter has said of it. Once for each of them: another one that looks
 * the same is another failure.
 */
export function takeErrorTold(message: string, stack: string): boolean {
  const at = state.newestErrorsTold.findIndex((told) => {
    const error = told.deref();
    try {
      return isErrorValue(error) && error.message === message && error.stack === stack;
    } catch {
      return false; // a getter of the error's
    }
  });
  if (at >= 0) state.newestErrorsTold.splice(at, 1);
  return at >= 0;
}

/** Fields of a line that are looked at; more would take time without bound. */
const MAX_LOOKED_AT = 64;

/**
 * A line of the application's at error level has been recorded: the errors among its fields have theirs now. Whether something has failed it does not
 * say; who logs an error may have dealt with it. Getters are left alone: they have been read. Never throws.
 */
export function noteLoggedErrors(
  fields: Record<string, unknown>,
  level: LogLevel,
  target: Target,
  scope: Scope | undefined,
): void {
  if (level < target.deliverLevel) return;
  let hasError = false;
  let count = 0;
  try {
    for (const key in fields) {
      if (count++ === MAX_LOOKED_AT) break;
      const value: unknown = Object.getOwnPropertyDescriptor(fields, key)?.value;
      // Whatever somebody has thrown is one, where it is called so.
      if (!isErrorValue(value) && (key !== 'err' || typeof value !== 'object' || value === null)) continue;
      noteTold(value, scope);
      hasError = true;
    }
  } catch {
    // a proxy
  }
  if (hasError) addSpans(state.spansTold, scope);
}

/** Those that are around a scope. */
function addSpans(spans: WeakSet<object>, scope: Scope | undefined): void {
  for (let at = scope; at !== undefined; at = at.outer) if (at.span === at) spans.add(at);
}

/** True where there has been a line at error level about an error inside this span. */
export function hasErrorLine(span: Scope): boolean {
  return state.spansTold.has(span);
}

/** True where something that failed inside this span has had a line at error level. */
export function hasFailure(span: Scope): boolean {
  return state.spansFailed.has(span);
}

function isExpected(error: object): boolean {
  try {
    return state.isExpectedError(error);
  } catch {
    return false; // a getter of the error's
  }
}
