/**
 * The file of a file sink: opened for appending, rotated by size and by time, opened again where somebody has moved or deleted it. All of it
 * happens between two writes, when no line is half written.
 */
import type { Stats } from 'node:fs';
import { closeSync, constants, fstatSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.js';
import { nextBoundaryMs } from './rotation-times.js';
import { RotatedFiles } from './rotated-files.js';

/** How a file is rotated; the options of `fileSink`, normalised. */
export interface RotateSettings {
  /** Rotated before it would get larger. Infinity = never for this reason. */
  readonly bytes: number;
  /** At each local midnight, each full hour, or each multiple of so many ms. undefined = never for this reason. */
  readonly every: 'day' | 'hour' | number | undefined;
  /** How many rotated files stay. */
  readonly keep: number;
  readonly compress: boolean;
}

/** How often it is looked whether somebody has moved or deleted the file. */
const LOOK_MS = 1000;
/** A rotation that failed (a folder that has become read-only) is tried again after this long. */
const RETRY_MS = 60_000;

export class LogFile {
  /** Why the last rotation failed; taken by whoever reports it. */
  rotationError: unknown;
  /** How far what comes next goes into the file that `descriptor` returned. */
  end = 0;
  readonly #path: string;
  readonly #rotate: RotateSettings | undefined;
  readonly #rotated: RotatedFiles | undefined;
  #fd: number | undefined;
  #ino = 0;
  #dev = 0;
  /** A device or a pipe: nobody rotates it. */
  #isPlain = false;
  #lookAt = 0;
  #rotateAtMs = Infinity;
  #rotateNotBefore = 0;

  constructor(path: string, rotate: RotateSettings | undefined) {
    this.#path = path;
    this.#rotate = rotate;
    this.#rotated = rotate === undefined ? undefined : new RotatedFiles(path, rotate);
  }

  /**
   * The descriptor for what comes next, whole lines from `from` to `to`: for all of them, or as far as the file may grow (`end`). Throws what the
   * file system throws.
   */
  descriptor(lines: Uint8Array, from: number, to: number): number {
    if (this.#fd !== undefined && this.#isPlain) {
      if (this.#isElsewhere()) this.close();
      else if (this.#isDue(this.#fd, lines, from)) this.#rotateNow();
    }
    const fd = this.#fd ?? this.#open();
    this.end = this.#endIn(fd, lines, from, to);
    return fd;
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    try {
      if (fd !== undefined) closeSync(fd);
    } catch {
      // what was written is written
    }
  }

  /** Non-blocking, so that a named pipe without a reader is an error and not the end of the thread; plain files do not care. */
  #open(): number {
    makeFolder(dirname(this.#path));
    const {
      O_APPEND,
      O_CREAT,
      O_RDWR,
      O_WRONLY,
      O_NONBLOCK = 0,
    } = constants as Partial<typeof constants> & typeof constants;
    const mode = this.#isFifo() ? O_WRONLY : O_RDWR;
    const fd = openSync(this.#path, O_APPEND | O_CREAT | mode | O_NONBLOCK, 0o600);
    const stat = fstatSync(fd);
    this.#fd = fd;
    this.#ino = stat.ino;
    this.#dev = stat.dev;
    this.#isPlain = stat.isFile();
    this.#lookAt = performance.now() + LOOK_MS;
    if (!this.#isPlain) return fd;
    if (stat.size > 0) endLine(fd, stat.size);
    if (this.#rotated === undefined) return fd;
    this.#rotated.settle();
    // A file that was begun in an earlier period, by an earlier process.
    this.#rotateAtMs = nextBoundaryMs(this.#rotate!.every, stat.size > 0 ? stat.mtimeMs : Date.now());
    return fd;
  }

  #isFifo(): boolean {
    return statSync(this.#path, { throwIfNoEntry: false })?.isFIFO() ?? false;
  }

  /** True where the path is another file by now, or none: logrotate, a person, another process of ours. */
  #isElsewhere(): boolean {
    const now = performance.now();
    if (now < this.#lookAt) return false;
    this.#lookAt = now + LOOK_MS;
    return !this.#isSame(statSync(this.#path, { throwIfNoEntry: false }));
  }

  #isSame(stat: Stats | undefined): boolean {
    return stat?.ino === this.#ino && stat.dev === this.#dev;
  }

  /** Where the file is to be put aside before the next line. Asks for the size, because other processes may write the same file. */
  #isDue(fd: number, lines: Uint8Array, from: number): boolean {
    if (this.#rotate === undefined || performance.now() < this.#rotateNotBefore) return false;
    if (Date.now() >= this.#rotateAtMs) return true;
    if (this.#rotate.bytes === Infinity) return false;
    const { size } = fstatSync(fd);
    return size > 0 && size + lineEnd(lines, from) - from > this.#rotate.bytes;
  }

  /** As many lines as there is room for, and one at the least. */
  #endIn(fd: number, lines: Uint8Array, from: number, to: number): number {
    const bytes = this.#rotate?.bytes ?? Infinity;
    if (bytes === Infinity || !this.#isPlain || performance.now() < this.#rotateNotBefore) return to;
    const fitting = from + bytes - fstatSync(fd).size;
    if (to <= fitting) return to;
    const lastEnd = fitting > from ? lines.lastIndexOf(0x0a, fitting - 1) + 1 : 0;
    return Math.max(lastEnd, lineEnd(lines, from));
  }

  #rotateNow(): void {
    try {
      // Another process may have been faster: its new file is ours then.
      if (this.#isSame(statSync(this.#path, { throwIfNoEntry: false })))
        renameSync(this.#path, this.#rotated!.nextName());
      this.close();
    } catch (error) {
      // Another process has renamed it between our look and our rename.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return this.close();
      this.rotationError = error;
      this.#rotateNotBefore = performance.now() + RETRY_MS;
    }
  }
}

function lineEnd(lines: Uint8Array, from: number): number {
  return lines.indexOf(0x0a, from) + 1;
}

/** A process that was killed in the middle of a line has left it without its end. */
function endLine(fd: number, size: number): void {
  const last = new Uint8Array(1);
  if (readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a) writeSync(fd, '\n');
}
