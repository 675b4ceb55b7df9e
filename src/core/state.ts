/**
 * The state of this thread's ttlog, in one place: `globalThis[Symbol.for('ttlog.core/1')]`. An ESM and a CommonJS build, or two
 * copies of the package, find the same object there and are one ttlog. Only plain data and plain functions live in it;
 * whoever reads it must not depend on `instanceof` or on #private members of the copy that put something in.
 */
import type { InstalledBackend } from './backend.js';
import { useClock } from './clock.js';
import type { Told } from './error-lines.js';
import type { Filter } from './filter.js';
import { compileFilter, resolveFilter, STANDARD_FILTER } from './filter.js';
import { seedIds } from './ids.js';
import { CONTROL_BYTES, LAYOUT_VERSION } from './layout.js';
import { LogLevel, parseLevel } from './level.js';
import { newMemory, platform } from './platform.js';
import type { Redactor } from './redact.js';
import { createRedactor } from './redact.js';
import type { Ring } from './ring.js';
import type { Scope, ScopeStore } from './scope.js';
import type { Span } from './span.js';
import { flatCopy, Target } from './target.js';

/** What the platform can do for the core, installed by `src/runtime` where there is Node; the core runs without. */
interface Host {
  /** Node's `util.inspect`, for `inspect(v)`. */
  inspect: ((value: unknown) => string) | null;
  /** The text that stands for a value marked `redact: 'hash'`. */
  hash: ((text: string) => string) | null;
  /** What it is keyed with, the same in all threads; null until somebody needs it. */
  hashKey: string | null;
}

export interface CoreState {
  readonly version: number;
  /** The ring of this thread; made at the first record. */
  ring: Ring | null;
  /** Number of the first segment of the next ring: beyond those of the rings before, so that nothing stale looks new. */
  nextFirstSegment: number;
  /** Id of the next context, bindings or span: they outlive a ring, so the next ring must not give the same ids to others. */
  nextReferableId: number;
  /** worker_threads' number of this thread; 0 the main thread, or nobody has said. */
  threadId: number;
  /** Size of the next ring where nobody asks for another; 0 = the default. */
  ringCapacityBytes: number;
  /** Memory of an ended thread's ring, for the next ring of this one; null where there is none of that size. */
  ringMemory: (bytes: number) => SharedArrayBuffer | null;
  /** Called with each new ring of this thread, before its first record. */
  ringOpened: (ring: Ring) => void;
  /** Called as well: the captures of `ttlog/testing`. */
  readonly ringFollowers: Set<(ring: Ring) => void>;
  /** The clock and the ids of every copy of the core, for tests that put others in their place. */
  readonly copies: { readonly useClock: typeof useClock; readonly seedIds: typeof seedIds }[];
  /** Shared with the recorder; see layout.ts, CONTROL_*. A thread that joins another's recorder has that one's. */
  control: Int32Array;
  /** CONTROL_SETTINGS when it was last looked at; where it is another, `wake` is called. */
  settingsSeen: number;
  /** The one AsyncLocalStorage; null until `src/context` is loaded, or where there is none. */
  scopes: ScopeStore | null;
  /** What sinks of one's own run in: none of the requests that happen to be there, and known to what must not feed itself. */
  readonly sinkScope: Scope;
  /** A backend somebody installed; null = the ring, without the detour of building a LogEvent. */
  backend: InstalledBackend | null;
  readonly targets: Map<string, Target>;
  /** The target of a bare call outside any span: the service, '' before it has a name (readers put in the name). */
  rootTarget: Target;
  recordFilter: Filter;
  deliverFilter: Filter;
  /** Lowest level that some sink wants whatever the filter says; Off = none. */
  sinkLevel: LogLevel;
  /** Below it no target records: the whole check of a disabled call. */
  minRecordLevel: number;
  redactor: Redactor;
  readonly host: Host;
  /** Called when a record is owed and CONTROL_SLEEPING is not 0. */
  wake: () => void;
  /** Called before a segment that holds owed records is overwritten. Returns when it may be. */
  makeRoom: (ring: Ring, owedWords: number) => void;
  /** Delivers what has been recorded so far, and returns when that is done. */
  flushSync: () => void;
  /** Open spans, in no order, bounded; null from `openSpanCount` on. */
  readonly openSpans: (Span | null)[];
  openSpanCount: number;
  /** Errors that have had a line at error level, and in which traces; see error-lines.ts. */
  readonly errorsTold: WeakMap<object, Told>;
  /** The last few of those that ttlog has told of by itself, the newest last. */
  readonly newestErrorsTold: WeakRef<object>[];
  /** The spans around such lines. */
  readonly spansTold: WeakSet<object>;
  /** Those of them in which something failed, and was not just logged. */
  readonly spansFailed: WeakSet<object>;
  /** True for errors that are answers, not failures; installed by what knows their classes. May throw. */
  isExpectedError: (error: object) => boolean;
  /** Called when the filters have changed, for the other threads. */
  publishFilters: () => void;
  /** What the main thread keeps of threads that know of no ttlog. */
  lobby: unknown;
  /** How this thread takes part in another thread's ttlog; null where it does not, or is that thread. */
  joined: unknown;
  /** The composition root's handle, so that two builds have one. */
  runtime: unknown;
}

const KEY = Symbol.for(`ttlog.core/${LAYOUT_VERSION}`);

