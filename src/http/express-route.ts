import type { Request } from 'express';
import { knownRequest, type KnownRequest } from './http-state.js';

type Route = { readonly path?: unknown } | undefined;

/** Where a request is, as Express knows it at that moment. */
interface Found {
  readonly route: Route;
  /** Where its router is mounted, as the URL has it. */
  readonly baseUrl: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** One accessor for all requests: with one each, every request would have a hidden class of its own, and cost 4 µs more. */
const ROUTE = {
  configurable: true,
  enumerable: true,
  get(this: Request): Route {
    return foundIn(knownRequest(this))?.route;
  },
  set(this: Request, route: Route): void {
    const known = knownRequest(this);
    if (known !== undefined) known.found = foundAt(this, route);
  },
};

/**
 * Express sets `req.route` when it has found it, and says where its router is mounted only as long as it is inside: an error handler of the
 * application has `baseUrl: ''`. So both are noted at that moment.
 */
export function watchRoute(request: Request, known: KnownRequest): void {
  known.found = foundAt(request, request.route as Route);
  Object.defineProperty(request, 'route', ROUTE);
  known.route = () => templateOf(foundIn(known));
}

const foundAt = (request: Request, route: Route): Found => ({
  route,
  baseUrl: request.baseUrl,
  params: request.params,
});

const foundIn = (known: KnownRequest | undefined): Found | undefined => known?.found as Found | undefined;

/**
 * The template of the route behind the one that its router is mounted at. Of that Express keeps only what it matched: where a segment is the
 * value of a parameter that is known (`mergeParams`), it is the parameter.
 */
function templateOf(found: Found | undefined): string | undefined {
  const path = found?.route?.path;
  if (found === undefined || path === undefined) return undefined;
  const own = Array.isArray(path) ? path.join('|') : String(path);
  const mounted = mountedAt(found);
  return own === '/' && mounted !== '' ? mounted : mounted + own;
}

function mountedAt({ baseUrl, params }: Found): string {
  if (baseUrl === '') return '';
  const names = new Map(Object.entries(params).map(([name, value]) => [value, name]));
  return baseUrl
    .split('/')
    .map((segment) => (names.has(segment) ? `:${names.get(segment)}` : segment))
    .join('/');
}
