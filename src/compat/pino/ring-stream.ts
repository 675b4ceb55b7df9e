/** What stands where pino has its stream: without one, records go into the ring, and ttlog's sinks deliver them. */
import { LogLevel } from '../../core/level.js';
import { log } from '../../core/log.js';
import { currentScope } from '../../core/current-scope.js';
import { state } from '../../core/state.js';
import { runningHandle } from '../../runtime/init.js';

export class RingStream {
  /** A line that somebody has made themselves is a message. */
  write(line: string): boolean {
    log(state.rootTarget, LogLevel.Info, currentScope(), null, line.trimEnd(), undefined);
    return true;
  }

  flush(done: (error?: Error) => void): void {
    void this.#delivered().then((error) => process.nextTick(done, ...(error === undefined ? [] : [error])));
  }

  async #delivered(): Promise<Error | undefined> {
    try {
      await runningHandle()?.flush();
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  flushSync(): void {
    state.flushSync();
  }

  end(): void {
    this.flushSync();
  }
}
