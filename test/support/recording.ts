// Records into a ring of one's own, through the same calls as an application, without a runtime around them.
import { resetCallsiteCount } from '../../src/core/callsite.js';
import { MIN_CAPACITY_BYTES } from '../../src/core/layout.js';
import { plainFields } from '../../src/core/plain-fields.js';
import type { Ring } from '../../src/core/ring.js';
import { createRing } from '../../src/core/ring.js';
import type { Scope } from '../../src/core/scope.js';
import { Context } from '../../src/core/scope.js';
import type { Span } from '../../src/core/span.js';
import { openSpan, spanSite } from '../../src/core/span.js';
import { state, targetOf } from '../../src/core/state.js';
import { currentScope } from '../../src/core/current-scope.js';
import { LogLevel } from '../../src/core/level.js';
import { SPAN_KIND_SPAN } from '../../src/core/layout.js';

/** From now on records of this thread go into a new ring. */
export function freshRing(
  capacityBytes: number = MIN_CAPACITY_BYTES,
  dictionaryBytes?: number,
  firstSegment = 0,
): Ring {
  for (const target of state.targets.values()) target.forgetCallsites();
  resetCallsiteCount();
  state.ring = createRing(capacityBytes, dictionaryBytes, firstSegment);
  return state.ring;
}

let current: Scope | undefined;

/** Runs a synchronous function inside a scope. */
export function inside<R>(scope: Scope, fn: () => R): R {
  state.scopes ??= {
    getStore: () => current,
    run: (store, body) => (store === undefined ? body() : inside(store, body)),
    enterWith: (store) => {
      current = store;
    },
  };
  const before = current;
  current = scope;
  try {
    return fn();
  } finally {
    current = before;
  }
}

/** As `withContext`, for synchronous code. */
export function inContext<R>(fields: Record<string, unknown>, fn: () => R): R {
  return inside(new Context(fields, currentScope()), fn);
}

/** As `span()`, with the level and the kind to choose. */
export function open(
  name: string,
  fields?: object,
  options: { level?: LogLevel; kind?: number; target?: string } = {},
): Span {
  const site = spanSite(targetOf(options.target ?? 'test'), options.level ?? LogLevel.Debug, name);
  return openSpan(
    site,
    options.kind ?? SPAN_KIND_SPAN,
    currentScope(),
    fields === undefined ? undefined : plainFields(fields),
  );
}
