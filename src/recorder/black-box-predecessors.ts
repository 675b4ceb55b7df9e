/**
 * What processes left that died without a word: their folders have no owner, so their locks can be taken. Who takes one is the only heir,
 * however many starts happen at once. The files may be anything: they are checked as a snapshot from outside is.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as L from '../core/layout.js';
import type { BlackBoxFacts } from './black-box-facts.js';
import { factsOf } from './black-box-facts.js';
import { LOCK_NAME, parseFolderName, ringFiles, tryLock, UNFINISHED_PREFIX } from './black-box-folder.js';
import type { NativeCalls } from './native-calls.js';
import { attachReader, ReaderBlock } from './reader-block.js';
import { ringBytes, viewRing } from './ring-view.js';

/** A process that has died, and its rings. */
export interface Predecessor {
  readonly folder: string;
  readonly facts: BlackBoxFacts;
  /** Copies of its rings, closed, with what their readers had been handed. */
  readonly rings: readonly SharedArrayBuffer[];
  /** Files that are no rings, or damaged beyond reading. */
  readonly damagedFiles: number;
  /** It is done with: the folder goes. */
  remove(): void;
  /** Somebody else may take it. */
  leave(): void;
}

/** At one start; those that are left are the next one's. */
const MAX_PREDECESSORS = 8;
const MAX_RING_FILES = 64;
const MAX_BYTES = 1024 * 1024 * 1024;
/** Of other services, whose own next start has not come for them. */
const STALE_MS = 24 * 60 * 60 * 1000;

/** Takes the dead of this service, oldest first. */
export function takePredecessors(base: string, service: string, native: NativeCalls): Predecessor[] {
  const taken: Predecessor[] = [];
  for (const name of namesIn(base)) {
    if (taken.length === MAX_PREDECESSORS) break;
    if (parseFolderName(name)?.service !== service) continue;
    const folder = join(base, name);
    const lock = takeLock(folder, native);
    if (lock === undefined) continue;
    const { rings, damagedFiles } = readRings(folder);
    const facts = rings.map((ring) => factsOf(ringBytes(ring))).find((found) => found !== undefined);
    const remove = (): void => {
      rmSync(folder, { recursive: true, force: true });
      closeSync(lock);
    };
    if (facts === undefined) remove();
    else taken.push({ folder, facts, rings, damagedFiles, remove, leave: () => closeSync(lock) });
  }
  return taken;
}

/** Deletes what dead processes of other services left long ago. Returns the names of their folders. */
export function removeStale(base: string, service: string, native: NativeCalls): string[] {
  const removed: string[] = [];
  for (const name of namesIn(base)) {
    const folder = join(base, name);
    const isUnfinished = name.startsWith(UNFINISHED_PREFIX);
    if (!isUnfinished && (parseFolderName(name)?.service ?? service) === service) continue;
    const found = lstatSync(folder, { throwIfNoEntry: false });
    if (found === undefined || !found.isDirectory() || Date.now() - found.mtimeMs < STALE_MS) continue;
    const lock = takeLock(folder, native);
    if (lock === undefined) continue;
    rmSync(folder, { recursive: true, force: true });
    closeSync(lock);
    removed.push(name);
  }
  return removed;
}

function namesIn(base: string): string[] {
  try {
    return readdirSync(base).sort();
  } catch {
    return [];
  }
}

/** The lock of a folder whose process is gone; undefined while it lives, or where this is no such folder. */
function takeLock(folder: string, native: NativeCalls): number | undefined {
  let fd: number;
  try {
    if (!lstatSync(folder).isDirectory()) return undefined;
    fd = openSync(join(folder, LOCK_NAME), constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
  } catch {
    return undefined;
  }
  // Taken by another start, and removed, between our look and our lock.
  if (tryLock(native, fd) && fstatSync(fd).nlink > 0) return fd;
  closeSync(fd);
  return undefined;
}

function readRings(folder: string): { rings: SharedArrayBuffer[]; damagedFiles: number } {
  const rings: SharedArrayBuffer[] = [];
  let damagedFiles = 0;
  let bytes = 0;
  for (const name of ringFiles(folder).slice(0, MAX_RING_FILES)) {
    try {
      const ring = readRing(join(folder, name), MAX_BYTES - bytes);
      bytes += ring.byteLength;
      rings.push(ring);
    } catch {
      damagedFiles++;
    }
  }
  return { rings, damagedFiles };
}

/** A ring file as memory, closed. Throws where it is none. */
function readRing(path: string, maxBytes: number): SharedArrayBuffer {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const { size, uid } = fstatSync(fd);
    if (!fstatSync(fd).isFile() || size > maxBytes || (process.getuid !== undefined && uid !== process.getuid()))
      throw new RangeError(`Expected a ring file of this user's, of at most ${maxBytes} bytes`);
    const memory = new SharedArrayBuffer(size);
    const bytes = ringBytes(memory);
    for (let at = 0; at < size;) {
      const read = readSync(fd, bytes, at, size - at, at);
      if (read === 0) break;
      at += read;
    }
    close(memory);
    return memory;
  } finally {
    closeSync(fd);
  }
}

/** Nobody writes it any more; a reader that it never had is owed nothing of it. */
function close(memory: SharedArrayBuffer): void {
  const ring = viewRing(ringBytes(memory));
  ring.i32[L.CLOSED_I32] = 1;
  const blocks = [L.READER_THREAD, L.READER_LOCAL].map((reader) => new ReaderBlock(ring.i32, reader));
  const known = blocks.find((block) => block.isAttached);
  for (const [reader, block] of blocks.entries()) {
    if (known === undefined) attachReader(ring, reader);
    else if (!block.isAttached) block.attach(known.delivered);
    block.adopt(0);
  }
}
