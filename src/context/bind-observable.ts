import type { Scope } from '../core/scope.js';
import {
  delegate,
  isSubscriber,
  toObserver,
  type Observer,
  type Subscribe,
  type Subscription,
} from './end-observable.js';
import { runIn } from './scope-store.js';

/**
 * What the observable delivers is delivered in this scope, wherever it comes from. The very object gets a `subscribe` of its own: it is for one that
 * nobody shares.
 */
export function bindObservable(observable: object, scope: Scope | undefined): void {
  const { subscribe } = observable as { subscribe: Subscribe };
  const value = function (this: object, ...args: unknown[]): Subscription {
    const [first, ...callbacks] = args;
    const subscriber = isSubscriber(first) ? first : undefined;
    const observer = subscriber ?? toObserver(first, callbacks);
    const bound: Observer & Subscription = {
      next: (next) => runIn(scope, () => observer.next?.(next)),
      error: (error) => runIn(scope, () => failed(observer, error)),
      complete: () => runIn(scope, () => observer.complete?.()),
    };
    if (subscriber !== undefined) delegate(bound, subscriber);
    return subscribe.call(this, bound);
  };
  Object.defineProperty(observable, 'subscribe', { value, configurable: true, writable: true, enumerable: false });
}

/** Without a handler the library reports what its observer throws, as it would have reported the error itself. */
function failed(observer: Observer, error: unknown): void {
  if (observer.error === undefined) throw error;
  observer.error(error);
}
