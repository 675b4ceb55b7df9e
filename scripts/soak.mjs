// `npm run test:soak`: a service logs as fast as it can for 10 minutes, to files that rotate, beside a sink that is stuck for ever. Every line of
// every file is counted by this process, also of those that rotation deletes. Memory must stay flat, and every record be accounted for.
//
//   npm run test:soak -- --minutes 2
import { fork } from 'node:child_process';
import { closeSync, fstatSync, mkdtempSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { root } from './entries.mjs';
import { plainEnvironment, runNode } from './run.mjs';
import { thousands } from './thousands.mjs';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error('usage: npm run test:soak -- [--minutes 10]');
  process.exit(2);
}
/** Memory counts as flat where its median of the last tenth is above that of the second tenth by no more: what a thread that compresses takes. */
const FLAT_BYTES = 40 * 1024 * 1024;
const LOOK_MS = 20;
/** Of 1 MiB. */
const CHUNKS_A_LOOK = 8;
const NAME = 'shop.ndjson';
const NEWLINE = 0x0a;
const ABOUT_ITSELF = '"target":"ttlog"';

if (!(await runNode([`${root}scripts/build.mjs`]))) process.exit(1);

/** One file after the other, each read to its end, whatever becomes of its name. */
class Follower {
  lines = 0;
  /** Records that the file itself says are missing. */
  told = 0;
  bytes = 0;
  files = 0;
  /** @type {string[]} */
  gaps = [];
  #dir;
  #seen = new Set();
  #next = 0;
  /** @type {{ fd: number, rest: Buffer }[]} */
  #open = [];
  #buffer = Buffer.alloc(1 << 20);

  /** @param {string} dir */
  constructor(dir) {
    this.#dir = dir;
  }

