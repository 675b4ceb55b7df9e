import { checkOptions, invalidOption } from '../core/errors.js';
import * as L from '../core/layout.js';
import type { LevelName } from '../core/level.js';
import { LogLevel } from '../core/level.js';
import { toFilter } from '../core/levels.js';
import { MAX_TIMER_MS } from '../core/max-timer.js';
import { capacityBytesOf } from '../core/ring.js';
import { consoleSink } from '../sinks/console.js';
import type { PromoteSettings } from '../recorder/promotion.js';
import type { SinkInput } from '../recorder/sink.js';
import type { NormalRedact, RedactOptions } from './redact-options.js';
import { normaliseRedact } from './redact-options.js';
import { signalOf } from './signals.js';
import type { NormalSnapshots, SnapshotOptions } from './snapshot-options.js';
import { normaliseSnapshots } from './snapshot-options.js';
import { wholeNumber } from './whole-number.js';

/** A level, its name, or directives such as `'info,db=debug,http.*=trace'`. */
export type LevelOption = LogLevel | LevelName | (string & {});

/** What is promoted, and how much of it at the most. */
export interface PromoteOptions {
  /** Traces whose root span failed. @default true */
  failed?: boolean;
  /** Traces whose root span took longer than this (ms), beside those that were slower than their own `slow`. @default Infinity */
  slowMs?: number;
  /** Memory for the records of open traces, of all together. Bytes. @default 33554432 (32 MiB) */
  memoryBytes?: number;
  /** Most records of one trace; the oldest go first, and that is told. @default 10000 */
  perTrace?: number;
  /** Most traces a second; those beyond are counted. @default 10 */
  perSecond?: number;
}

/** The options of `init()`. Every one has a default; every wrong one throws `TtlogError` `ERR_INVALID_OPTION`. */
export interface TtlogOptions {
  /** Name of the service: the target of bare calls, and on every snapshot. @default 'app' */
  service?: string;
  /** What sinks deliver. `TTLOG` in the environment beats it; `LOG_LEVEL` is used where neither says anything. @default 'info' */
  level?: LevelOption;
  /** What the ring keeps. @default 'trace' */
  record?: LevelOption;
  /** Nominal number of events in the ring (128 B each), rounded up to a power of two. @default 65536 */
  capacity?: number;
  /** Exact size of the ring in bytes, instead of `capacity`: a multiple of 4096, from 128 KiB to 1 GiB. */
  capacityBytes?: number;
  /** Most records that a sink is handed at once. @default 1024 */
  channelCapacity?: number;
  /** Where records are delivered. @default [consoleSink()] */
  sinks?: readonly SinkInput[];
  /** Snapshots: a folder, options, `true` for the defaults, `false` for none at a crash. @default false */
  snapshots?: boolean | string | SnapshotOptions;
  /**
   * Delivers, when the root span of a trace ends failed or slow, everything that was recorded of the trace at any level: `true` for the
   * defaults, or options.
   *
   * @default false: what leaves the process at debug and trace level is for the application to decide
   */
  promote?: boolean | PromoteOptions;
  /**
   * Keeps the ring in a file that survives any death of the process (SIGKILL, out of memory, a crash of native code): `true`, or a folder, best
   * on tmpfs. The next start delivers what sinks were still owed and makes a snapshot of it. Linux; needs `koffi` or Node 26.1.
   *
   * @default false
   */
  blackBox?: boolean | string;
  /**
   * What must not be recorded: names of keys instead of the default list, `false` for nothing, or keys, paths, value patterns and a censor.
   *
   * @default the names that commonly hold secrets: password, secret, token, authorization, cookie, api_key, …
   */
  redact?: readonly string[] | false | RedactOptions;
  /**
   * Signals at which everything is delivered before the process ends by them, such as `['SIGTERM', 'SIGINT']`. An application's own handler
   * always decides instead. A handler makes a process that is busy unkillable by that signal: that is why there is none by default.
   *
   * @default []
   */
  signals?: readonly NodeJS.Signals[];
  /** What a writer does when the ring is full of records that sinks are still owed. @default 'block' */
  overflow?: 'block' | 'drop';
  /** Longest time in ms between a record and its delivery while there is traffic. @default 10 */
  flushIntervalMs?: number;
  /** A writer waits no longer than this (ms) for a recorder that makes no progress. @default 250 */
  stallTimeoutMs?: number;
  /** Delivery at the end of the process may take this long (ms). @default 2000 */
  exitTimeoutMs?: number;
  /**
   * Records what ttlog has done so far (`stats()`: recorded, delivered, dropped, lapped, promoted, …) so often, at info level under the target `ttlog`. From
   * 1000 on. ms.
   *
   * @default never
   */
  statsEveryMs?: number;
  /** Deliver on this thread instead of a worker: for places without workers. @default false */
  inThread?: boolean;
}

/** All of them, checked, with the defaults filled in: nothing behind `init` looks at raw options. */
export interface NormalOptions {
  readonly service: string;
  readonly level: LevelOption | undefined;
  readonly record: LevelOption;
  readonly capacityBytes: number;
  readonly channelCapacity: number;
  readonly sinks: readonly SinkInput[];
  readonly snapshots: NormalSnapshots;
  readonly signals: readonly NodeJS.Signals[];
  readonly promote: PromoteSettings | undefined;
  /** A folder, `true` for the standard one. */
  readonly blackBox: boolean | string;
  readonly redact: NormalRedact | undefined;
  readonly overflow: 'block' | 'drop';
  readonly flushIntervalMs: number;
  readonly stallTimeoutMs: number;
  readonly exitTimeoutMs: number;
  /** undefined = never. */
  readonly statsEveryMs: number | undefined;
  readonly inThread: boolean;
}

