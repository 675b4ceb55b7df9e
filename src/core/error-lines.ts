/** One failure is one line at error level, however many spans it passes and whoever else hears of it. Cold. */
import { LogLevel } from './level.js';
import type { Scope } from './scope.js';
import { state } from './state.js';
import type { Target } from './target.js';

/** True where an error has had its line, or is of a kind that needs none: what a client did wrong is no failure of ours. */
export function needsNoLine(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return state.errorsTold.has(error) || isExpected(error);
}

/**
 * An error has its line now, unless that is below what is delivered: a line that nobody sees is none. Where it is at error level, the spans around `scope`, in
 * which it happened, know that something failed.
 */
export function noteErrorLine(error: unknown, level: LogLevel, target: Target, scope: Scope | undefined): void {
  if (typeof error === 'object' && error !== null && level >= target.deliverLevel) state.errorsTold.add(error);
  if (level < LogLevel.Error) return;
  for (let at = scope; at !== undefined; at = at.outer) if (at.span === at) state.failuresTold.add(at);
}

/** True where something that failed inside this span has had a line at error level. */
export function hasErrorLine(span: Scope): boolean {
  return state.failuresTold.has(span);
}

function isExpected(error: object): boolean {
  try {
    return state.isExpectedError(error);
  } catch {
    return false; // a getter of the error's
  }
}
