/** The `snapshots` option of `init()`: where, how many, and what for. The only place that sees it raw. */
import { checkOptions, invalidOption } from '../core/errors.js';
import type { Retention } from '../recorder/snapshot-store.js';
import { DEFAULT_KEEP } from '../recorder/snapshot-store.js';
import type { TriggerSettings } from '../recorder/snapshot-watch.js';
import { signalOf } from './signals.js';
import { wholeNumber } from './whole-number.js';

/** Many errors at once. */
export interface ErrorRate {
  /** So many records at error level and above, from 1 to 100000 … */
  errors: number;
  /** … within this time. ms. @default 1000 */
  withinMs?: number;
}

/** Where snapshots are kept, how many, and what they are taken for. */
export interface SnapshotOptions {
  /** The folder for snapshot files; made (0700) when the first is written. @default './ttlog-snapshots' */
  dir?: string;
  /** How many files of the service are kept; the oldest go first. @default 20 */
  keep?: number;
  /** Files older than this go. ms. @default Infinity */
  maxAgeMs?: number;
  /** How large all files of the service may be together; the newest stays in any case. Bytes. @default Infinity */
  maxBytes?: number;
  /** Leave one when the process crashes (uncaught exception, unhandled rejection). @default true */
  crash?: boolean;
  /** Leave one when the process ends with another status than 0. @default false */
  onExit?: boolean;
  /** Takes one, and goes on, whenever the process gets this signal, such as `'SIGUSR2'`. @default none */
  signal?: NodeJS.Signals;
  /**
   * Takes one when the first span of a trace in this process ends failed (a failure inside that was handled is none); or, with a text, when a span of that
   * name does, wherever it is: `*` stands for any characters.
   *
   * @default false
   */
  failedSpan?: boolean | string;
  /** Takes one when a span, wherever it is, took longer than this. ms. @default Infinity */
  slowSpanMs?: number;
  /** Takes one when there are many records at error level and above: so many within a second, or `{ errors, withinMs }`. @default none */
  errorRate?: number | ErrorRate;
  /**
   * Takes one when the event loop of this thread has stood still for so long, while it still does; with the JavaScript stack of the main thread where V8 can
   * be interrupted. From 20 on. ms. @default Infinity
   */
  stallMs?: number;
  /** Takes one when so much of the heap's limit is used: a share from 0.1 to 1, `true` for 0.9. @default false */
  heap?: boolean | number;
  /** Takes one every so often, where something has been recorded since the last. From 1000 on. ms. @default Infinity */
  everyMs?: number;
  /**
   * The least time between two for the same reason (`crash` of a process that lives on, `failedSpan`, `slowSpanMs`, `errorRate`, `stallMs`, `heap`); those that
   * come sooner are counted. ms.
   *
   * @default 60000
   */
  cooldownMs?: number;
}

/** Checked, with the defaults filled in. */
export interface NormalSnapshots {
  readonly dir: string;
  readonly retention: Required<Retention>;
  readonly crash: boolean;
  readonly onExit: boolean;
  readonly signal: NodeJS.Signals | undefined;
  readonly cooldownMs: number;
  /** undefined = none is taken unless somebody asks, or the process ends. */
  readonly triggers: TriggerSettings | undefined;
}

const DEFAULT_DIR = './ttlog-snapshots';
const DEFAULT_COOLDOWN_MS = 60_000;
const DEFAULT_HEAP_SHARE = 0.9;
const DEFAULT_ERRORS_WITHIN_MS = 1000;

const KEYS: readonly (keyof SnapshotOptions)[] = [
  'dir', 'keep', 'maxAgeMs', 'maxBytes', 'crash', 'onExit', 'signal', 'failedSpan', 'slowSpanMs', 'errorRate', 'stallMs', 'heap', 'everyMs',
  'cooldownMs',
]; // prettier-ignore

export function normaliseSnapshots(snapshots: boolean | string | SnapshotOptions | undefined): NormalSnapshots {
  if (snapshots === undefined || snapshots === false) return normalise({ crash: false });
  if (snapshots === true) return normalise({});
  if (typeof snapshots === 'string') return normalise({ dir: snapshots });
  if (typeof snapshots !== 'object' || snapshots === null)
    throw invalidOption('snapshots', 'a folder, an object or a boolean', snapshots);
  checkOptions('snapshots', snapshots, KEYS);
  return normalise(snapshots);
}