const KNOWN: readonly (keyof TtlogOptions)[] = [
  'service', 'level', 'record', 'capacity', 'capacityBytes', 'channelCapacity', 'sinks', 'snapshots', 'promote', 'blackBox', 'redact',
  'signals', 'overflow',
  'flushIntervalMs', 'stallTimeoutMs', 'exitTimeoutMs', 'statsEveryMs', 'inThread',
]; // prettier-ignore

/** Checks options and fills in the defaults. */
export function normaliseOptions(options: TtlogOptions): NormalOptions {
  checkOptions('init()', options, KNOWN, "Say init({ service: 'shop' }), or init() for a builder.");
  const { service = 'app', level, record = 'trace', sinks, redact, overflow = 'block', inThread = false } = options;
  if (typeof service !== 'string' || service === '') throw invalidOption('service', 'a non-empty string', service);
  if (level !== undefined) toFilter(level);
  toFilter(record);
  if (sinks !== undefined && !Array.isArray(sinks))
    throw invalidOption('sinks', 'an array of sinks', sinks, 'Say sinks: [consoleSink()].');
  if (typeof inThread !== 'boolean') throw invalidOption('inThread', 'a boolean', inThread);
  if (overflow !== 'block' && overflow !== 'drop') throw invalidOption('overflow', "'block' or 'drop'", overflow);
  return {
    service,
    level,
    record,
    capacityBytes: normaliseCapacity(options),
    channelCapacity: wholeNumber('channelCapacity', options.channelCapacity ?? 1024, 1, 1_048_576),
    sinks: sinks ?? [consoleSink()],
    snapshots: normaliseSnapshots(options.snapshots),
    signals: normaliseSignals(options.signals),
    promote: normalisePromote(options.promote),
    blackBox: normaliseBlackBox(options.blackBox),
    redact: normaliseRedact(redact),
    overflow,
    flushIntervalMs: wholeNumber('flushIntervalMs', options.flushIntervalMs ?? 10, 1, 60_000),
    stallTimeoutMs: wholeNumber('stallTimeoutMs', options.stallTimeoutMs ?? 250, 0, 600_000),
    exitTimeoutMs: wholeNumber('exitTimeoutMs', options.exitTimeoutMs ?? 2000, 0, 600_000),
    statsEveryMs:
      options.statsEveryMs === undefined
        ? undefined
        : wholeNumber('statsEveryMs', options.statsEveryMs, 1000, MAX_TIMER_MS),
    inThread,
  };
}

const PROMOTE_KEYS: readonly (keyof PromoteOptions)[] = ['failed', 'slowMs', 'memoryBytes', 'perTrace', 'perSecond'];

function normalisePromote(promote: TtlogOptions['promote']): PromoteSettings | undefined {
  if (promote === undefined || promote === false) return undefined;
  if (promote === true) return normalisePromote({});
  if (typeof promote !== 'object' || promote === null || Array.isArray(promote))
    throw invalidOption('promote', 'a boolean or an object', promote);
  checkOptions('promote', promote, PROMOTE_KEYS);
  const {
    failed = true,
    slowMs = Infinity,
    memoryBytes = 32 * 1024 * 1024,
    perTrace = 10_000,
    perSecond = 10,
  } = promote;
  if (typeof failed !== 'boolean') throw invalidOption('promote.failed', 'a boolean', failed);
  if (typeof slowMs !== 'number' || !(slowMs >= 0)) throw invalidOption('promote.slowMs', 'milliseconds', slowMs);
  return {
    failed,
    slowMs,
    memoryBytes: wholeNumber('promote.memoryBytes', memoryBytes, 64 * 1024, 1024 * 1024 * 1024),
    perTrace: wholeNumber('promote.perTrace', perTrace, 1, 10_000_000),
    perSecond: wholeNumber('promote.perSecond', perSecond, 1, 1_000_000),
  };
}

function normaliseSignals(signals: TtlogOptions['signals'] = []): readonly NodeJS.Signals[] {
  if (!Array.isArray(signals))
    throw invalidOption('signals', 'an array of signals', signals, "Say signals: ['SIGTERM'].");
  return signals.map((signal) => signalOf('a signal', signal));
}

function normaliseBlackBox(blackBox: boolean | string = false): boolean | string {
  if (typeof blackBox === 'boolean' || (typeof blackBox === 'string' && blackBox !== '')) return blackBox;
  throw invalidOption('blackBox', 'a boolean or the path of a folder', blackBox);
}

function normaliseCapacity({ capacity, capacityBytes }: TtlogOptions): number {
  if (capacityBytes === undefined) {
    const events = wholeNumber(
      'capacity',
      capacity ?? L.DEFAULT_CAPACITY_EVENTS,
      1,
      L.MAX_CAPACITY_BYTES / L.NOMINAL_EVENT_BYTES,
    );
    return capacityBytesOf(events);
  }
  if (capacity !== undefined) throw invalidOption('capacity', 'absent where capacityBytes is given', capacity);
  wholeNumber('capacityBytes', capacityBytes, L.MIN_CAPACITY_BYTES, L.MAX_CAPACITY_BYTES);
  if (capacityBytes % 4096 !== 0)
    throw invalidOption('capacityBytes', 'a multiple of 4096', capacityBytes, 'Memory comes in pages of 4096 bytes.');
  return capacityBytes;
}
