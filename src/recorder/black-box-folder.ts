/**
 * The folder of a process's black box: a file for each thread's ring, and a lock that the process holds for as long as it lives. The kernel lets
 * go of the lock at the moment of death, whatever the death; process ids would not do, because they repeat in containers.
 *
 *   /dev/shm/ttlog-0/shop-2026-11-26T01-20-00.123Z-4711/lock
 *                                                       t0-0.ring   the ring of the main thread, as layout.ts has it
 *                                                       t3-0.ring   … of a worker
 */
import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { TtlogError } from '../core/errors.js';
import * as L from '../core/layout.js';
import type { BlackBoxFacts } from './black-box-facts.js';
import { factsOf, writeFacts } from './black-box-facts.js';
import { makeFolder } from './make-folder.js';
import type { NativeCalls } from './native-calls.js';
import { nativeCalls } from './native-calls.js';
import { ringBytes } from './ring-view.js';
import { slug } from './snapshot-names.js';

const RING_SUFFIX = '.ring';
export const LOCK_NAME = 'lock';
/** A folder under construction: it has no lock that says whether its process lives. */
export const UNFINISHED_PREFIX = '.new-';

const PAGE_BYTES = 4096;
/** statfs: memory without a disk behind it. A mapping of a file on a disk stops its writer for hundreds of ms. */
const TMPFS_MAGIC = 0x01021994;
const RAMFS_MAGIC = 0x858458f6;
const PROT_READ_WRITE = 3;
const MAP_SHARED_FIXED = 0x11;
const LOCK_EXCLUSIVE_NOW = 6;

/** Where black boxes are unless somebody says otherwise: memory that outlives the process. */
export function standardBlackBoxDir(uid = process.getuid?.() ?? 0): string {
  return `/dev/shm/ttlog-${uid}`;
}

const FOLDER_NAME = /^(.{1,80})-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z)-(\d{1,10})$/;

/** What the name of a process's folder says; undefined for another. */
export function parseFolderName(name: string): { service: string; time: string; pid: number } | undefined {
  const match = FOLDER_NAME.exec(name);
  return match === null ? undefined : { service: match[1], time: match[2], pid: Number(match[3]) };
}

/** A folder that others cannot put anything into; made where it is missing. Throws `ERR_BLACK_BOX`. */
function secureFolder(dir: string): string {
  const path = resolve(dir);
  makeFolder(path, 0o700);
  const found = lstatSync(path);
  if (!found.isDirectory()) throw blackBoxError(`${path} to be a folder, found a link or a file`);
  if (process.getuid !== undefined && found.uid !== process.getuid())
    throw blackBoxError(`${path} to belong to this user, found one of user ${found.uid}`);
  if ((found.mode & 0o022) !== 0)
    throw blackBoxError(`${path} to be writable by its owner only. Run chmod 700 ${path}`);
  return path;
}

export function blackBoxError(expected: string, cause?: unknown): TtlogError {
  return new TtlogError('ERR_BLACK_BOX', `Expected ${expected}`, cause === undefined ? undefined : { cause });
}

/** The black box of this process. */
export class BlackBoxFolder {
  readonly path: string;
  readonly native: NativeCalls;
  readonly #lock: number;

  /** Throws where it cannot be had: nothing is left behind then. */
  constructor(base: string, service: string) {
    this.native = nativeCalls();
    const parent = secureFolder(base);
    const time = new Date().toISOString().replaceAll(':', '-');
    const name = `${slug(service, 64, 'app')}-${time}-${process.pid}`;
    const unfinished = join(parent, UNFINISHED_PREFIX + name);
    mkdirSync(unfinished, { mode: 0o700 });
    try {
      this.#lock = createFile(join(unfinished, LOCK_NAME));
      if (!tryLock(this.native, this.#lock)) throw blackBoxError(`a file in ${parent} to be lockable`);
      this.path = join(parent, name);
      // Visible to others only with its lock.
      renameSync(unfinished, this.path);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      throw error;
    }
  }

  /** At a clean end: everything has been delivered. The mappings stay until the process is gone. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
    closeSync(this.#lock);
  }
}

export function tryLock(native: NativeCalls, fd: number): boolean {
  return native.flock(fd, LOCK_EXCLUSIVE_NOW) === 0;
}

/** True where somebody has to be told that the folder is on a disk. */
export function isOnDisk(folder: string): boolean {
  const { type } = statfsSync(folder);
  return type !== TMPFS_MAGIC && type !== RAMFS_MAGIC;
}

/**
 * Puts a new file of the folder under the memory of a ring, which keeps what it holds and its views. Called by the ring's own thread before
 * anybody else reads it. A ring that is in a file already stays there. Throws where it cannot be done: the ring is an ordinary one then.
 */
export function mapRing(folder: string, native: NativeCalls, ring: SharedArrayBuffer, facts: BlackBoxFacts): void {
  const bytes = ringBytes(ring);
  if (factsOf(bytes) !== undefined) return;
  const address = native.addressOf(bytes);
  if (address % BigInt(PAGE_BYTES) !== 0n) throw blackBoxError('the memory of a ring to begin with a page');
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < 2 * bytes.length) throw noRoom(folder, bytes.length, bavail * bsize);
  const path = join(folder, nextName(folder, facts.threadId));
  const fd = createFile(path);
  try {
    writeFacts(bytes, { ...facts, file: basename(path) });
    // All of it, because a page of a file that finds no room when it is first touched is a SIGBUS.
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at, at);
    const mapped = native.mmap(address, bytes.length, PROT_READ_WRITE, MAP_SHARED_FIXED, fd);
    if (mapped !== address) throw blackBoxError(`mmap to put ${path} under a ring, it did not`);
  } catch (error) {
    bytes.fill(0, L.FACTS_OFFSET, L.FACTS_OFFSET + 4);
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** The memory of a ring is given up: its file is of no use any more. */
export function unlinkRing(folder: string, ring: SharedArrayBuffer): void {
  const file = factsOf(ringBytes(ring))?.file;
  if (file === undefined || basename(file) !== file) return;
  try {
    rmSync(join(folder, file), { force: true });
  } catch {
    // the end of the process takes the whole folder
  }
}

/** Made by us or not at all, and never through a link. */
function createFile(path: string): number {
  return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0), 0o600);
}

function nextName(folder: string, threadId: number): string {
  for (let n = 0; ; n++) {
    const name = `t${threadId}-${n}${RING_SUFFIX}`;
    if (!existsSync(join(folder, name))) return name;
  }
}

function noRoom(folder: string, needed: number, free: number): TtlogError {
  const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  return blackBoxError(
    `room for twice ${mib(needed)} in ${folder}, found ${mib(free)}. Make it larger (Docker: --shm-size), or the ring smaller (capacity)`,
  );
}

/** Names of the ring files in a folder, oldest threads first. */
export function ringFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^t\d{1,10}-\d{1,10}\.ring$/.test(name))
    .sort();
}
