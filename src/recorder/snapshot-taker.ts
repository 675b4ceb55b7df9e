/**
 * Takes the snapshots of a process that goes on: writes them on the thread it is called on (the recorder's, where there is one), compresses them and keeps
 * the folder within its limits in the background, tells the sinks.
 */
import { statSync } from 'node:fs';
import { reasonOf } from '../core/errors.js';
import type { Field, FieldValue } from '../core/field.js';
import { LogLevel } from '../core/level.js';
import { inspector } from './lazy-node.js';
import { mainThreadStack } from './main-stack.js';
import type { MetaMessage } from './meta.js';
import type { SnapshotInfo, SnapshotInput } from './snapshot-file.js';
import { writeSnapshotSync } from './snapshot-file.js';
import type { ProcessFacts } from './snapshot-process.js';
import { uptimeSeconds } from './snapshot-process.js';
import type { Retention } from './snapshot-store.js';
import { compressSnapshot, pruneSnapshots } from './snapshot-store.js';
import type { Trigger } from './snapshot-watch.js';

/** What snapshots that nobody asks for are made of; it crosses threads. */
export interface SnapshotSettings {
  readonly dir: string;
  readonly service: string;
  readonly retention: Required<Retention>;
  /** Of the process, as it was when it began; undefined where nothing takes one by itself. */
  readonly process: ProcessFacts | undefined;
  /** Whether the watched event loop is that of the main thread, whose stack can be asked for. */
  readonly isMainThread: boolean;
}

/**
 * A stack that has not come by then will not come before the stall is over (25 ms, unless the machine is busy). Nothing is delivered meanwhile: the main
 * thread may stand still for us, and must not do so while a sink blocks.
 */
const STACK_TIMEOUT_MS = 1000;
/** Stack lines that the record about a stall has. */
const TOLD_FRAMES = 8;

export class SnapshotTaker {
  /** How many were taken. */
  taken = 0;
  readonly #settings: SnapshotSettings;
  readonly #tell: (meta: MetaMessage) => void;
  #background: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  readonly #ending = new AbortController();

  constructor(settings: SnapshotSettings, tell: (meta: MetaMessage) => void) {
    this.#settings = settings;
    this.#tell = tell;
  }

  /** True while something goes on that needs the event loop of this thread. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /** Takes one for a reason that nobody gave. What goes wrong is told. */
  async takeFor(
    trigger: Trigger,
    rings: SnapshotInput['rings'],
    isDebugged: boolean,
    suppressed: number,
  ): Promise<void> {
    const { origin, reason, facts, error } = trigger;
    const { dir, service } = this.#settings;
    const told: Record<string, FieldValue> = { reason, ...(facts as Record<string, FieldValue>) };
    const input: SnapshotInput = {
      dir,
      service,
      reason,
      origin,
      rings,
      extra: suppressed === 0 ? facts : { ...facts, suppressed },
      ...this.#processNow(),
      ...(error === undefined ? {} : { describedError: error }),
    };
    try {
      const { path } = writeSnapshotSync(input);
      this.taken++;
      // At once without the stack: whoever watches over a process that hangs may be about to kill it.
      if (facts['is_over'] === false) Object.assign(told, await this.#addStack(input, path, isDebugged));
      void this.#inBackground(() => this.#finish(path, origin, told));
    } catch (failure) {
      told['err'] = reasonOf(failure);
      this.#tell({ level: LogLevel.Error, message: 'A snapshot could not be written', fields: fieldsOf(told) });
    }
  }

  /** Takes one that somebody asked for; resolves when it is compressed. Throws at once where it cannot be written. */
  take(input: SnapshotInput): Promise<SnapshotInfo> {
    const raw = writeSnapshotSync(input);
    this.taken++;
    return this.#inBackground(() => compressSnapshot(raw.path, this.#ending.signal)).then((path) => ({
      ...raw,
      path,
      bytes: sizeOf(path) ?? raw.bytes,
    }));
  }

  /** What is under way is undone or finished soon: raw snapshots are compressed at the next start. */
  async end(): Promise<void> {
    this.#ending.abort();
    await this.#background;
  }

  /** What hangs is told at once, where its snapshot is as long as it is not compressed. */
  async #finish(path: string, origin: string, told: Record<string, FieldValue>): Promise<void> {
    if (origin === 'stall') this.#tellTaken({ ...told, snapshot: path });
    const compressed = await compressSnapshot(path, this.#ending.signal);
    if (origin !== 'stall' && origin !== 'periodic') this.#tellTaken({ ...told, snapshot: compressed });
  }

  async #addStack(input: SnapshotInput, path: string, isDebugged: boolean): Promise<Record<string, FieldValue>> {
    const stack = await this.#stack(isDebugged);
    if (typeof stack === 'string') return { no_stack: stack };
    writeSnapshotSync({ ...input, extra: { ...input.extra, stack }, replaces: path });
    return { stack: stack.slice(0, TOLD_FRAMES).join('\n') };
  }

  /** The frames, or why there are none. */
  async #stack(isDebugged: boolean): Promise<string[] | string> {
    if (!this.#settings.isMainThread) return 'only the main thread can be asked';
    if (isDebugged) return 'a debugger is attached';
    try {
      inspector();
      const frames = await mainThreadStack(STACK_TIMEOUT_MS);
      return frames.length > 0 ? frames : 'it is in native code, which cannot be interrupted';
    } catch (error) {
      return reasonOf(error);
    }
  }

  #processNow(): { process?: ProcessFacts } {
    const then = this.#settings.process;
    if (then === undefined) return {};
    const memory = { rss: process.memoryUsage.rss() };
    return { process: { ...then, memory, resources: { ...process.resourceUsage() }, uptimeSeconds: uptimeSeconds() } };
  }

  #tellTaken(told: Record<string, FieldValue>): void {
    const isStall = told['is_over'] === false;
    const message = isStall ? 'The event loop stands still' : 'A snapshot was taken';
    this.#tell({ level: LogLevel.Warn, message, fields: fieldsOf(told) });
  }

  /** One after the other, however many are asked for at once. */
  async #inBackground<T>(work: () => Promise<T>): Promise<T> {
    const { dir, retention } = this.#settings;
    const done = this.#background.then(work);
    this.#waiting++;
    this.#background = done
      .then(() => pruneSnapshots(dir, retention))
      .then(
        () => this.#waiting--,
        () => this.#waiting--,
      );
    return done;
  }
}

function fieldsOf(values: Readonly<Record<string, FieldValue>>): Field[] {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
