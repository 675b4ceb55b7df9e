// Who started ttlog, and who still uses it: two modules, two applications or two builds in one process are one ttlog, and the last
// one out turns off the light, unless the application called init() itself.
import { invalidOption } from '../core/errors.js';
import type { TtlogHandle } from '../runtime/handle.js';
import { init, runningHandle } from '../runtime/init.js';
import { nestState } from './nest-state.js';
import type { TtlogModuleOptions } from './ttlog-module-options.interface.js';

/** A share in the running ttlog. */
export interface Lease {
  readonly handle: TtlogHandle;
  /** Delivers everything; the last share of a ttlog that was started here shuts it down. A second call only delivers. */
  release(): Promise<void>;
}

/** The running ttlog, started with these options if none is running. */
export function startOrReuse(options: TtlogModuleOptions): TtlogHandle {
  const running = runningHandle();
  if (running !== undefined) return running;
  const { requests: _requests, entryPoints, ...rest } = options;
  if (entryPoints !== undefined && typeof entryPoints !== 'boolean')
    throw invalidOption('entryPoints', 'a boolean', entryPoints);
  const handle = init(rest);
  nestState.startedHere.add(handle);
  return handle;
}

/** One more user of the running ttlog. */
export function lease(options: TtlogModuleOptions): Lease {
  const handle = startOrReuse(options);
  const { users, startedHere } = nestState;
  users.set(handle, (users.get(handle) ?? 0) + 1);
  let released = false;
  return {
    handle,
    async release() {
      const left = (users.get(handle) ?? 0) - (released ? 0 : 1);
      released = true;
      users.set(handle, left);
      if (left === 0 && startedHere.has(handle)) await handle.shutdown();
      else await handle.flush();
    },
  };
}
