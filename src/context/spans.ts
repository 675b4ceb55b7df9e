// Hot path: spans outside a logger. Their target is that of the active span, else the service; their level is debug.
import { targetInside } from '../core/current-scope.js';
import { noFunction } from '../core/errors.js';
import * as L from '../core/layout.js';
import { LogLevel } from '../core/level.js';
import { plainFields } from '../core/plain-fields.js';
import type { Scope } from '../core/scope.js';
import { liveScope } from '../core/scope.js';
import type { Span } from '../core/span.js';
import { openSpan, spanSite } from '../core/span.js';
import type { SpanOptions } from '../core/span-options.js';
import { openSpanBy } from '../core/span-options.js';
import { state } from '../core/state.js';
import type { Target } from '../core/target.js';
import { Timer } from '../core/timer.js';
import { endWith } from './end-span.js';
import { runningScope, scopes } from './scope-store.js';

function targetIn(scope: Scope | undefined): Target {
  return scope === undefined || scope.span === null ? state.rootTarget : targetInside(scope.span);
}

function open(
  scope: Scope | undefined,
  name: string,
  fields: object | undefined,
  options: SpanOptions | undefined,
): Span {
  return openSpanBy(targetIn(scope), name, scope, fields === undefined ? undefined : plainFields(fields), options);
}

/**
 * Opens a span: a timed operation, a child of the active span. It is not active itself until `run`, and has to be ended: by `end()`,
 * `fail(error)`, or `using`. Recorded at debug level unless the options say otherwise; its target is that of the active span, else the
 * service. Never throws.
 *
 * @example
 * import { currentSpan, span } from 'ttlog';
 * const copying = span('copy file', { from: 'a.txt' });
 * copying.run(() => currentSpan()?.name); // => 'copy file'
 * copying.end();
 */
export function span(name: string, fields?: object, options?: SpanOptions): Span {
  return open(runningScope(), name, fields, options);
}

/**
 * Runs `fn` inside a span and returns what it returns. The span ends when `fn` does: for a promise when it settles, for a generator when its
 * iteration ends. What is thrown fails the span and is passed on as the same value. `fn` is given the span.
 * Recorded at debug level unless the options say otherwise; its target is that of the active span, else the service.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` where `fn` is no function.
 * @example
 * import { info, withSpan } from 'ttlog';
 * const total = await withSpan('add up', { items: 2 }, async (span) => {
 *   info('Adding'); // belongs to the span
 *   span.record({ currency: 'EUR' });
 *   return 1 + 2;
 * });
 * total; // => 3
 */
export function withSpan<R>(name: string, fn: (span: Span) => R): R;
export function withSpan<R>(name: string, fields: object | undefined, fn: (span: Span) => R): R;
export function withSpan<R>(
  name: string,
  fields: object | undefined,
  options: SpanOptions | undefined,
  fn: (span: Span) => R,
): R;
export function withSpan(name: string, second: unknown, third?: unknown, fourth?: Body): unknown {
  if (fourth !== undefined) return runInside(name, second as object | undefined, third as SpanOptions, fourth);
  if (third !== undefined) return runInside(name, second as object | undefined, undefined, third as Body);
  return runInside(name, undefined, undefined, second as Body);
}

type Body = (span: Span) => unknown;

function runInside(name: string, fields: object | undefined, options: SpanOptions | undefined, fn: Body): unknown {
  if (typeof fn !== 'function') throw noFunction('withSpan()', fn, "Say withSpan('checkout', { items: 2 }, () => …).");
  const before = scopes.getStore();
  const running = before !== undefined && before.disposed ? liveScope(before) : before;
  const opened = open(running, name, fields, options);
  // One that is not recorded, in the scope that is running anyway, changes nothing for what is inside.
  const isEntered = opened.span === opened || opened.outer !== running;
  let result: unknown;
  if (isEntered) scopes.enterWith(opened);
  try {
    result = fn(opened);
  } catch (error) {
    opened.fail(error);
    throw error;
  } finally {
    if (isEntered) scopes.enterWith(before);
  }
  return endWith(opened, result);
}

/**
 * Starts a timer: it measures without becoming the active span, so what runs meanwhile does not belong to it. Recorded at debug level,
 * its target is that of the active span, else the service. Never throws.
 *
 * @example
 * import { timer } from 'ttlog';
 * const timing = timer('parse config', { file: 'app.yml' });
 * timing.end() >= 0; // ms, => true
 */
export function timer(name: string, fields?: object): Timer {
  const scope = runningScope();
  const site = spanSite(targetIn(scope), LogLevel.Debug, name);
  return new Timer(openSpan(site, L.SPAN_KIND_TIMER, scope, fields === undefined ? undefined : plainFields(fields)));
}

/**
 * The active span: the innermost one that is recorded, or undefined.
 *
 * @example
 * import { currentSpan, withSpan } from 'ttlog';
 * withSpan('outer', () => currentSpan()?.name); // => 'outer'
 * currentSpan(); // => undefined
 */
export function currentSpan(): Span | undefined {
  const active = runningScope()?.span;
  return active === undefined || active === null || active.kind === L.SPAN_KIND_REMOTE ? undefined : active;
}
