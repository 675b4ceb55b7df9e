import type { Scope } from '../core/scope.js';

/** A request that has its scope: whoever comes later, another middleware or another build, finds it here. */
export interface KnownRequest {
  /** What is left of it runs in this. */
  scope: Scope;
  readonly id: string;
  readonly method: string;
  /** The template of its route, asked for when the request is over: the last one who knows one counts. */
  route: () => string | undefined;
  /** What a framework's file has noted of its route. */
  found: unknown;
  /** What the application says of it, asked for when it is over. */
  fields: () => object | undefined;
  /** The error that reached the framework. */
  failure: { readonly error: unknown } | undefined;
  /** No completion record, and nothing below a warning. */
  isIgnored: boolean;
  /** How it ended: null as long as it has not. */
  ending: 'completed' | 'aborted' | null;
}

/** A plain property, as Node keeps what is its own on a request: to define a hidden one costs four times as much, and so does a WeakMap, for keys that live so shortly. */
const REQUEST = Symbol.for('ttlog.http/1/request');

/** `request` is Node's, or a web `Request` where there is none of Node's. */
export function knownRequest(request: object): KnownRequest | undefined {
  return (request as { [REQUEST]?: KnownRequest })[REQUEST];
}

export function makeKnown(request: object, known: KnownRequest): void {
  (request as { [REQUEST]?: KnownRequest })[REQUEST] = known;
}

/** What this folder remembers, in one place for both builds of the package. */
interface HttpState {
  /** How many use the spans of Node's own HTTP. */
  instrumentations: number;
  uninstrument: () => void;
  /** Koa applications whose errors are listened to, and whose contexts tell of their route. */
  readonly koaApps: WeakSet<object>;
  /** Express applications whose requests tell of their route. */
  readonly expressApps: WeakSet<object>;
  /** Where the routers of Express's routes have been found mounted. */
  readonly mounts: WeakMap<object, Set<string>>;
}

const KEY = Symbol.for('ttlog.http/1');
const shared = globalThis as unknown as Record<symbol, HttpState | undefined>;

export const httpState: HttpState = (shared[KEY] ??= {
  instrumentations: 0,
  uninstrument: () => {},
  koaApps: new WeakSet(),
  expressApps: new WeakSet(),
  mounts: new WeakMap(),
});
