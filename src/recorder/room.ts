import * as L from '../core/layout.js';
import type { LocalDrive } from './local.js';
import { Patience } from './patience.js';
import { ReaderBlock } from './reader-block.js';
import type { Recorder } from './recorder.js';

/** What a writer that waits may do about it; see `RecorderThread`. */
export interface ReadingThread {
  hurry(): void;
  standIn(work: (recorder: Recorder) => boolean): boolean;
}

/** How often a writer that waits looks whether the recorder still moves. */
const LOOK_MS = 5;

/**
 * The writer's side of overflow: before a segment with owed records is overwritten, it waits here for its readers, as long as they
 * make progress. Once nothing has moved for `stallTimeoutMs` it stops waiting until something moves again: a dead disk never
 * freezes the service. What is lost then is counted by the cursor that is lapped.
 */
export class Room {
  readonly #control: Int32Array;
  readonly #stallTimeoutMs: number;
  /** Where a reader stood when waiting for it was given up: until it has moved it is not waited for. Each for itself: one that is stuck costs the others nothing. */
  #threadStalledAt: number | undefined;
  #localStalledAt: number | undefined;
  #foreignStalledAt: number | undefined;

  constructor(control: Int32Array, stallTimeoutMs: number) {
    this.#control = control;
    this.#stallTimeoutMs = stallTimeoutMs;
  }

  /** For the recorder thread. */
  makeByThread(thread: ReadingThread, i32: Int32Array, owedWords: number, mayWait: boolean): void {
    const block = new ReaderBlock(i32, L.READER_THREAD);
    if (!block.isAttached || block.hasDelivered(owedWords)) return;
    if (!mayWait || !this.#wait(block, owedWords, thread)) block.noteOverrun(owedWords);
  }

  /** For the in-thread twin, which does its work on the spot. */
  makeByLocal(drive: LocalDrive, i32: Int32Array, owedWords: number, mayWait: boolean): void {
    const block = new ReaderBlock(i32, L.READER_LOCAL);
    if (!block.isAttached || block.hasDelivered(owedWords)) return;
    if (mayWait && block.delivered !== this.#localStalledAt) drive.drain(this.#stallTimeoutMs);
    if (block.hasDelivered(owedWords)) return;
    this.#localStalledAt = block.delivered;
    block.noteOverrun(owedWords);
  }

  /**
   * For the in-thread twin of another thread: that one may be waiting for the writer, so only what it does itself is progress.
   * Whatever it does next ends the stall.
   */
  makeByForeign(wake: () => void, i32: Int32Array, owedWords: number, mayWait: boolean): void {
    const block = new ReaderBlock(i32, L.READER_LOCAL);
    if (!block.isAttached || block.hasDelivered(owedWords)) return;
    if (mayWait && block.delivered !== this.#foreignStalledAt) {
      wake();
      const patience = new Patience(() => block.delivered, this.#stallTimeoutMs);
      while (!patience.isOver) {
        const seen = block.delivered;
        if (block.hasDelivered(owedWords) || !block.isAttached) return;
        block.wait(seen, LOOK_MS);
      }
      this.#foreignStalledAt = block.delivered;
    }
    if (!block.hasDelivered(owedWords)) block.noteOverrun(owedWords);
  }

  /** As long as any reader gets on with anything. */
  #patience(): Patience {
    return new Patience(() => Atomics.load(this.#control, L.CONTROL_PROGRESS), this.#stallTimeoutMs);
  }

  /** True where that made room. A sink that takes nothing is waited for here, as long as anything moves: who begins anew knows nothing of it. */
  #readUntil(recorder: Recorder, block: ReaderBlock, owedWords: number): boolean {
    const patience = this.#patience();
    for (;;) {
      const result = recorder.pass();
      if (block.hasDelivered(owedWords)) return true;
      if (result === 'done') return false;
      if (result === 'more') continue;
      if (patience.isOver) return false;
      block.wait(block.delivered, LOOK_MS);
    }
  }

  /** True once there is room. */
  #wait(block: ReaderBlock, owedWords: number, thread: ReadingThread): boolean {
    if (block.delivered === this.#threadStalledAt) return false;
    const patience = this.#patience();
    thread.hurry();
    for (;;) {
      const seen = block.delivered;
      if (block.hasDelivered(owedWords) || !block.isAttached) return true;
      if (!thread.standIn((recorder) => this.#readUntil(recorder, block, owedWords))) block.wait(seen, LOOK_MS);
      if (patience.isOver) {
        this.#threadStalledAt = block.delivered;
        return block.hasDelivered(owedWords);
      }
    }
  }
}
