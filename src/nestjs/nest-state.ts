import type { TtlogHandle } from '../runtime/handle.js';

/** What this folder remembers between calls, in one place for both builds of the package. */
interface NestState {
  /** Handles whose `init()` was called by `TtlogModule` or `createTtlogLogger`. */
  readonly startedHere: WeakSet<TtlogHandle>;
  /** How many modules use a handle. */
  readonly users: WeakMap<TtlogHandle, number>;
  /** HTTP adapters whose requests get a scope. */
  readonly hookedAdapters: WeakSet<object>;
  /** The targets that `@InjectLogger` named, for each class in the order they were read. */
  readonly loggerTargets: WeakMap<object, readonly (string | undefined)[]>;
}

const KEY = Symbol.for('ttlog.nestjs/1');
const shared = globalThis as unknown as Record<symbol, NestState | undefined>;

export const nestState: NestState = (shared[KEY] ??= {
  startedHere: new WeakSet(),
  users: new WeakMap(),
  hookedAdapters: new WeakSet(),
  loggerTargets: new WeakMap(),
});
