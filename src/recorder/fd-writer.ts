import { writeSync } from 'node:fs';
import { ByteWriter } from './byte-writer.js';
import type { LogFile } from './log-file.js';

/** After an error other than "try again" the next attempt waits this long, doubling up to the second number. */
const RETRY_MS = 50;
const MAX_RETRY_MS = 1000;
/** Lines are gathered up to here before they are written. */
const FULL_BYTES = 64 * 1024;
/** A line may be longer than what is left. */
const BUFFER_BYTES = FULL_BYTES + 16 * 1024;

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
  readonly #file: LogFile | undefined;
  #fd = -1;
  /** Where text goes that is to be written. */
  #out = new ByteWriter(BUFFER_BYTES);
  /** How much of it has been written, and how much had been offered at the last attempt. */
  #written = 0;
  #offered = 0;
  /** What goes into one file: whole lines from here to there. */
  #pieceStart = 0;
  #pieceEnd = 0;
  /** The destination did not take everything at the last attempt. */
  #isStuck = false;
  #retryMs = 0;
  #retryAt = 0;

  /** A descriptor that is open, or a file that says before each write which one it is. */
  constructor(destination: number | LogFile) {
    if (typeof destination === 'number') this.#fd = destination;
    else this.#file = destination;
  }

  /** True while the destination has not taken everything that it was offered. */
  get isPending(): boolean {
    return this.#isStuck;
  }

  get isEmpty(): boolean {
    return this.#out.p === 0;
  }

  /** True where all of it has been offered to the destination. */
  get isOffered(): boolean {
    return this.#offered === this.#out.p;
  }

  /** True where it is time to write. */
  get isFull(): boolean {
    return this.#out.p >= FULL_BYTES;
  }

  /** What `write` will write is appended here, whole lines at a time. */
  get out(): ByteWriter {
    return this.#out;
  }

  /** Writes what has been appended, or goes on with it. */
  write(): WriteState {
    const out = this.#out;
    if (out.p === 0) return 'done';
    if (this.#retryAt > performance.now()) return 'busy';
    this.#offered = out.p;
    try {
      while (this.#written < out.p) {
        // Between lines only: the rest of one that is half written goes where its beginning is.
        if (this.#written === this.#pieceStart || this.#written === this.#pieceEnd) this.#beginPiece(out);
        const written = writeSync(this.#fd, out.u8, this.#written, this.#pieceEnd - this.#written);
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

  /** The next `write` tries, however short ago the last one failed. */
  retry(): void {
    this.#retryAt = 0;
  }

  drop(): void {
    this.#written = 0;
    this.#offered = 0;
    this.#pieceStart = 0;
    this.#pieceEnd = 0;
    this.#isStuck = false;
    this.#out.p = 0;
    // One line was longer than most.
    if (this.#out.capacityBytes > 4 * BUFFER_BYTES) this.#out = new ByteWriter(BUFFER_BYTES);
  }

  /** Drops what the destination has not been offered yet; of what it has been, a line may be half written. */
  dropUnoffered(): void {
    this.#out.p = this.#offered;
  }

  close(): void {
    this.drop();
    this.#file?.close();
  }

  /** Why the file could not be rotated, once. */
  takeRotationError(): unknown {
    const error = this.#file?.rotationError;
    if (this.#file !== undefined) this.#file.rotationError = undefined;
    return error;
  }

  #beginPiece(out: ByteWriter): void {
    if (this.#file !== undefined) this.#fd = this.#file.descriptor(out.u8, this.#written, out.p);
    this.#pieceStart = this.#written;
    this.#pieceEnd = this.#file?.end ?? out.p;
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
