// The application could not start. Nest says so through the logger, and ends the process.
import { state } from '../core/state.js';
import { runningHandle } from '../runtime/init.js';
import { startOrReuse } from './running-ttlog.js';

/** The context under which Nest reports it; failing requests have another one (`ExceptionsHandler`). */
export const BOOTSTRAP_FAILURE = 'ExceptionHandler';

/**
 * Delivers everything now. Where it failed before `TtlogModule` had started ttlog, what Nest has said so far is in the ring, and
 * nobody is going to deliver it: if the process really ends in failure, the console gets it.
 */
export function deliverBootstrapFailure(): void {
  state.flushSync();
  if (runningHandle() !== undefined) return;
  process.once('exit', (code) => {
    if (code === 0 || runningHandle() !== undefined) return;
    startOrReuse({ inThread: true });
    state.flushSync();
  });
}
