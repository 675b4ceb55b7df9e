/** The composition root: the only place where core, recorder, sinks and snapshots meet. */
import { TtlogError } from '../core/errors.js';
import * as L from '../core/layout.js';
import { LogLevel, parseLevel } from '../core/level.js';
import { setLevel, toFilter } from '../core/levels.js';
import { getLogger } from '../core/logger.js';
import { createRedactor } from '../core/redact.js';
import { closeRing, openRing, replaceRing } from '../core/ring-of-thread.js';
import { environmentFilter, fallbackFilter, filtersChanged, state, targetOf } from '../core/state.js';
import type { RecorderHandle } from '../recorder/index.js';
import { recorderProgram, threadProgram } from '../recorder/carried-program.js';
import { fs, timersPromises } from '../recorder/lazy-node.js';
import type { SnapshotInfo } from '../recorder/snapshot.js';
import type { Settings } from '../recorder/threads.js';
import type { BlackBox } from './black-box.js';
import { openBlackBox } from './black-box.js';
import { TtlogBuilder } from './builder.js';
import type { TtlogHandle, TtlogStats } from './handle.js';
import { installHost } from './host.js';
import { JoinedHandle } from './joined-handle.js';
import { joinedThread, joinThreads, standAlone } from './joined-thread.js';
import type { NormalOptions, TtlogOptions } from './options.js';
import { normaliseOptions } from './options.js';
import { prometheusText } from './prometheus.js';
import { redactorOf } from './redact-options.js';
import { endOnSignals } from './signals.js';
import { Snapshots } from './snapshots.js';
import { recordStats } from './stats-record.js';
import { channelName, ThreadHost } from './thread-host.js';
import { expectStart, startTried } from './unfinished.js';

/** CONTROL_SLEEPING of a process at its end: every record is delivered at once. */
const AT_THE_END = 8;
/** So often a process that is about to end goes on to read what has been recorded: sinks that log about every batch must not keep it alive. */
const MAX_LAST_READS = 8;

/**
 * `init()` without options starts nothing: it returns a builder, whose last word starts ttlog. Where that is never said, stderr is told.
 *
 * @example
 * import { init } from 'ttlog';
 * const handle = init().service('shop').level('info').init();
 * handle.service; // => 'shop'
 * await handle.shutdown();
 */
export function init(): TtlogBuilder;
/**
 * Starts ttlog: what has been recorded since the process began is delivered, and so is what comes. Without sinks records go to the
 * console: pretty on a terminal, JSON otherwise.
 *
 * @throws TtlogError `ERR_ALREADY_INITIALIZED` while another `init()` has not been shut down; `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import { info, init } from 'ttlog';
 * import { memorySink } from 'ttlog/sinks';
 * const memory = memorySink();
 * const handle = init({ service: 'shop', level: 'info', sinks: [memory] });
 * info('User logged in', { user_id: 123 });
 * await handle.shutdown();
 * memory.records[0]?.values; // => { user_id: 123 }
 */
export function init(options: TtlogOptions): TtlogHandle;
export function init(options?: TtlogOptions): TtlogBuilder | TtlogHandle {
  if (options !== undefined) return start(options);
  expectStart();
  return new TtlogBuilder(start);
}

/** The running ttlog of this thread, whichever build started it. */
export function runningHandle(): TtlogHandle | undefined {
  return state.runtime as TtlogHandle | undefined;
}

function start(options: TtlogOptions): TtlogHandle {
  startTried();
  if (state.runtime !== undefined) {
    throw new TtlogError(
      'ERR_ALREADY_INITIALIZED',
      `Expected init() to be called once, but '${(state.runtime as TtlogHandle).service}' is running. Call await handle.shutdown() first, or use the handle that the first init() returned.`,
    );
  }
  const normal = normaliseOptions(options);
  joinThreads();
  const joined = joinedThread();
  if (joined === undefined) standAlone();
  const running = joined === undefined ? new Running(normal) : new JoinedHandle(joined);
  state.runtime = running;
  tellIgnoredEnvironment();
  return running;
}

/** What somebody typed into the environment and got wrong must not stop a service, nor go unnoticed. */
function tellIgnoredEnvironment(): void {
  const { TTLOG, LOG_LEVEL } = process.env;
  const log = getLogger('ttlog');
  if (TTLOG !== undefined && TTLOG.trim() !== '' && environmentFilter() === undefined)
    log.warn('TTLOG in the environment is neither a level nor directives, and is ignored', {
      value: TTLOG.slice(0, 200),
      reason: 'Expected a level, or directives such as warn,db=debug,http.*=trace',
    });
  if (LOG_LEVEL !== undefined && LOG_LEVEL.trim() !== '' && parseLevel(LOG_LEVEL) === undefined)
    log.warn('LOG_LEVEL in the environment is no level, and is ignored', {
      value: LOG_LEVEL.slice(0, 200),
      reason: 'Expected trace, debug, info, warn, error, fatal or off',
    });
}

