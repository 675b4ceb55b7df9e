// Names of the files in a snapshots directory. `<service>-<time>-<pid>-<reason>.ttlog`, so that the snapshots of a service
// sort by time; nothing else in the directory is ever touched.
import { threadIdHere } from './lazy-node.js';

export const RAW_SUFFIX = '.ttlog';
/** What a compressed one is called: by gzip, or by zstd where Node has it (22.15 and later). */
export const GZIP_SUFFIX = '.ttlog.gz';
export const ZSTD_SUFFIX = '.ttlog.zst';
export const TEMPORARY_SUFFIX = '.ttlog-part';

/** What a name says about a snapshot. */
export interface SnapshotName {
  readonly service: string;
  /** `2026-11-23T17-20-31.123Z`: sorts by time, and is a file name everywhere. */
  readonly time: string;
  readonly compressed: boolean;
}

const NAME = /^(.{1,80})-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z)-\d+(?:-t\d+)?-.{1,60}?\.ttlog(\.gz|\.zst)?$/;

/** Whose snapshot it is: where nobody says so, this thread's. */
interface Origin {
  readonly pid: number;
  readonly threadId: number;
}

/** The name of a new snapshot. */
export function snapshotName(service: string, reason: string, timeMs: number, of?: Origin): string {
  const time = new Date(timeMs).toISOString().replaceAll(':', '-');
  const { pid, threadId: id } = of ?? { pid: process.pid, threadId: threadIdHere() };
  const thread = id === 0 ? '' : `-t${id}`;
  return `${slug(service, 64, 'app')}-${time}-${pid}${thread}-${slug(reason, 40, 'snapshot')}${RAW_SUFFIX}`;
}

/** `undefined` for a file that is no finished snapshot. */
export function parseSnapshotName(file: string): SnapshotName | undefined {
  const match = NAME.exec(file);
  return match === null ? undefined : { service: match[1], time: match[2], compressed: match[3] !== undefined };
}

/** The names under which a raw snapshot may be found once it has been compressed. */
export function compressedNames(raw: string): string[] {
  return [GZIP_SUFFIX, ZSTD_SUFFIX].map((suffix) => raw.slice(0, -RAW_SUFFIX.length) + suffix);
}

/** Letters, digits, `.`, `_` and `-` of a text; never a path, never a hidden file. */
export function slug(text: string, limit: number, otherwise: string): string {
  const safe = text
    .slice(0, 256)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, limit);
  return safe === '' ? otherwise : safe;
}
