// The directory of snapshots: compressed when there is time, and never more of them than asked for.
import { createReadStream, existsSync, promises as fs } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Transform } from 'node:stream';
import { isRunning } from './is-running.js';
import { streamPromises, zlib } from './lazy-node.js';
import {
  compressedNames,
  GZIP_SUFFIX,
  parseSnapshotName,
  RAW_SUFFIX,
  TEMPORARY_SUFFIX,
  ZSTD_SUFFIX,
} from './snapshot-names.js';

/** How many snapshots of each service stay. What is beyond any of the limits goes, oldest first. */
export interface Retention {
  /** @default 20 */
  readonly keep?: number;
  /** Older ones go. ms. @default Infinity */
  readonly maxAgeMs?: number;
  /** Of all files of a service together; the newest stays whatever its size. Bytes. @default Infinity */
  readonly maxBytes?: number;
}

/** What to do with the files of a snapshots directory. */
export interface CompressOptions extends Retention {
  /** Stops between two blocks; what was begun is undone, so that a process that ends need not wait. */
  readonly signal?: AbortSignal;
}

/** What was done with them. */
export interface CompressedSnapshots {
  /** Paths of the new compressed files. */
  readonly compressed: readonly string[];
  /** Paths of the snapshots that were deleted because they were beyond the limits. */
  readonly removed: readonly string[];
}

/** Files of a service that are kept where nobody says how many. */
export const DEFAULT_KEEP = 20;
/** Parts of files older than this belong to nobody: their writer died. */
const STALE_PART_MS = 10 * 60 * 1000;
/** The process that compresses a file: a part is called `.<name>-<pid>.ttlog-part`. */
const COMPRESSOR = /\.ttlog-(\d{1,10})\.ttlog-part$/;
/** gzip 1 takes 80-100 ms for 8 MiB on a thread of libuv's pool, gzip 6 four times that for a tenth less; zstd 1 takes 20 ms. */
const LEVEL = 1;

/**
 * Compresses the raw snapshots of a directory (`….ttlog` becomes `….ttlog.zst` or `….ttlog.gz`, replaced atomically) and deletes those beyond the
 * limits. Several processes may do so at once. A file that cannot be compressed stays as it is. Rejects never.
 */
export async function compressSnapshots(dir: string, options: CompressOptions = {}): Promise<CompressedSnapshots> {
  const names = await namesIn(dir);
  await removeStaleParts(dir, names);
  const removed = await removeBeyond(dir, names, options);
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

/** Deletes the snapshots beyond the limits; resolves to their paths. Rejects never. */
export async function pruneSnapshots(dir: string, retention: Retention): Promise<readonly string[]> {
  return removeBeyond(dir, await namesIn(dir), retention);
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
  const { packer, suffix } = newPacker();
  const compressed = path.slice(0, -RAW_SUFFIX.length) + suffix;
  const part = join(dirname(path), `.${basename(path)}-${process.pid}${TEMPORARY_SUFFIX}`);
  let file: FileHandle;
  try {
    file = await fs.open(part, 'wx', 0o600);
  } catch {
    return path; // a directory that has become read-only, or another thread of this process is at it
  }
  try {
    await streamPromises().pipeline(createReadStream(path), packer, file.createWriteStream(), { signal });
    await fs.rename(part, compressed);
    await fs.rm(path, { force: true });
    return compressed;
  } catch {
    await file.close().catch(() => undefined);
    await fs.rm(part, { force: true }).catch(() => undefined);
    // Another process may have been faster.
    return existsSync(path) ? path : (compressedNames(path).find((name) => existsSync(name)) ?? path);
  }
}

interface Zstd {
  /** Node 22.15 and later. */
  readonly createZstdCompress?: (options: { params: Record<number, number> }) => Transform;
  readonly constants: { readonly ZSTD_c_compressionLevel: number };
}

function newPacker(): { packer: Transform; suffix: string } {
  const { createZstdCompress, constants } = zlib() as unknown as Zstd;
  if (createZstdCompress === undefined) return { packer: zlib().createGzip({ level: LEVEL }), suffix: GZIP_SUFFIX };
  return {
    packer: createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: LEVEL } }),
    suffix: ZSTD_SUFFIX,
  };
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await fs.readdir(dir);
  } catch {
    return [];
  }
}

interface Kept {
  readonly name: string;
  /** As file names have it: it sorts. */
  readonly time: string;
}

async function removeBeyond(dir: string, names: readonly string[], retention: Retention): Promise<string[]> {
  const services = new Map<string, Kept[]>();
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
    for (const name of await beyond(dir, list, retention)) {
      if (await removeFile(join(dir, name))) removed.push(join(dir, name));
    }
  }
  return removed;
}

/** Of one service, newest first. */
async function beyond(dir: string, list: readonly Kept[], retention: Retention): Promise<string[]> {
  const { keep = DEFAULT_KEEP, maxAgeMs = Infinity, maxBytes = Infinity } = retention;
  const oldest = maxAgeMs === Infinity ? '' : nameTime(Date.now() - maxAgeMs);
  const gone: string[] = [];
  let bytes = 0;
  for (const [i, { name, time }] of list.entries()) {
    if (maxBytes !== Infinity) bytes += (await fs.stat(join(dir, name)).catch(() => undefined))?.size ?? 0;
    if (i >= Math.max(0, keep) || time < oldest || (i > 0 && bytes > maxBytes)) gone.push(name);
  }
  return gone;
}

function nameTime(epochMs: number): string {
  return new Date(Math.max(epochMs, 0)).toISOString().replaceAll(':', '-');
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

async function removeFile(path: string): Promise<boolean> {
  return fs.rm(path).then(
    () => true,
    () => false,
  );
}
