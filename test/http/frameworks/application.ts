// One application, written once, and served by each framework: what its handlers see is what the contract is about.
import type { RequestScopeOptions } from '../../../src/http/request-options.js';

/** The calls of a logger that all of them have. */
interface CallLog {
  info(message: string, fields?: object): void;
  error(fields: unknown, message?: string): void;
  child(bindings: object): CallLog;
}

/** A request, as far as it is the same for all. */
export interface Call {
  readonly id: string;
  readonly log: CallLog;
  readonly url: string;
  /** The request of Node's, an emitter. */
  readonly raw: NodeJS.EventEmitter;
  readonly header: (name: string) => string | undefined;
  readonly body: () => Promise<string>;
}

/** What a handler answers: a text, or pieces of one as they come. */
export type Answer = string | AsyncIterable<string>;
export type Handler = (call: Call) => Answer | Promise<Answer>;

export interface Application {
  /** By `GET /orders/:id`; a path begins with `/api/:version` where it is served by a router that is mounted there. */
  readonly routes: Readonly<Record<string, Handler>>;
  readonly middleware?: (call: Call) => void;
  /** The application's own error handler: answers with 500 and what it returns. Without it the framework's own does. */
  readonly onError?: (error: unknown, call: Call) => string;
  /** Of ttlog's middleware. What the questions are about is a `Call`'s `raw` and the framework's own. */
  readonly options?: RequestScopeOptions<never>;
}

/** What is mounted at `/api/:version`. */
export const MOUNT = '/api/:version';

export interface Route {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly handler: Handler;
}

/** The routes of the application itself, and those of the mounted router, relative to where that is. */
export function routesOf({ routes }: Application): { own: Route[]; mounted: Route[] } {
  const all = Object.entries(routes).map(([name, handler]) => {
    const [method, path] = name.split(' ');
    return { method: method.toLowerCase() as 'get' | 'post', path, handler };
  });
  return {
    own: all.filter(({ path }) => !path.startsWith(MOUNT)),
    mounted: all
      .filter(({ path }) => path.startsWith(MOUNT))
      .map((route) => ({ ...route, path: route.path.slice(MOUNT.length) })),
  };
}
