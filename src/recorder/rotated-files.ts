/** The files that a log has been rotated to: `shop-2026-11-26T02-16-00.123Z-4711.ndjson`, with `.gz` once compressed. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { workerThreads } from './lazy-node.js';
import type { RotateSettings } from './log-file.js';

const PART_SUFFIX = '.ttlog-part';
const LOOK_AGAIN = 2;

export class RotatedFiles {
  readonly #dir: string;
  readonly #stem: string;
  readonly #extension: string;
  readonly #settings: RotateSettings;
  readonly #pattern: RegExp;
  /** 0 nobody compresses, 1 somebody does, LOOK_AGAIN … and there is more. */
  readonly #compressing = new Int32Array(new SharedArrayBuffer(4));

  constructor(path: string, settings: RotateSettings) {
    this.#dir = dirname(path);
    this.#extension = extname(path);
    this.#stem = basename(path, this.#extension);
    this.#settings = settings;
    const quote = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    this.#pattern = new RegExp(
      `^${quote(this.#stem)}-\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d\\.\\d{3}Z-\\d+${quote(this.#extension)}(\\.gz)?$`,
    );
  }

  /** Where the file goes that is rotated now. Names sort by time, and no two processes have the same. */
  nextName(): string {
    for (let ms = Date.now(); ; ms++) {
      const time = new Date(ms).toISOString().replaceAll(':', '-');
      const path = join(this.#dir, `${this.#stem}-${time}-${process.pid}${this.#extension}`);
      if (!existsSync(path) && !existsSync(`${path}.gz`)) return path;
    }
  }

  /**
   * Delivery goes on meanwhile, and needs no event loop: what the thread has to hear is in shared memory. What the end of the process
   * interrupts, the next start does again.
   */
  #compress(): void {
    if (Atomics.exchange(this.#compressing, 0, LOOK_AGAIN) !== 0) return;
    const workerData = {
      dir: this.#dir,
      pattern: this.#pattern,
      suffix: `-${process.pid}${PART_SUFFIX}`,
      state: this.#compressing,
    };
    const options = { eval: true, execArgv: [], env: {}, name: 'ttlog compress', stdout: true, stderr: true };
    const worker = new (workerThreads().Worker)(COMPRESS, { ...options, workerData });
    worker.on('error', () => undefined);
    worker.unref();
  }

  /** Deletes what is beyond `keep` and compresses what is not yet: also what an earlier process left. Never throws. */
  settle(): void {
    try {
      const names = readdirSync(this.#dir);
      const rotated = names.filter((name) => this.#pattern.test(name)).sort();
      const { keep, compress } = this.#settings;
      const surplus = rotated.slice(0, Math.max(0, rotated.length - keep));
      for (const name of surplus) rmSync(join(this.#dir, name), { force: true });
      for (const name of names) if (isStalePart(name)) rmSync(join(this.#dir, name), { force: true });
      if (compress && rotated.slice(surplus.length).some((name) => !name.endsWith('.gz'))) this.#compress();
    } catch {
      // another process has been here, or the folder cannot be read: the next rotation looks again
    }
  }
}

/** What a process that is gone was compressing. */
function isStalePart(name: string): boolean {
  const pid = /-(\d{1,10})\.ttlog-part$/.exec(name)?.[1];
  if (pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Runs on a thread of its own: whatever has to be compressed in the folder, until nothing has. */
const COMPRESS = `
const { workerData: { dir, pattern, suffix, state } } = require('node:worker_threads');
const { createReadStream, createWriteStream, readdirSync, renameSync, rmSync } = require('node:fs');
const { pipeline } = require('node:stream/promises');
const { createGzip } = require('node:zlib');
const { join } = require('node:path');
async function compress(path) {
  const part = path + suffix;
  try {
    await pipeline(createReadStream(path), createGzip(), createWriteStream(part, { flags: 'wx', mode: 0o600 }));
    renameSync(part, path + '.gz');
    rmSync(path, { force: true });
  } catch {
    rmSync(part, { force: true });
  }
}
(async () => {
  do {
    Atomics.store(state, 0, 1);
    const names = readdirSync(dir).filter((name) => pattern.test(name) && !name.endsWith('.gz'));
    for (const name of names.sort()) await compress(join(dir, name));
  } while (Atomics.compareExchange(state, 0, 1, 0) !== 1);
})();
`;
