/** `init()` without options starts nothing. Who takes it for all that there is to say sees no line, and is told why. */
import { state } from '../core/state.js';
import { fs } from '../recorder/lazy-node.js';

/** Options that come from somewhere are there by then. */
const TELL_AFTER_MS = 5000;

let settled: (() => void) | undefined;

/** A builder has been made: where nothing has been started by the end of the process, or for a while, that is told, once. */
export function expectStart(): void {
  if (settled !== undefined) return;
  const tell = (): void => {
    settled?.();
    if (state.runtime !== undefined) return;
    try {
      fs().writeSync(
        2,
        "ttlog: init() without options returns a builder, and nothing is delivered yet. Say init({ service: 'shop' }), or end the builder: init().service('shop').init()\n",
      );
    } catch {
      // nobody listens
    }
  };
  const timer = setTimeout(tell, TELL_AFTER_MS).unref();
  process.on('exit', tell);
  settled = () => {
    clearTimeout(timer);
    process.off('exit', tell);
    settled = undefined;
  };
}

/** Something has been started, or has thrown because of what it was given. */
export function startTried(): void {
  settled?.();
}
