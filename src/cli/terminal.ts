// Where the text goes: colour or not, how wide, and what happens when the reader has gone.
import { writeSync } from 'node:fs';
import { wantsColor } from '../recorder/colors.js';

export interface Terminal {
  /** Writes whole lines; waits where a pipe is full. Throws `ReaderGone` where nobody reads any more. */
  write(text: string): void;
  /** A remark that is not part of the output: standard error. */
  warn(text: string): void;
  readonly color: boolean;
  /** Columns; what a pipe gets is not cut. */
  readonly width: number;
}

/** `ttlog view … | head` has what it wanted: the end of the work, not an error. */
export class ReaderGone extends Error {
  override name = 'ReaderGone';
}

/** Standard output, written to directly: nothing is lost at the end, however slowly a pipe is read. */
export function standardOutput(): Terminal {
  const { isTTY, columns } = process.stdout as { isTTY?: boolean; columns?: number };
  return {
    color: wantsColor(process.env, isTTY === true),
    width: isTTY === true && columns !== undefined && columns > 0 ? columns : Number.POSITIVE_INFINITY,
    write: (text) => writeAll(1, text),
    warn: standardError,
  };
}

function standardError(text: string): void {
  try {
    writeAll(2, text);
  } catch {
    // nobody listens
  }
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  let at = 0;
  while (at < bytes.byteLength) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') throw new ReaderGone('Nobody reads the output any more');
      if (code !== 'EAGAIN') throw error;
      // A pipe that is full and does not block: give its reader a moment.
      Atomics.wait(pause, 0, 0, 5);
    }
  }
}

const pause = new Int32Array(new SharedArrayBuffer(4));
