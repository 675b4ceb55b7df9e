// A ttlog that is shut down after the test, whatever happens in it.
import { afterEach } from 'vitest';
import type { TtlogHandle, TtlogOptions } from 'ttlog';
import { init } from 'ttlog';

let running: TtlogHandle | undefined;

afterEach(async () => {
  await running?.shutdown();
  running = undefined;
});

/** As `init`, with a small ring. */
export function start(options: TtlogOptions): TtlogHandle {
  running = init({ service: 'shop', capacity: 4096, ...options });
  return running;
}
