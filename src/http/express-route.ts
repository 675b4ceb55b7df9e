import { httpState, knownRequest, type KnownRequest } from './http-state.js';
import { nameRequest } from './request-name.js';

type Route = { readonly path?: unknown } | undefined;

/** What is used of an application of Express: what its requests inherit from, and the application that it is mounted in. */
interface App {
  readonly request?: object;
  readonly parent?: App;
}

/** What is used of a request of Express. */
export interface RoutedRequest {
  /** There is none with Connect, and what is like it. */
  readonly app?: unknown;
  readonly route?: unknown;
  readonly baseUrl?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** The route of a request, and its template. */
interface Found {
  readonly route: Route;
  readonly template: string | undefined;
}

/** Once for all requests of an application, so that it costs them nothing, and they keep their hidden class. */
const ROUTE = {
  configurable: true,
  enumerable: true,
  get(this: RoutedRequest): Route {
    return foundIn(this)?.route;
  },
  set(this: RoutedRequest, route: Route): void {
    const known = knownRequest(this);
    if (known === undefined) {
      // One that ttlog has not seen: what it would have been without it.
      Object.defineProperty(this, 'route', { value: route, writable: true, enumerable: true, configurable: true });
      return;
    }
    const found = foundAt(this, route);
    known.found = found;
    nameRequest(known, found.template);
  },
};

/**
 * Express sets `req.route` when it has found it, and says where its router is mounted only as long as it is inside: an error handler of the
 * application has `baseUrl: ''`. So both are noted at that moment.
 */
export function watchRoute(request: RoutedRequest, known: KnownRequest): void {
  known.found ??= foundAt(request, request.route as Route);
  let app = request.app as App | undefined;
  while (app?.parent !== undefined) app = app.parent;
  // Where there is no application, or the route has been found already, there is but the request itself.
  if (app?.request === undefined || Object.hasOwn(request, 'route')) Object.defineProperty(request, 'route', ROUTE);
  else if (!httpState.expressApps.has(app)) {
    httpState.expressApps.add(app);
    Object.defineProperty(app.request, 'route', ROUTE);
  }
}

/** The template of the route that it has now; undefined where it has none yet. */
export const templateOf = (request: RoutedRequest): string | undefined => foundIn(request)?.template;

const foundIn = (request: RoutedRequest): Found | undefined => knownRequest(request)?.found as Found | undefined;

/**
 * The template of the route behind the one that its router is mounted at. Of that Express keeps only what it matched: where a segment is the
 * value of a parameter that is known (`mergeParams`), it is the parameter.
 */
function foundAt(request: RoutedRequest, route: Route): Found {
  const path = route?.path;
  if (path === undefined) return { route, template: undefined };
  const own = Array.isArray(path) ? path.join('|') : String(path);
  const mounted = mountedAt(request);
  return { route, template: own === '/' && mounted !== '' ? mounted : mounted + own };
}

function mountedAt({ baseUrl = '', params = {} }: RoutedRequest): string {
  if (baseUrl === '') return '';
  const names = new Map(Object.entries(params).map(([name, value]) => [value, name]));
  return baseUrl
    .split('/')
    .map((segment) => (names.has(segment) ? `:${names.get(segment)}` : segment))
    .join('/');
}
