import type { IncomingMessage } from 'node:http';
import type { Scope } from '../core/scope.js';

/** A request of Node's that has its scope: whoever comes later, another middleware or another build, finds it here. */
export interface KnownRequest {
  readonly scope: Scope;
  /** The template of its route, asked for when the request is over: the last one who knows one counts. */
  route: () => string | undefined;
}

/** What this folder remembers, in one place for both builds of the package. */
interface HttpState {
  readonly requests: WeakMap<IncomingMessage, KnownRequest>;
  /** How many use the spans of Node's own HTTP. */
  instrumentations: number;
  uninstrument: () => void;
}

const KEY = Symbol.for('ttlog.http/1');
const shared = globalThis as unknown as Record<symbol, HttpState | undefined>;

export const httpState: HttpState = (shared[KEY] ??= {
  requests: new WeakMap(),
  instrumentations: 0,
  uninstrument: () => {},
});
