/** What `init()` returns in a thread that takes part in another's ttlog. */
import { TtlogError } from '../core/errors.js';
import { setLevel } from '../core/levels.js';
import { openRing } from '../core/ring-of-thread.js';
import { state } from '../core/state.js';
import { fs, timersPromises } from '../recorder/lazy-node.js';
import type { SnapshotInfo } from '../recorder/snapshot.js';
import type { TtlogHandle, TtlogStats } from './handle.js';
import { prometheusText } from './prometheus.js';
import type { JoinedThread } from './joined-thread.js';

const LOOK_MS = 2;

export class JoinedHandle implements TtlogHandle {
  readonly #thread: JoinedThread;

  constructor(thread: JoinedThread) {
    this.#thread = thread;
    thread.handle = this;
  }

  get service(): string {
    return this.#thread.settings?.service ?? '';
  }

  get blackBox(): string | undefined {
    return this.#thread.settings?.blackBox ?? undefined;
  }

  async snapshot(reason: string): Promise<SnapshotInfo> {
    const raw = this.snapshotSync(reason);
    const path = await this.#thread.program.compressSnapshot(raw.path);
    return { ...raw, path, bytes: fs().statSync(path).size };
  }

  snapshotSync(reason: string): SnapshotInfo {
    if (this.#thread.settings === undefined) {
      throw new TtlogError(
        'ERR_SNAPSHOT_FAILED',
        'Expected the ttlog of the main thread to be running, but it has been shut down. Take snapshots before its shutdown().',
      );
    }
    return this.#thread.program.writeSnapshotSync({ ...this.#thread.snapshotInput(), reason, origin: 'call' });
  }

  async flush(): Promise<void> {
    state.backend?.flush();
    const request = this.#thread.requestFlush();
    while (!this.#thread.isFlushed(request) && !this.#thread.isTried(request))
      await timersPromises().setTimeout(LOOK_MS);
  }

  flushSync(): boolean {
    state.backend?.flush();
    return this.#thread.flushSync();
  }

  setLevel(level: Parameters<TtlogHandle['setLevel']>[0]): void {
    setLevel(level);
  }

  /** Of this thread; what is delivered is counted by the handle of the thread that delivers. */
  stats(): TtlogStats {
    const { records, dropped, segmentBytes, segmentCount } = openRing();
    return {
      recorded: records,
      dropped,
      delivered: 0,
      lapped: 0,
      sinkErrors: 0,
      waiting: 0,
      missed: 0,
      promoted: 0,
      stories: 0,
      storiesSuppressed: 0,
      snapshots: 0,
      snapshotsSuppressed: 0,
      spans: [],
      openSpans: state.openSpanCount,
      capacityBytes: segmentBytes * segmentCount,
    };
  }

  metrics(): string {
    return prometheusText(this.stats());
  }

  async shutdown(): Promise<void> {
    if (state.runtime !== this) return;
    await this.flush();
    state.runtime = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}