function normalise(options: SnapshotOptions): NormalSnapshots {
  const { dir = DEFAULT_DIR, keep = DEFAULT_KEEP, maxAgeMs = Infinity, maxBytes = Infinity, signal } = options;
  const { crash = true, onExit = false, cooldownMs = DEFAULT_COOLDOWN_MS } = options;
  if (typeof dir !== 'string' || dir === '') throw invalidOption('snapshots.dir', 'the path of a folder', dir);
  if (typeof crash !== 'boolean') throw invalidOption('snapshots.crash', 'a boolean', crash);
  if (typeof onExit !== 'boolean') throw invalidOption('snapshots.onExit', 'a boolean', onExit);
  return {
    dir,
    retention: {
      keep: wholeNumber('snapshots.keep', keep, 1, 1_000_000),
      maxAgeMs: atLeast('maxAgeMs', maxAgeMs, 1000, 'milliseconds'),
      maxBytes: atLeast('maxBytes', maxBytes, 1, 'bytes'),
    },
    crash,
    onExit,
    signal: signal === undefined ? undefined : signalOf('snapshots.signal', signal),
    cooldownMs: atLeast('cooldownMs', cooldownMs, 0, 'milliseconds'),
    triggers: triggersOf(options, cooldownMs),
  };
}

function triggersOf(options: SnapshotOptions, cooldownMs: number): TriggerSettings | undefined {
  const { failedSpan = false, slowSpanMs = Infinity, stallMs = Infinity, everyMs = Infinity } = options;
  if (typeof failedSpan !== 'boolean' && (typeof failedSpan !== 'string' || failedSpan === ''))
    throw invalidOption('snapshots.failedSpan', 'a boolean or names of spans', failedSpan);
  const triggers: TriggerSettings = {
    failedSpan,
    slowSpanMs: atLeast('slowSpanMs', slowSpanMs, 0, 'milliseconds'),
    ...errorRateOf(options.errorRate),
    stallMs: atLeast('stallMs', stallMs, 20, 'milliseconds'),
    heapShare: heapShareOf(options.heap),
    everyMs: atLeast('everyMs', everyMs, 1000, 'milliseconds'),
    cooldownMs,
  };
  const { slowSpanMs: slow, errors, stallMs: stall, heapShare, everyMs: every } = triggers;
  const isAsked = failedSpan !== false || [slow, errors, stall, heapShare, every].some((value) => value !== Infinity);
  return isAsked ? triggers : undefined;
}

function errorRateOf(rate: SnapshotOptions['errorRate']): { errors: number; errorsWithinMs: number } {
  if (rate === undefined) return { errors: Infinity, errorsWithinMs: DEFAULT_ERRORS_WITHIN_MS };
  if (typeof rate === 'number') return errorRateOf({ errors: rate });
  if (typeof rate !== 'object' || rate === null)
    throw invalidOption('snapshots.errorRate', 'a number or { errors, withinMs }', rate);
  checkOptions('snapshots.errorRate', rate, ['errors', 'withinMs']);
  const { errors, withinMs = DEFAULT_ERRORS_WITHIN_MS } = rate;
  return {
    errors: wholeNumber('snapshots.errorRate.errors', errors, 1, 100_000),
    errorsWithinMs: atLeast('errorRate.withinMs', withinMs, 1, 'milliseconds'),
  };
}

function heapShareOf(heap: SnapshotOptions['heap'] = false): number {
  if (heap === false) return Infinity;
  if (heap === true) return DEFAULT_HEAP_SHARE;
  if (typeof heap !== 'number' || !(heap >= 0.1 && heap <= 1))
    throw invalidOption('snapshots.heap', 'a boolean or a share from 0.1 to 1', heap);
  return heap;
}

function atLeast(name: string, value: number, least: number, unit: string): number {
  if (typeof value === 'number' && value >= least) return value;
  throw invalidOption(`snapshots.${name}`, `${unit}, ${least} or more`, value);
}
