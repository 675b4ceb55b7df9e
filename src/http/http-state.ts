import type { IncomingMessage } from 'node:http';
import type { Scope } from '../core/scope.js';

/** A request of Node's that has its scope: whoever comes later, another middleware or another build, finds it here. */
export interface KnownRequest {
  readonly scope: Scope;
  /** The template of its route, asked for when the request is over: the last one who knows one counts. */
  route: () => string | undefined;
}

/** On the request, not enumerable: a WeakMap costs three times as much for keys that live so shortly. */
const REQUEST = Symbol.for('ttlog.http/1/request');

export function knownRequest(request: IncomingMessage): KnownRequest | undefined {
  return (request as { [REQUEST]?: KnownRequest })[REQUEST];
}

export function makeKnown(request: IncomingMessage, known: KnownRequest): void {
  Object.defineProperty(request, REQUEST, { value: known, configurable: true });
}

/** What this folder remembers, in one place for both builds of the package. */
interface HttpState {
  /** How many use the spans of Node's own HTTP. */
  instrumentations: number;
  uninstrument: () => void;
}

const KEY = Symbol.for('ttlog.http/1');
const shared = globalThis as unknown as Record<symbol, HttpState | undefined>;

export const httpState: HttpState = (shared[KEY] ??= {
  instrumentations: 0,
  uninstrument: () => {},
});
