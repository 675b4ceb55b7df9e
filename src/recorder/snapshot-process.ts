// The process at the moment of a snapshot. Each fact is asked for by itself: where one cannot be had (a permission,
// a platform) the others still are.
import { os, threadIdHere } from './lazy-node.js';
import { scrubArguments, scrubText } from './scrub.js';

/** What a snapshot says about the process it was taken of. Absent = could not be found out. */
export interface ProcessFacts {
  readonly pid: number;
  readonly ppid?: number;
  /** Of the thread that took the snapshot; 0 = the main thread. */
  readonly threadId: number;
  readonly hostname?: string;
  readonly title?: string;
  readonly execPath?: string;
  /** Without secrets: values behind names such as `--password`, and passwords in URLs, are redacted. */
  readonly argv?: readonly string[];
  readonly execArgv?: readonly string[];
  readonly cwd?: string;
  readonly nodeVersion: string;
  readonly versions?: Readonly<Record<string, string>>;
  readonly platform: string;
  readonly arch: string;
  /** Seconds since the process began. */
  readonly uptimeSeconds?: number;
  /** Bytes. */
  readonly memory?: Readonly<Record<string, number>>;
  /** CPU times in µs, `maxRSS` in KiB, the rest counts; as `process.resourceUsage()`. */
  readonly resources?: Readonly<Record<string, number>>;
  /** What keeps the process alive (timers, sockets, …), counted by kind. */
  readonly activeResources?: Readonly<Record<string, number>>;
  /** Names of all environment variables; values only of those that are known to be harmless. */
  readonly environmentNames?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** What decides how Node runs, and holds no secret. */
const HARMLESS_VARIABLES = [
  'NODE_ENV',
  'NODE_OPTIONS',
  'TTLOG',
  'LOG_LEVEL',
  'TZ',
  'LANG',
  'UV_THREADPOOL_SIZE',
  'KUBERNETES_SERVICE_HOST',
  'HOSTNAME',
];
const MAX_NAMES = 256;

/** What has changed since `then`; what keeps the process alive is not counted, for there may be much of it. 0.1 ms. */
export function processFactsNow(then: ProcessFacts): ProcessFacts {
  return {
    ...then,
    ...fact('memory', () => ({ ...process.memoryUsage() })),
    ...fact('resources', () => ({ ...process.resourceUsage() })),
    ...fact('uptimeSeconds', uptimeSeconds),
    ...fact('activeResources', () => undefined),
  };
}

/** Looks at the process once. Never throws. */
export function processFacts(): ProcessFacts {
  return {
    pid: process.pid,
    ...fact('ppid', () => process.ppid),
    threadId: threadIdHere(),
    ...fact('hostname', () => os().hostname()),
    ...fact('title', () => scrubText(process.title)),
    ...fact('execPath', () => process.execPath),
    ...fact('argv', () => scrubArguments(process.argv)),
    ...fact('execArgv', () => scrubArguments(process.execArgv)),
    ...fact('cwd', () => process.cwd()),
    nodeVersion: process.version,
    ...fact('versions', () => pick(process.versions)),
    platform: process.platform,
    arch: process.arch,
    ...fact('uptimeSeconds', uptimeSeconds),
    ...fact('memory', () => ({ ...process.memoryUsage() })),
    ...fact('resources', () => ({ ...process.resourceUsage() })),
    ...fact('activeResources', () => countByName(process.getActiveResourcesInfo())),
    ...fact('environmentNames', () => Object.keys(process.env).sort().slice(0, MAX_NAMES)),
    ...fact('environment', harmlessVariables),
  };
}

function fact<K extends keyof ProcessFacts>(name: K, find: () => ProcessFacts[K]): Pick<ProcessFacts, K> | object {
  try {
    return { [name]: find() };
  } catch {
    return {};
  }
}

export const uptimeSeconds = (): number => Math.round(process.uptime() * 1000) / 1000;

function pick(versions: NodeJS.ProcessVersions): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of ['node', 'v8', 'uv', 'openssl', 'zlib', 'modules'])
    if (versions[name] !== undefined) kept[name] = versions[name];
  return kept;
}

function countByName(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = Object.create(null) as Record<string, number>;
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function harmlessVariables(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of HARMLESS_VARIABLES) {
    const value = process.env[name];
    if (value !== undefined) found[name] = scrubText(value);
  }
  return found;
}