class Running implements TtlogHandle {
  private readonly options: NormalOptions;
  private readonly recorder: RecorderHandle;
  private readonly threads: ThreadHost;
  private readonly uninstall: (() => void)[] = [];
  private readonly snapshots: Snapshots;
  private readonly box: BlackBox | undefined;
  private ended: Promise<void> | undefined;

  constructor(options: NormalOptions) {
    this.options = options;
    this.snapshots = new Snapshots(options.service, options.snapshots);
    installHost();
    // First what can fail: a start that throws changes nothing.
    const channel = channelName();
    this.recorder = recorderProgram().createRecorder({
      threadProgram: threadProgram(),
      sinks: options.sinks,
      service: options.service,
      flushIntervalMs: options.flushIntervalMs,
      stallTimeoutMs: options.stallTimeoutMs,
      overflow: options.overflow,
      promote: options.promote,
      snapshots: this.snapshots.settings,
      triggers: options.snapshots.triggers,
      inThread: options.inThread,
      batchRecords: options.channelCapacity,
      control: state.control,
      channel,
    });
    this.threads = new ThreadHost(
      channel,
      this.recorder,
      () => this.settings(),
      (ring) => this.box?.forget(ring),
    );
    const boot = this.applyOptions();
    this.box = this.openBox(boot?.buffer);
    this.deliverFrom(boot);
    this.box?.takeOver(this.recorder, this.snapshots.dir);
    this.installHooks();
    this.threads.open(openRing().buffer);
  }

  get service(): string {
    return this.options.service;
  }

  /** Nobody reads the rings yet. */
  private openBox(boot: SharedArrayBuffer | undefined): BlackBox | undefined {
    const { blackBox, service } = this.options;
    if (blackBox === false) return undefined;
    const dir = blackBox === true ? undefined : blackBox;
    const opened = openBlackBox({ dir, service, threadId: state.threadId });
    if (opened === undefined) return undefined;
    if (boot !== undefined) opened.keep(boot);
    opened.keep(openRing().buffer);
    return opened;
  }

  get blackBox(): string | undefined {
    return this.box?.folder;
  }

  /** Filters, redaction, ring. Returns the ring of before, where there was one, and how far it had got. */
  private applyOptions(): { buffer: SharedArrayBuffer; words: number } | undefined {
    const { options } = this;
    const before = state.ring;
    const boot =
      before === null ? undefined : { buffer: before.buffer, words: Atomics.load(before.i32, L.PUBLISHED_I32) };
    if (options.redact !== undefined) state.redactor = redactorOf(options.redact);
    if (options.redact !== undefined || (before !== null && before.i32[L.CAPACITY_BYTES_I32] !== options.capacityBytes))
      closeRing();
    if (state.ring === null) replaceRing(options.capacityBytes);
    state.rootTarget = targetOf(options.service);
    state.recordFilter = toFilter(options.record);
    state.deliverFilter =
      environmentFilter() ?? (options.level === undefined ? fallbackFilter() : toFilter(options.level));
    state.sinkLevel = lowestSinkLevel(options);
    Atomics.store(state.control, L.CONTROL_SINK_LEVEL, state.sinkLevel);
    filtersChanged();
    return boot;
  }

  /** What holds for the other threads too. */
  private settings(): Settings {
    const { options } = this;
    return {
      service: options.service,
      record: state.recordFilter,
      deliver: state.deliverFilter,
      sinkLevel: state.sinkLevel,
      capacityBytes: options.capacityBytes,
      redact: options.redact?.settings ?? null,
      overflow: options.overflow,
      stallTimeoutMs: options.stallTimeoutMs,
      exitTimeoutMs: options.exitTimeoutMs,
      snapshotDir: this.snapshots.dir,
      snapshotOnCrash: options.snapshots.crash,
      blackBox: this.box?.folder ?? null,
      readers: this.recorder.readers,
    };
  }

  /** What was recorded before init() is judged by the filter that holds now. */
  private deliverFrom(boot: { buffer: SharedArrayBuffer; words: number } | undefined): void {
    const ring = openRing();
    const rejudge =
      boot === undefined ? undefined : { rejudgeUntilWords: boot.words, filterText: state.deliverFilter.text };
    if (boot !== undefined && boot.buffer !== ring.buffer) this.recorder.addRing(boot.buffer, rejudge);
    this.recorder.addRing(ring.buffer, boot?.buffer === ring.buffer ? rejudge : undefined);
  }

  private installHooks(): void {
    const { recorder, options, threads } = this;
    state.wake = () => {
      threads.look();
      recorder.wake();
    };
    state.makeRoom = (ring, owedWords) => recorder.makeRoom(ring.buffer, owedWords);
    state.flushSync = () => void this.flushSync();
    const onExit = (code: number): void => {
      this.snapshots.atExit(code);
      const isDelivered = this.deliverAtEnd();
      this.box?.end(isDelivered);
      // What later exit handlers record is delivered record by record: there is no later.
      Atomics.or(state.control, L.CONTROL_SLEEPING, AT_THE_END);
      state.wake = () => void this.flushSync();
    };
    process.on('exit', onExit);
    this.uninstall.push(() => process.off('exit', onExit));
    this.settleBeforeExit();
    if (options.statsEveryMs !== undefined) this.uninstall.push(recordStats(options.statsEveryMs, () => this.stats()));
    this.uninstall.push(
      endOnSignals(options.signals, () => {
        const isDelivered = this.deliverAtEnd();
        this.box?.end(isDelivered);
      }),
      this.snapshots.install({
        recorder,
        otherRings: () => threads.buffers,
        flushSync: () => void this.flushSync(),
      }),
    );
  }

