// Hot path: spans outside a logger. Their target is that of the active span, else the service; their level is debug.
import * as L from '../core/layout.js';
import { LogLevel } from '../core/level.js';
import { plainFields } from '../core/plain-fields.js';
import type { Scope } from '../core/scope.js';
import { openSpan, Span, spanSite } from '../core/span.js';
import { state } from '../core/state.js';
import { Timer } from '../core/timer.js';
import { endWith } from './end-span.js';
import { runningScope, scopes } from './scope-store.js';

function open(scope: Scope | undefined, kind: number, name: string, fields: object | undefined): Span {
  const target = scope === undefined || scope.span === null ? state.rootTarget : scope.span.callsite.target;
  const site = spanSite(target, LogLevel.Debug, name);
  return openSpan(site, kind, scope, fields === undefined ? undefined : plainFields(fields));
}

/**
 * Opens a span: a timed operation, a child of the active span. It is not active itself until `run`, and has to be ended: by `end()`,
 * `fail(error)`, or `using`. Recorded at debug level, its target is that of the active span, else the service. Never throws.
 *
 * @example
 * import { currentSpan, span } from 'ttlog';
 * const copying = span('copy file', { from: 'a.txt' });
 * copying.run(() => currentSpan()?.name); // => 'copy file'
 * copying.end();
 */
export function span(name: string, fields?: object): Span {
  return open(runningScope(), L.SPAN_KIND_SPAN, name, fields);
}

/**
 * Runs `fn` inside a span and returns what it returns. The span ends when `fn` does: for a promise when it settles, for a generator when its
 * iteration ends. What is thrown fails the span and is passed on as the same value. `fn` is given the span.
 * Recorded at debug level, its target is that of the active span, else the service.
 *
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
export function withSpan(name: string, second: unknown, third?: (span: Span) => unknown): unknown {
  const before = scopes.getStore();
  const fn = third === undefined ? (second as (span: Span) => unknown) : third;
  const opened = open(runningScope(), L.SPAN_KIND_SPAN, name, third === undefined ? undefined : (second as object));
  let result: unknown;
  scopes.enterWith(opened);
  try {
    result = fn(opened);
  } catch (error) {
    opened.fail(error);
    throw error;
  } finally {
    scopes.enterWith(before);
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
  return new Timer(open(runningScope(), L.SPAN_KIND_TIMER, name, fields));
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
