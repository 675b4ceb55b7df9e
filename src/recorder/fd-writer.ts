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
 * stays, and the next `write` goes on with it.
 */
export class FdWriter {
  /** Why the last attempt failed. */
  error: unknown;
  bytesWritten = 0;
  readonly #path: string | undefined;
  #fd: number | undefined;
  #buffer: Buffer | undefined;
  /** Bytes of the buffer that hold text, and how many of them have been written. */
  #filled = 0;
  #written = 0;
  /** The destination did not take everything at the last attempt. */
  #isStuck = false;
  #retryMs = 0;
  #retryAt = 0;

  /** A descriptor that is open, or the path of a file that is opened (0600, for appending) at the first write. */
  constructor(destination: number | string) {
    if (typeof destination === 'number') this.#fd = destination;
    else this.#path = destination;
  }

  /** True while the destination has not taken everything that it was offered. */
  get isPending(): boolean {
    return this.#isStuck;
  }

  get isEmpty(): boolean {
    return this.#filled === 0;
  }

  /** Adds text to what `write` will write. False where there is no room for it before that. */
  append(text: string): boolean {
    const most = text.length * 3;
    if (this.#filled + most > BUFFER_BYTES) {
      if (this.#filled > 0) return false;
      this.#buffer = Buffer.from(text, 'utf8');
      this.#filled = this.#buffer.length;
      return true;
    }
    if (this.#buffer === undefined || this.#buffer.length !== BUFFER_BYTES) {
      this.#buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    }
    this.#filled += this.#buffer.write(text, this.#filled, most, 'utf8');
    return true;
  }

  /** Writes what has been appended, or goes on with it. */
  write(): WriteState {
    if (this.#filled === 0) return 'done';
    if (this.#retryAt > performance.now()) return 'busy';
    try {
      this.#fd ??= openForAppend(this.#path!);
      while (this.#written < this.#filled) {
        const written = writeSync(this.#fd, this.#buffer!, this.#written, this.#filled - this.#written);
        this.#written += written;
        this.bytesWritten += written;
      }
    } catch (error) {
      this.#isStuck = true;
      return this.#failed(error);
    }
    this.#retryMs = 0;
    this.#retryAt = 0;
    this.drop();
    return 'done';
  }

  drop(): void {
    this.#filled = 0;
    this.#written = 0;
    this.#isStuck = false;
  }

  close(): void {
    this.drop();
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
