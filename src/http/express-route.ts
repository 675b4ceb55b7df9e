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
  /** Where its router was mounted then. */
  readonly baseUrl: string | undefined;
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
    // Again, when it steps into the route: by then it has forgotten the parameters of the mount.
    const before = known.found as Found | undefined;
    if (before !== undefined && before.route === route && before.baseUrl === this.baseUrl) return;
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
 * value of a parameter that is known, it is the parameter. It is known with `mergeParams`, or where no middleware of the router came first.
 */
function foundAt(request: RoutedRequest, route: Route): Found {
  const path = route?.path;
  const { baseUrl } = request;
  if (route === undefined || path === undefined) return { route, baseUrl, template: undefined };
  const own = Array.isArray(path) ? path.join('|') : String(path);
  const mounted = bounded(mountedAt(request), route);
  return { route, baseUrl, template: own === '/' && mounted !== '' ? mounted : mounted + own };
}

/** A router that is mounted in more places than these is so at a parameter. */
const MAX_MOUNTS = 16;
const MAX_MOUNT_LENGTH = 256;

/** Values that nobody knows as those of a parameter would make any number of templates, which name spans for good. */
function bounded(mounted: string, route: object): string {
  if (mounted === '') return '';
  let mounts = httpState.mounts.get(route);
  if (mounts === undefined) httpState.mounts.set(route, (mounts = new Set()));
  if (mounts.has(mounted)) return mounted;
  if (mounts.size >= MAX_MOUNTS || mounted.length > MAX_MOUNT_LENGTH) return '/*';
  mounts.add(mounted);
  return mounted;
}

function mountedAt({ baseUrl = '', params }: RoutedRequest): string {
  if (baseUrl === '') return '';
  const unused = Object.entries(params ?? {});
  return baseUrl
    .split('/')
    .map((segment) => {
      const value = decoded(segment);
      const at = unused.findIndex((param) => param[1] === value);
      return at < 0 ? segment : `:${unused.splice(at, 1)[0][0]}`;
    })
    .join('/');
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
