import type { Scope } from '../core/scope.js';
import type { Span } from '../core/span.js';
import { elapsedNs, openSpanWith } from '../core/span.js';
import { endWhenCollected, keepOpen } from './end-abandoned.js';
import type { BuiltInEnd, SpanEnd } from './end-span.js';
import { leaveOutIdle } from './end-idle.js';
import { runningScope, scopes } from './scope-store.js';

export interface Observer {
  next?: (value: unknown) => void;
  error?: (error: unknown) => void;
  complete?: () => void;
}

export interface Subscription {
  unsubscribe?: () => void;
  add?: (teardown: unknown) => void;
  remove?: (teardown: unknown) => void;
  closed?: boolean;
}

export type Subscribe = (this: object, ...args: unknown[]) => Subscription;

/**
 * Observables (rxjs and whatever else answers to `Symbol.observable`): a span for each subscription, from `subscribe` to complete, error
 * or unsubscribe; the first one takes the method's own. What a subscription does runs inside its span, what it delivers in the
 * subscriber's scope. The caller gets a copy of the observable with a `subscribe` of its own, because the original may
 * be shared. Subjects are handed back as they are, and their spans end at once.
 */
export const observableEnd: BuiltInEnd = {
  matches(result) {
    const { subscribe, next } = result as { subscribe?: unknown; next?: unknown };
    return typeof subscribe === 'function' && next === undefined && isObservable(result);
  },
  attach(result, span, end) {
    const { subscribe } = result as { subscribe: Subscribe };
    const { outer } = span;
    const returnedNs = elapsedNs(span);
    let first: Span | null = span;
    const copy = Object.create(
      Object.getPrototypeOf(result) as object,
      Object.getOwnPropertyDescriptors(result),
    ) as object;
    Object.defineProperty(copy, 'subscribe', {
      value(...args: unknown[]): Subscription {
        const own: Span = first ?? openAgain(span, outer);
        if (first !== null) {
          keepOpen(span);
          leaveOutIdle(span, returnedNs);
        }
        first = null;
        return start(result, subscribe, own, end, args);
      },
      configurable: true,
      writable: true,
      enumerable: false,
    });
    endWhenCollected(copy, span);
    return copy;
  },
};

/** Answers to `Symbol.observable`, as rxjs and others do. */
export function isObservable(result: object): boolean {
  const symbol = (Symbol as { observable?: symbol }).observable;
  const asked = result as Record<symbol | string, unknown>;
  return typeof asked['@@observable'] === 'function' || (symbol !== undefined && typeof asked[symbol] === 'function');
}

/** The span of a later subscription: like the first one, without its fields, a child of what is active now. */
function openAgain(span: Span, outer: Scope | undefined): Span {
  return openSpanWith(span.callsite, span.rules, runningScope() ?? outer, undefined);
}

function start(source: object, subscribe: Subscribe, span: Span, end: SpanEnd, args: unknown[]): Subscription {
  const before = scopes.getStore();
  const [first, ...callbacks] = args as [unknown, ...unknown[]];
  const subscriber = isSubscriber(first) ? first : undefined;
  const observer = subscriber ?? toObserver(first, callbacks);
  const inScope = <A extends unknown[]>(deliver: (...a: A) => void, ...values: A): void => {
    const inside = scopes.getStore();
    scopes.enterWith(before);
    try {
      deliver(...values);
    } finally {
      scopes.enterWith(inside);
    }
  };
  const watched: Observer & Subscription = {
    next: (value) => inScope(() => observer.next?.(value)),
    error: (error) => {
      end.error(span, error);
      // Without a handler the library reports what its observer throws, as it would have reported the error itself.
      if (observer.error === undefined) throw error;
      inScope(() => observer.error!(error));
    },
    complete: () => {
      end.ok(span, undefined);
      inScope(() => observer.complete?.());
    },
  };
  if (subscriber !== undefined) delegate(watched, subscriber);

  scopes.enterWith(span);
  try {
    const subscription = subscribe.call(source, watched);
    endWithSubscription(subscriber ?? subscription, () => end.ok(span, undefined));
    return subscription;
  } catch (error) {
    end.error(span, error);
    throw error;
  } finally {
    scopes.enterWith(before);
  }
}

/** rxjs hands its own subscribers from operator to operator; they are subscriptions too, and must stay in charge of the teardown. */
export function isSubscriber(value: unknown): value is Observer & Subscription {
  if (typeof value !== 'object' || value === null) return false;
  const { next, add, remove, unsubscribe } = value as Observer & Subscription;
  return 'closed' in value && [next, add, remove, unsubscribe].every((member) => typeof member === 'function');
}

/**
 * Written in an object of their own, and below by `endingFirst`: a function that is written where it is assigned to a property V8 puts into the old
 * generation at once, and the whole subscription, with its span and the subscriber, would stay until the next full collection.
 */
export function delegate(watched: Subscription, subscriber: Subscription): void {
  Object.assign(watched, {
    add: (teardown: unknown) => subscriber.add!(teardown),
    remove: (teardown: unknown) => subscriber.remove!(teardown),
    unsubscribe: () => subscriber.unsubscribe!(),
  });
  Object.defineProperty(watched, 'closed', { get: () => subscriber.closed, enumerable: true });
}

export function toObserver(first: unknown, [error, complete]: unknown[]): Observer {
  if (typeof first === 'object' && first !== null) {
    const observer = first as Observer;
    return {
      next: (value) => observer.next?.(value),
      ...(typeof observer.error === 'function' && { error: (reason: unknown) => observer.error!(reason) }),
      complete: () => observer.complete?.(),
    };
  }
  return {
    ...(typeof first === 'function' && { next: first as (value: unknown) => void }),
    ...(typeof error === 'function' && { error: error as (error: unknown) => void }),
    ...(typeof complete === 'function' && { complete: complete as () => void }),
  };
}

function endWithSubscription(subscription: Subscription | undefined, ended: () => void): void {
  if (subscription === undefined || subscription === null) return;
  if (typeof subscription.add === 'function') {
    subscription.add(ended);
    return;
  }
  const { unsubscribe } = subscription;
  if (typeof unsubscribe !== 'function' || !Object.isExtensible(subscription)) return;
  subscription.unsubscribe = endingFirst(ended, unsubscribe);
}

function endingFirst(ended: () => void, unsubscribe: () => void): () => void {
  return function (this: Subscription) {
    ended();
    unsubscribe.call(this);
  };
}
