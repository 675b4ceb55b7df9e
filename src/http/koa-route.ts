import type { Context } from 'koa';
import { knownRequest } from './http-state.js';
import { nameRequest } from './request-name.js';

/** What it is set to, where that names the request's span. */
const MATCHED = Symbol('matched route');

/**
 * `_matchedRoute` is what `@koa/router` and `koa-router` set, each time that they step into a layer. On the object that an application's contexts inherit from, so that it costs
 * requests nothing.
 */
export function watchMatchedRoute(contexts: object): void {
  if ('_matchedRoute' in contexts) return;
  Object.defineProperty(contexts, '_matchedRoute', {
    configurable: true,
    enumerable: true,
    get(this: { [MATCHED]?: unknown }): unknown {
      return this[MATCHED];
    },
    set(this: Context & { [MATCHED]?: unknown }, route: unknown): void {
      this[MATCHED] = route;
      const known = knownRequest(this.req);
      if (known !== undefined && route !== undefined) nameRequest(known, String(route));
    },
  });
}

export function routeOf(ctx: object): string | undefined {
  const { _matchedRoute: route } = ctx as { readonly _matchedRoute?: unknown };
  return route === undefined ? undefined : String(route);
}
