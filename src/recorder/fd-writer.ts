import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** After an error other than "try again" the next attempt waits this long, doubling up to the second number. */
const RETRY_MS = 50;
const MAX_RETRY_MS = 1000;
const BUFFER_BYTES = 256 * 1024;

/** How a write went: all of it is out, the destination is busy, it failed (`error` says how), or nobody will ever read it. */
export type WriteState = 'done' | 'busy' | 'failed' | 'gone';

/**
 * Writes text to a file descriptor with write(2), synchronously. Never throws and never waits: what the destination does not take
 * stays pending, and `retry` goes on with it.
 */
export class FdWriter {
  /** Why the last attempt failed. */
  error: unknown;
  bytesWritten = 0;
  readonly #path: string | undefined;
  #fd: number | undefined;
  #buffer: Buffer | undefined;
  #pending: Buffer | undefined;
  #retryMs = 0;
  #retryAt = 0;

  /** A descriptor that is open, or the path of a file that is opened (0600, for appending) at the first write. */
  constructor(destination: number | string) {
    if (typeof destination === 'number') this.#fd = destination;
    else this.#path = destination;
  }

  get isPending(): boolean {
    return this.#pending !== undefined;
  }

  /** Nothing may be pending. */
  write(text: string): WriteState {
    if (text.length * 3 > BUFFER_BYTES) this.#pending = Buffer.from(text, 'utf8');
    else {
      this.#buffer ??= Buffer.allocUnsafeSlow(BUFFER_BYTES);
      this.#pending = this.#buffer.subarray(0, this.#buffer.write(text, 0, BUFFER_BYTES, 'utf8'));
    }
    this.#retryAt = 0;
    return this.retry();
  }

  /** Goes on with what is pending. */
  retry(): WriteState {
    if (this.#pending === undefined) return 'done';
    if (this.#retryAt > performance.now()) return 'busy';
    try {
      this.#fd ??= openForAppend(this.#path!);
      while (this.#pending.length > 0) {
        const written = writeSync(this.#fd, this.#pending);
        this.bytesWritten += written;
        this.#pending = this.#pending.subarray(written);
      }
    } catch (error) {
      return this.#failed(error);
    }
    this.#pending = undefined;
    this.#retryMs = 0;
    return 'done';
  }

  drop(): void {
    this.#pending = undefined;
  }

  close(): void {
    this.#pending = undefined;
    if (this.#path === undefined || this.#fd === undefined) return;
    try {
      closeSync(this.#fd);
    } catch {
      // what was written is written
    }
    this.#fd = undefined;
  }

  #failed(error: unknown): WriteState {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN' || code === 'EINTR') return 'busy';
    this.error = error;
    if (code === 'EPIPE' || code === 'EBADF') {
      this.drop();
      return 'gone';
    }
    this.#retryMs = Math.min(Math.max(this.#retryMs * 2, RETRY_MS), MAX_RETRY_MS);
    this.#retryAt = performance.now() + this.#retryMs;
    return 'failed';
  }
}

/** Non-blocking, so that a named pipe without a reader is an error and not the end of the thread; plain files do not care. */
function openForAppend(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  const { O_APPEND, O_CREAT, O_WRONLY, O_NONBLOCK = 0 } = constants as Partial<typeof constants> & typeof constants;
  return openSync(path, O_APPEND | O_CREAT | O_WRONLY | O_NONBLOCK, 0o600);
}
