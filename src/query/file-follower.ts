/** Follows a file of lines while it grows, is cut, or is moved away and begun anew (rotation): every line once. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';

const BLOCK_BYTES = 64 * 1024;
/** What is longer is no line: the rest of it is left out. */
const MAX_LINE_BYTES = 1024 * 1024;
/** Read from the end of the file to begin with, at the most. */
const MAX_TAIL_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;

export class FileFollower {
  readonly #path: string;
  #fd: number;
  #inode: number;
  #offset = 0;
  /** The beginning of a line whose end has not come yet. */
  #rest: Buffer = Buffer.alloc(0);
  #isSkipping = false;

  /** `fromStart`: with everything that is there; else from the last lines of it on. Throws the error of the system where it cannot be read. */
  constructor(path: string, fromStart: boolean) {
    this.#path = path;
    this.#fd = openFile(path);
    const { size, ino } = fstatSync(this.#fd);
    this.#inode = ino;
    if (fromStart || size <= MAX_TAIL_BYTES) return;
    this.#offset = size - MAX_TAIL_BYTES;
    this.#isSkipping = true;
  }

  /** Hands over the lines that have come, without their ends. */
  poll(take: (line: string) => void): void {
    this.#read(take);
    const found = statSync(this.#path, { throwIfNoEntry: false });
    // Moved away, and not begun anew yet: its writer may still have it open.
    if (found === undefined || !found.isFile()) return;
    if (found.ino === this.#inode) {
      if (found.size < this.#offset) this.#begin(0);
      return;
    }
    this.#read(take);
    if (this.#rest.length > 0) take(this.#rest.toString());
    closeSync(this.#fd);
    this.#fd = openFile(this.#path);
    this.#inode = fstatSync(this.#fd).ino;
    this.#begin(0);
    this.#read(take);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #begin(offset: number): void {
    this.#offset = offset;
    this.#rest = Buffer.alloc(0);
    this.#isSkipping = false;
  }

  #read(take: (line: string) => void): void {
    const block = Buffer.alloc(BLOCK_BYTES);
    for (;;) {
      const length = readSync(this.#fd, block, 0, BLOCK_BYTES, this.#offset);
      if (length === 0) return;
      this.#offset += length;
      this.#split(block.subarray(0, length), take);
    }
  }

  #split(block: Buffer, take: (line: string) => void): void {
    let at = 0;
    for (let end = block.indexOf(NEWLINE); end >= 0; end = block.indexOf(NEWLINE, at)) {
      if (!this.#isSkipping) take(Buffer.concat([this.#rest, block.subarray(at, end)]).toString());
      this.#isSkipping = false;
      this.#rest = Buffer.alloc(0);
      at = end + 1;
    }
    if (this.#isSkipping) return;
    this.#rest = Buffer.concat([this.#rest, block.subarray(at)]);
    if (this.#rest.length <= MAX_LINE_BYTES) return;
    take(this.#rest.toString());
    this.#rest = Buffer.alloc(0);
    this.#isSkipping = true;
  }
}

function openFile(path: string): number {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would never return.
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new Error(`Expected ${path} to be a file`);
}