function environment(name: string): string | undefined {
  try {
    return platform.process?.env?.[name];
  } catch {
    return undefined; // Deno asks for a permission
  }
}

/** The filter of the environment: `TTLOG` if it says something valid. */
export function environmentFilter(): Filter | undefined {
  const text = environment('TTLOG');
  if (text === undefined) return undefined;
  const filter = compileFilter(text, 'lenient');
  return filter.isEmpty === true ? undefined : filter;
}

/** `LOG_LEVEL`, used where neither `TTLOG` nor code says anything. */
export function fallbackFilter(): Filter {
  const level = parseLevel(environment('LOG_LEVEL'));
  return level === undefined ? STANDARD_FILTER : { text: environment('LOG_LEVEL')!, base: level, rules: [] };
}

function createState(): CoreState {
  const created: CoreState = {
    version: LAYOUT_VERSION,
    ring: null,
    nextFirstSegment: 0,
    nextReferableId: 1,
    threadId: 0,
    ringCapacityBytes: 0,
    ringMemory: noMemory,
    ringOpened: nothing,
    ringFollowers: new Set(),
    copies: [],
    control: new Int32Array(newMemory(CONTROL_BYTES)),
    settingsSeen: 0,
    scopes: null,
    sinkScope: { context: null, span: null, disposed: false, outer: undefined, silence: 0, foreign: null },
    backend: null,
    targets: new Map(),
    rootTarget: new Target(''),
    recordFilter: { text: 'trace', base: LogLevel.Trace, rules: [] },
    deliverFilter: environmentFilter() ?? fallbackFilter(),
    sinkLevel: LogLevel.Off,
    minRecordLevel: LogLevel.Trace,
    redactor: createRedactor(),
    host: { inspect: null, hash: null, hashKey: null },
    wake: nothing,
    makeRoom: nothing,
    flushSync: nothing,
    openSpans: [],
    openSpanCount: 0,
    errorsTold: new WeakMap(),
    newestErrorsTold: [],
    spansTold: new WeakSet(),
    spansFailed: new WeakSet(),
    isExpectedError: no,
    publishFilters: nothing,
    lobby: undefined,
    joined: null,
    runtime: undefined,
  };
  created.targets.set('', created.rootTarget);
  applyFilters(created, created.rootTarget);
  return created;
}

function nothing(): void {}

function no(): boolean {
  return false;
}

function noMemory(): null {
  return null;
}

const shared = globalThis as unknown as Record<symbol, CoreState | undefined>;

/** This thread's state. */
export const state: CoreState = (shared[KEY] ??= createState());
state.copies.push({ useClock, seedIds });

/** The target of that name, with the thresholds that hold for it; made at the first use. */
export function targetOf(name: string): Target {
  const known = state.targets.get(name);
  if (known !== undefined) return known;
  const target = new Target(flatCopy(name));
  applyFilters(state, target);
  state.targets.set(target.name, target);
  return target;
}

/** Names that come from outside may be without number: beyond this many they are judged each time, and not kept. */
const MAX_TARGETS_FROM_OUTSIDE = 4096;

/** As `targetOf`, for a name that nobody has asked a logger for. */
export function targetNamed(name: string): Target {
  const known = state.targets.get(name);
  if (known !== undefined) return known;
  if (state.targets.size < MAX_TARGETS_FROM_OUTSIDE) return targetOf(name);
  const target = new Target(name);
  applyFilters(state, target);
  return target;
}

/** The same; a name that is empty stands for the service, as in a bare call. */
export function targetOrRoot(name: string): Target {
  return name === '' ? state.rootTarget : targetNamed(name);
}

/** The target of the spans of a library: apart from the one of that name that loggers have. */
export function libraryTarget(name: string): Target {
  const key = `\0${name}`;
  const known = state.targets.get(key);
  if (known !== undefined) return known;
  const target = new Target(flatCopy(name), true);
  applyFilters(state, target);
  if (state.targets.size < MAX_TARGETS_FROM_OUTSIDE) state.targets.set(key, target);
  return target;
}

/**
 * The target of that name for records of which somebody else has decided whether they are delivered: a logger with a level of its own. What
 * is recorded, and what sinks with a level of their own get, is as everywhere.
 */
export function decidedTarget(name: string, isDelivered: boolean): Target {
  const key = `${name}\0${isDelivered ? 'delivered' : 'kept'}`;
  const known = state.targets.get(key);
  if (known !== undefined) return known;
  const target = new Target(flatCopy(name), false, isDelivered);
  applyFilters(state, target);
  state.targets.set(key, target);
  return target;
}

/** Brings a changed filter or sink level to every target at once: calls read only their target's thresholds. */
export function filtersChanged(): void {
  let lowest = state.recordFilter.base;
  for (const rule of state.recordFilter.rules) if (rule.level < lowest) lowest = rule.level;
  state.minRecordLevel = lowest;
  for (const target of state.targets.values()) applyFilters(state, target);
  state.publishFilters();
}

function applyFilters(of: CoreState, target: Target): void {
  target.recordLevel = resolveFilter(of.recordFilter, target.name);
  target.deliverLevel =
    target.decided === null
      ? resolveFilter(of.deliverFilter, target.name)
      : target.decided
        ? LogLevel.Trace
        : LogLevel.Off;
  target.owedLevel = Math.min(target.deliverLevel, of.sinkLevel);
}
