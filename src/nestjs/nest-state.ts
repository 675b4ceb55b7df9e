import type { TtlogHandle } from '../runtime/handle.js';

/** What this folder remembers between calls, in one place for both builds of the package. */
interface NestState {
  /** Handles whose `init()` was called by `TtlogModule` or `createTtlogLogger`. */
  readonly startedHere: WeakSet<TtlogHandle>;
  /** How many modules use a handle. */
  readonly users: WeakMap<TtlogHandle, number>;
  /** HTTP adapters whose requests get a scope. */
  readonly hookedAdapters: WeakSet<object>;
  /** Classes whose methods `instrumentProviders` has wrapped. */
  readonly instrumented: WeakSet<object>;
  /** Classes that were searched for entry points. */
  readonly searched: WeakSet<object>;
  /** Servers of microservices and adapters of gateways whose messages get a scope. */
  readonly hookedMessages: WeakSet<object>;
  /** Nest's classes whose exceptions are observed. */
  readonly observedHandlers: WeakSet<object>;
  /** The targets that `@InjectLogger` named, for each class in the order they were read. */
  readonly loggerTargets: WeakMap<object, readonly (string | undefined)[]>;
}

const KEY = Symbol.for('ttlog.nestjs/1');
const shared = globalThis as unknown as Record<symbol, NestState | undefined>;

export const nestState: NestState = (shared[KEY] ??= {
  startedHere: new WeakSet(),
  users: new WeakMap(),
  hookedAdapters: new WeakSet(),
  instrumented: new WeakSet(),
  searched: new WeakSet(),
  hookedMessages: new WeakSet(),
  observedHandlers: new WeakSet(),
  loggerTargets: new WeakMap(),
});
