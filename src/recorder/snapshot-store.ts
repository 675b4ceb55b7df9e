// The directory of snapshots: compressed when there is time, and never more of them than asked for.
import { createReadStream, existsSync, promises as fs } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { streamPromises, zlib } from './lazy-node.js';
import { parseSnapshotName, RAW_SUFFIX, COMPRESSED_SUFFIX, TEMPORARY_SUFFIX } from './snapshot-names.js';

/** What to do with the files of a snapshots directory. */
export interface CompressOptions {
  /** How many snapshots of each service stay; the oldest go first. @default 20 */
  readonly keep?: number;
  /** Stops between two blocks; what was begun is undone, so that a process that ends need not wait. */
  readonly signal?: AbortSignal;
}

/** What was done with them. */
export interface CompressedSnapshots {
  /** Paths of the new compressed files. */
  readonly compressed: readonly string[];
  /** Paths of the snapshots that were deleted because newer ones fill the quota. */
  readonly removed: readonly string[];
}

const DEFAULT_KEEP = 20;
/** Parts of files older than this belong to nobody: their writer died. */
const STALE_PART_MS = 10 * 60 * 1000;
/** The process that compresses a file: a part is called `.<name>-<pid>.ttlog-part`. */
const COMPRESSOR = /\.ttlog-(\d{1,10})\.ttlog-part$/;
/** gzip 1 takes 80-100 ms for 8 MiB on a thread of libuv's pool, gzip 6 four times that for a tenth less. */
const GZIP_LEVEL = 1;

/**
 * Compresses the raw snapshots of a directory (`….ttlog` becomes `….ttlog.gz`, replaced atomically) and deletes the oldest beyond
 * `keep`. Several processes may do so at once. A file that cannot be compressed stays as it is. Rejects never.
 */
export async function compressSnapshots(dir: string, options: CompressOptions = {}): Promise<CompressedSnapshots> {
  const names = await namesIn(dir);
  await removeStaleParts(dir, names);
  const removed = await removeOldest(dir, names, options.keep ?? DEFAULT_KEEP);
  const compressed: string[] = [];
  for (const name of names) {
    if (options.signal?.aborted) break;
    const path = join(dir, name);
    if (parseSnapshotName(name)?.compressed !== false || removed.includes(path)) continue;
    const result = await compressSnapshot(path, options.signal);
    if (result !== path) compressed.push(result);
  }
  return { compressed, removed };
}

/** By path: whoever asks for the same file meanwhile gets the same answer. */
const underWay = new Map<string, Promise<string>>();

/** Compresses one snapshot; resolves to the path it has then, which is the old one where it could not be done. */
export async function compressSnapshot(path: string, signal?: AbortSignal): Promise<string> {
  const running = underWay.get(path) ?? compress(path, signal);
  underWay.set(path, running);
  try {
    return await running;
  } finally {
    underWay.delete(path);
  }
}

async function compress(path: string, signal?: AbortSignal): Promise<string> {
  const compressed = path.slice(0, -RAW_SUFFIX.length) + COMPRESSED_SUFFIX;
  const part = join(dirname(path), `.${basename(path)}-${process.pid}${TEMPORARY_SUFFIX}`);
  let file: FileHandle;
  try {
    file = await fs.open(part, 'wx', 0o600);
  } catch {
    return path; // a directory that has become read-only
  }
  try {
    const gzip = zlib().createGzip({ level: GZIP_LEVEL });
    await streamPromises().pipeline(createReadStream(path), gzip, file.createWriteStream(), { signal });
    await fs.rename(part, compressed);
    await fs.rm(path, { force: true });
    return compressed;
  } catch {
    await file.close().catch(() => undefined);
    await fs.rm(part, { force: true }).catch(() => undefined);
    // Another process may have been faster.
    return !existsSync(path) && existsSync(compressed) ? compressed : path;
  }
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await fs.readdir(dir);
  } catch {
    return [];
  }
}

/** Of each service, the newest `keep` stay. */
async function removeOldest(dir: string, names: readonly string[], keep: number): Promise<string[]> {
  const services = new Map<string, { name: string; time: string }[]>();
  for (const name of names) {
    const parsed = parseSnapshotName(name);
    if (parsed === undefined) continue;
    const list = services.get(parsed.service) ?? [];
    list.push({ name, time: parsed.time });
    services.set(parsed.service, list);
  }
  const removed: string[] = [];
  for (const list of services.values()) {
    list.sort((a, b) => (a.time < b.time ? 1 : -1));
    for (const { name } of list.slice(Math.max(0, keep))) {
      if (await removeFile(join(dir, name))) removed.push(join(dir, name));
    }
  }
  return removed;
}

/** What a process left that died at work: at once where it was compressing, for the raw file is there to begin again. */
async function removeStaleParts(dir: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    if (!name.startsWith('.') || !name.endsWith(TEMPORARY_SUFFIX)) continue;
    const path = join(dir, name);
    const compressor = COMPRESSOR.exec(name)?.[1];
    if (compressor !== undefined && !isRunning(Number(compressor))) await removeFile(path);
    const found = await fs.stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > STALE_PART_MS) await removeFile(path);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function removeFile(path: string): Promise<boolean> {
  return fs.rm(path).then(
    () => true,
    () => false,
  );
}
