import type { Request } from 'express';

interface Found {
  readonly path: unknown;
  /** Where its router is mounted, as the URL has it. */
  readonly baseUrl: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Express sets `req.route` when it has found it, and says where its router is mounted only as long as it is inside: an error handler of the
 * application has `baseUrl: ''`. So both are noted at that moment.
 */
export function watchRoute(request: Request): () => string | undefined {
  let route: { readonly path?: unknown } | undefined = request.route as never;
  let found = foundRoute(request, route);
  Object.defineProperty(request, 'route', {
    configurable: true,
    enumerable: true,
    get: () => route,
    set(value: typeof route) {
      route = value;
      found = foundRoute(request, value);
    },
  });
  return () => (found === undefined ? undefined : templateOf(found));
}

function foundRoute(request: Request, route: { readonly path?: unknown } | undefined): Found | undefined {
  const path = route?.path;
  return path === undefined ? undefined : { path, baseUrl: request.baseUrl, params: request.params };
}

/**
 * The template of the route behind the one that its router is mounted at. Of that Express keeps only what it matched: where a segment is the
 * value of a parameter that is known (`mergeParams`), it is the parameter.
 */
function templateOf({ path, baseUrl, params }: Found): string {
  const names = new Map(Object.entries(params).map(([name, value]) => [value, name]));
  const mounted = baseUrl
    .split('/')
    .map((segment) => (names.has(segment) ? `:${names.get(segment)}` : segment))
    .join('/');
  const own = Array.isArray(path) ? path.join('|') : String(path);
  return own === '/' && mounted !== '' ? mounted : mounted + own;
}