  /** True where nothing is left. */
  private deliverAtEnd(): boolean {
    const isDelivered = this.flushSync();
    const { waiting } = this.recorder.stats();
    if (!isDelivered || waiting > 0) tellLeftovers('the process', this.options.exitTimeoutMs, waiting);
    return isDelivered;
  }

  /** A process that ends because nothing keeps it alive still has an event loop: sinks on this thread that need one may use it. */
  private settleBeforeExit(): void {
    const { recorder, options } = this;
    let leftMs = options.exitTimeoutMs;
    let readsLeft = MAX_LAST_READS;
    const settle = async (): Promise<void> => {
      const since = performance.now();
      await recorder.settle(leftMs);
      leftMs -= performance.now() - since;
    };
    const onBeforeExit = (): void => {
      // What has not been read yet may be for a sink that needs the event loop, too.
      const isUnread = recorder.isBehind && readsLeft-- > 0;
      if ((isUnread || recorder.hasUnsettled) && leftMs > 0) void settle();
    };
    process.on('beforeExit', onBeforeExit);
    this.uninstall.push(() => process.off('beforeExit', onBeforeExit));
  }

  snapshotSync(reason: string): SnapshotInfo {
    return this.snapshots.takeSync(reason);
  }

  async snapshot(reason: string): Promise<SnapshotInfo> {
    return this.snapshots.take(reason);
  }

  flush(): Promise<void> {
    state.backend?.flush();
    this.threads.update();
    return this.recorder.flush();
  }

  flushSync(): boolean {
    state.backend?.flush();
    this.threads.update();
    return this.recorder.flushSync(this.options.exitTimeoutMs);
  }

  setLevel(level: Parameters<TtlogHandle['setLevel']>[0]): void {
    setLevel(level);
  }

  stats(): TtlogStats {
    const others = this.threads.counts;
    const ring = openRing();
    const counts = this.recorder.stats();
    return {
      recorded: ring.records + others.recorded,
      dropped: ring.dropped + others.dropped,
      ...counts,
      snapshots: counts.snapshots + this.snapshots.taken,
      spans: this.recorder.spans(),
      openSpans: state.openSpanCount,
      capacityBytes: ring.segmentBytes * ring.segmentCount,
    };
  }

  metrics(): string {
    return prometheusText(this.stats());
  }

  shutdown(): Promise<void> {
    this.ended ??= this.end();
    return this.ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  private async end(): Promise<void> {
    // A sink that is stalled forever must not hold up the end: stop() delivers too, and gives up. Until then the process lives: somebody awaits this.
    const waiting = new AbortController();
    const { exitTimeoutMs } = this.options;
    const tooLong = timersPromises().setTimeout(exitTimeoutMs, undefined, { signal: waiting.signal }).catch(nothing);
    await Promise.race([this.flush(), tooLong]);
    waiting.abort();
    this.threads.update();
    this.threads.close();
    const isDelivered = await this.recorder.stop();
    if (!isDelivered) tellLeftovers('shutdown()', exitTimeoutMs, this.recorder.stats().waiting);
    this.box?.end(true);
    for (const undo of this.uninstall.splice(0)) undo();
    state.wake = nothing;
    state.makeRoom = nothing;
    state.flushSync = nothing;
    state.sinkLevel = LogLevel.Off;
    state.rootTarget = targetOf('');
    state.recordFilter = toFilter(LogLevel.Trace);
    state.deliverFilter = environmentFilter() ?? fallbackFilter();
    state.redactor = createRedactor();
    closeRing();
    filtersChanged();
    state.runtime = undefined;
  }
}

function nothing(): void {}

/** Something ends with records undelivered: say so where somebody may see it. */
function tellLeftovers(who: string, exitTimeoutMs: number, waiting: number): void {
  const left = waiting > 0 ? `; sinks hold ${waiting} records` : '';
  try {
    fs().writeSync(
      2,
      `ttlog: ${who} ends before everything is delivered: a sink does not take it (exitTimeoutMs ${exitTimeoutMs})${left}\n`,
    );
  } catch {
    // nobody listens
  }
}

/** The lowest level that a sink asks for itself. */
function lowestSinkLevel({ sinks }: NormalOptions): LogLevel {
  let lowest: LogLevel = LogLevel.Off;
  for (const sink of sinks) {
    const level = parseLevel((sink as { level?: unknown }).level);
    if (level !== undefined && level < lowest) lowest = level;
  }
  return lowest;
}