  /** Opens what is new before anybody can delete it, and reads on for a while. False where there is nothing to read. */
  look() {
    for (const name of this.#names()) this.#begin(join(this.#dir, name));
    for (let n = 0; n < CHUNKS_A_LOOK; n++) {
      if (this.#open.length === 0) return false;
      if (this.#readOn(this.#open[0])) continue;
      // The one before has all it will ever have once there is a next one.
      if (this.#open.length < 2) return false;
      const { fd, rest } = /** @type {{ fd: number, rest: Buffer }} */ (this.#open.shift());
      if (rest.length > 0) this.gaps.push(`a file ends without a newline: ${rest.toString()}`);
      closeSync(fd);
    }
    return true;
  }

  /** Rotated files, the oldest first, then the one that is being written. */
  #names() {
    const names = readdirSync(this.#dir).filter((name) => name.endsWith('.ndjson'));
    return names.sort((x, y) => Number(x === NAME) - Number(y === NAME) || (x < y ? -1 : 1));
  }

  /** @param {string} path */
  #begin(path) {
    const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
    if (stat === undefined || this.#seen.has(identity(stat))) return;
    const fd = openSync(path, 'r');
    this.#seen.add(identity(fstatSync(fd, { bigint: true })));
    this.#open.push({ fd, rest: Buffer.alloc(0) });
    this.files++;
  }

  /** False at the end of what there is. @param {{ fd: number, rest: Buffer }} file */
  #readOn(file) {
    const read = readSync(file.fd, this.#buffer);
    if (read === 0) return false;
    this.bytes += read;
    const chunk = Buffer.concat([file.rest, this.#buffer.subarray(0, read)]);
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) this.#count(chunk.subarray(0, end));
    file.rest = Buffer.from(chunk.subarray(end));
    return true;
  }

  /** Whole lines. The first and the last number, and how many lines are between, say whether one is missing. @param {Buffer} chunk */
  #count(chunk) {
    let lines = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
    const numbered = lines - this.#hear(chunk);
    const first = Number(/"i":(\d+)/.exec(chunk.toString('latin1', 0, 400))?.[1]);
    const last = Number(/"i":(\d+)(?!.*"i":)/s.exec(chunk.toString('latin1', Math.max(0, chunk.length - 400)))?.[1]);
    if (first !== this.#next || last - first + 1 !== numbered)
      this.gaps.push(`${this.#next} was due, ${first} to ${last} came in ${numbered} lines`);
    this.#next = last + 1;
    this.lines += numbered;
  }

  /** Lines in which ttlog speaks of itself: how many there are. @param {Buffer} chunk */
  #hear(chunk) {
    let count = 0;
    for (let at = chunk.indexOf(ABOUT_ITSELF); at >= 0; at = chunk.indexOf(ABOUT_ITSELF, at + 1)) {
      const line = chunk.toString('utf8', chunk.lastIndexOf(NEWLINE, at) + 1, chunk.indexOf(NEWLINE, at));
      const { sink, lost = 0, msg } = JSON.parse(line);
      if (sink === undefined) this.told += lost;
      console.log(`       ${msg} ${lost}`);
      count++;
    }
    return count;
  }
}

/** Numbers of inodes are used again. @param {import('node:fs').BigIntStats} stat */
const identity = ({ ino, birthtimeNs }) => `${ino} ${birthtimeNs}`;

/** @typedef {{ logged: number, recorded: number, dropped: number, lapped: number, missed: number, sinkErrors: number, taken: number, rssBytes: number, isLast: boolean }} Report */

const mib = (/** @type {number} */ bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

/** @param {Report} report */
function show({ logged, rssBytes, dropped, lapped }) {
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(
    `${String(seconds).padStart(4)} s  ${thousands(logged)} events  ${thousands(follower.lines)} lines in ${follower.files} files  RSS ${mib(rssBytes)}  dropped ${dropped}  the stuck sink's ring lapped ${thousands(lapped)}`,
  );
}

const startedAt = performance.now();
const dir = mkdtempSync(join(tmpdir(), 'ttlog-soak-'));
const path = join(dir, NAME);
const follower = new Follower(dir);
/** @type {Report[]} */
const reports = [];
const child = fork(`${root}test/delivery/soak-service.mjs`, [path, String(minutes * 60)], { env: plainEnvironment() });
child.on('message', (message) => {
  const report = /** @type {Report} */ (message);
  reports.push(report);
  if (reports.length % 10 === 0) show(report);
});
const ended = new Promise((resolve) => child.on('exit', (status) => resolve(status)));
const isOver = () => child.exitCode !== null || child.signalCode !== null;
for (let hasMore = true; hasMore || !isOver();) {
  hasMore = follower.look();
  await (hasMore ? nextTurn() : setTimeout(LOOK_MS));
}
const status = await ended;
rmSync(dir, { recursive: true, force: true });

/** @param {readonly Report[]} some */
function medianRss(some) {
  const sorted = some.map(({ rssBytes }) => rssBytes).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

const last = /** @type {Report} */ (reports.at(-1));
const tenth = Math.max(1, Math.floor(reports.length / 10));
const early = medianRss(reports.slice(tenth, 2 * tenth));
const late = medianRss(reports.slice(-tenth));
const seconds = (performance.now() - startedAt) / 1000;
const unexplained = last.recorded - follower.lines - follower.told;
console.log(`
${minutes} min, ${thousands(last.logged)} events (${thousands(Math.round(last.logged / seconds))}/s), ${mib(follower.bytes)} in ${follower.files} files, status ${String(status)}
  recorded ${thousands(last.recorded)}  lines ${thousands(follower.lines)}  dropped ${last.dropped}  told to be lost ${thousands(follower.told)}  unexplained ${unexplained}  gaps ${follower.gaps.length}
  the stuck sink: taken ${thousands(last.taken)}, overwritten before it could ${thousands(last.lapped)}
  RSS ${mib(early)} in the second tenth, ${mib(late)} in the last, at most ${mib(Math.max(...reports.map(({ rssBytes }) => rssBytes)))}`);
for (const gap of follower.gaps.slice(0, 10)) console.log(`  ${gap}`);
const isFlat = late - early <= FLAT_BYTES;
if (!isFlat) console.log('  memory is not flat');
if (!isFlat || unexplained !== 0 || last.logged !== last.recorded + last.dropped || status !== 0) process.exitCode = 1;
