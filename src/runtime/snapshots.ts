/** The snapshots of a running ttlog: at a crash, at an exit that is no success, on a signal, for a trigger, on request. */
import { resolve } from 'node:path';
import { getLogger } from '../core/logger.js';
import { openRing } from '../core/ring-of-thread.js';
import { state } from '../core/state.js';
import { recorderProgram } from '../recorder/carried-program.js';
import type { RecorderHandle } from '../recorder/index.js';
import type { ProcessFacts } from '../recorder/snapshot-process.js';
import type { SnapshotInfo, SnapshotInput } from '../recorder/snapshot.js';
import type { SnapshotSettings } from '../recorder/snapshot-taker.js';
import { startHeartbeat } from './heartbeat.js';
import { actOnSignal } from './signals.js';
import type { NormalSnapshots } from './snapshot-options.js';

/** What snapshots need from the rest of ttlog. */
export interface SnapshotParts {
  readonly recorder: RecorderHandle;
  /** The rings of other threads. */
  readonly otherRings: () => SharedArrayBuffer[];
  readonly flushSync: () => void;
}

export class Snapshots {
  readonly dir: string;
  readonly #service: string;
  readonly #options: NormalSnapshots;
  /** Taken on this thread, at once. */
  taken = 0;
  #facts: ProcessFacts | undefined;
  #parts: SnapshotParts | undefined;
  /** A snapshot of the crash has been written. */
  #hasCrashed = false;
  #endHeartbeat: () => void = nothing;

  constructor(service: string, options: NormalSnapshots) {
    this.#service = service;
    this.#options = options;
    // The working directory may be another one by the time of the crash.
    this.dir = resolve(options.dir);
  }

  /** For whoever takes those that nobody asks for. */
  get settings(): SnapshotSettings {
    const { retention, triggers, crash, signal } = this.#options;
    // 0.5 ms, which nobody waits for later.
    if (crash || triggers !== undefined || signal !== undefined) this.#facts = recorderProgram().processFacts();
    const facts = triggers === undefined ? undefined : this.#facts;
    return { dir: this.dir, service: this.#service, retention, process: facts, isMainThread: state.threadId === 0 };
  }

  /** Returns what takes it all back. */
  install(parts: SnapshotParts): () => void {
    this.#parts = parts;
    const { crash, signal, triggers, retention, cooldownMs } = this.#options;
    const undo: (() => void)[] = [];
    if (signal !== undefined) undo.push(actOnSignal(signal, () => this.#takeForSignal(signal)));
    if (triggers !== undefined) {
      this.#endHeartbeat = startHeartbeat(state.control, triggers, (lateMs, isHeapFull) =>
        parts.recorder.beat(lateMs, isHeapFull),
      );
      undo.push(() => this.#endHeartbeat());
    }
    if (crash) {
      undo.push(
        recorderProgram().installCrashSnapshot({
          input: () => this.input(),
          deliver: parts.flushSync,
          onSnapshot: () => {
            this.#hasCrashed = true;
            this.taken++;
          },
          onFailure: (error) => tellFailure('crash', error),
          cooldownMs,
        }),
      );
    }
    if (crash || triggers !== undefined) {
      // Those that an earlier crash left raw. A process that ends meanwhile need not wait for it: the next one will do it.
      const compressing = new AbortController();
      undo.push(() => compressing.abort());
      void recorderProgram().compressSnapshots(this.dir, { ...retention, signal: compressing.signal });
    }
    return () => {
      for (const each of undo) each();
    };
  }

  /** The process ends: whoever waits for that is not stalled. */
  atExit(code: number): void {
    this.#endHeartbeat();
    if (code === 0 || !this.#options.onExit || this.#hasCrashed) return;
    const reason = `exit ${code}`;
    try {
      this.takeSync(reason, 'exit');
    } catch (error) {
      tellFailure(reason, error);
    }
  }

  takeSync(reason: string, origin = 'call'): SnapshotInfo {
    const info = recorderProgram().writeSnapshotSync({ ...this.input(), reason, origin });
    this.taken++;
    return info;
  }

  /** This thread only says what it alone knows; the recorder thread copies the rings. */
  take(reason: string, origin = 'call'): Promise<SnapshotInfo> {
    const { processFacts, processFactsNow } = recorderProgram();
    const process = processFactsNow((this.#facts ??= processFacts()));
    return this.#running.recorder.snapshot({ ...this.input(), reason, origin, process });
  }

  input(): Omit<SnapshotInput, 'reason' | 'origin' | 'error'> {
    return {
      dir: this.dir,
      service: this.#service,
      rings: [openRing().buffer, ...this.#running.otherRings()],
      openSpans: recorderProgram().listOpenSpans(this.#service, state.threadId),
    };
  }

  get #running(): SnapshotParts {
    if (this.#parts === undefined) throw new Error('Snapshots are taken after install()');
    return this.#parts;
  }

  #takeForSignal(signal: NodeJS.Signals): void {
    const reason = `signal ${signal}`;
    this.take(reason, 'signal').catch((error: unknown) => tellFailure(reason, error));
  }
}

/** For those who did not ask for it just now. */
function tellFailure(reason: string, error: unknown): void {
  getLogger('ttlog').error('A snapshot could not be written', { reason, err: error });
}

function nothing(): void {}
