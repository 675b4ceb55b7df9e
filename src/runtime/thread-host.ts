/** The side of the thread that called `init()`: it lets other threads find its recorder, and knows their rings. */
import type { BroadcastChannel, Worker } from 'node:worker_threads';
import * as L from '../core/layout.js';
import { getLogger } from '../core/logger.js';
import { state } from '../core/state.js';
import { sharedProgram } from '../recorder/carried-program.js';
import type { RecorderHandle } from '../recorder/index.js';
import { crypto, isWorkerThread, threadIdHere, workerThreads } from '../recorder/lazy-node.js';
import { attachReader, ReaderBlock } from '../recorder/reader-block.js';
import { ringBytes, viewRing } from '../recorder/ring-view.js';
import { RingSource } from '../recorder/snapshot-rings.js';
import type { ThreadRing } from '../recorder/thread-data.js';
import type { HostInfo, Settings, ToHost } from '../recorder/threads.js';
import { ENVIRONMENT_KEY, listen, post, receive, SettingsBlock, TO_THREADS } from '../recorder/threads.js';
import { hashKey } from './host.js';
import type { LobbyHost } from './lobby.js';
import { lobby, ringKey } from './lobby.js';

/** Rings of threads that have ended stay for the next snapshot: the newest of them, this many. */
const MAX_ENDED_RINGS = 4;

/**
 * Then their memory is for workers to come, up to this many rings. V8 counts no shared memory when it decides whether a collection is
 * worth while: without this, 200 short-lived workers that wrote 5 MB each left 1.2 GB.
 */
const MAX_FREE_RINGS = 8;

interface ForeignRing {
  readonly buffer: SharedArrayBuffer;
  readonly i32: Int32Array;
  readonly lineage: readonly number[];
}

/** A name for the channel of one `init()`. */
export function channelName(): string {
  return `ttlog.host/${L.LAYOUT_VERSION}/${threadIdHere()}/${crypto().randomBytes(8).toString('hex')}`;
}

/** Numbers of records of all other threads. */
export interface ForeignCounts {
  recorded: number;
  dropped: number;
}

export class ThreadHost implements LobbyHost {
  readonly #channel: string;
  readonly #recorder: RecorderHandle;
  readonly #settings: () => Settings;
  readonly #giveUp: (ring: SharedArrayBuffer) => void;
  readonly #block = new SettingsBlock(state.control);
  readonly #fromThreads: BroadcastChannel;
  /** Threads that have missed `open`. They take no other host than the main thread's. */
  readonly #lobby = isWorkerThread() ? undefined : lobby();
  /** By thread and first segment: what a thread announces twice is one ring. */
  readonly #rings = new Map<string, ForeignRing>();
  /** The newest last. */
  readonly #ended: ForeignRing[] = [];
  #isClosed = false;
  #host: HostInfo | undefined;
  readonly #endedCounts: ForeignCounts = { recorded: 0, dropped: 0 };
  readonly #onWorker = (worker: Worker): void => {
    const id = worker.threadId;
    worker.once('exit', () => this.#threadEnded(id));
  };

  /** `giveUp`: the memory of an ended thread's ring is of no use to anybody. */
  constructor(
    channel: string,
    recorder: RecorderHandle,
    settings: () => Settings,
    giveUp: (ring: SharedArrayBuffer) => void,
  ) {
    this.#channel = channel;
    this.#giveUp = giveUp;
    this.#recorder = recorder;
    this.#settings = settings;
    this.#fromThreads = new (workerThreads().BroadcastChannel)(channel);
    listen(this.#fromThreads, (message) => {
      this.#take(message as ToHost);
      this.update();
    });
  }

  /** From now on threads find us, those that run already and those to come. */
  open(ring: SharedArrayBuffer): void {
    state.settingsSeen = this.#block.write(this.#settings());
    const control = state.control.buffer as SharedArrayBuffer;
    const settings = this.#block.memory;
    const host = {
      channel: this.#channel,
      threadId: threadIdHere(),
      lineage: [],
      control,
      settings,
      ring,
      program: sharedProgram(),
      hashKey: hashKey(),
      free: [],
    };
    this.#host = host;
    workerThreads().setEnvironmentData(ENVIRONMENT_KEY, host);
    process.on('worker', this.#onWorker);
    state.publishFilters = () => this.#publish();
    post(TO_THREADS, { host });
    this.#lobby?.attach(this);
    const lost = this.#lobby?.takeLost() ?? 0;
    if (lost > 0) getLogger('ttlog').warn('Records of threads that ended before init() were not kept', { lost });
  }

  close(): void {
    this.#isClosed = true;
    state.publishFilters = nothing;
    process.off('worker', this.#onWorker);
    workerThreads().setEnvironmentData(ENVIRONMENT_KEY, undefined);
    post(TO_THREADS, { end: this.#channel });
    // For those that do not return to their event loop.
    state.settingsSeen = Atomics.add(state.control, L.CONTROL_SETTINGS, 2) + 2;
    this.#fromThreads.close();
    this.#lobby?.attach(undefined);
    for (const { buffer, i32, lineage } of this.#rings.values()) {
      if (Atomics.load(i32, L.CLOSED_I32) === 0) this.#lobby?.keep(buffer, lineage.at(-1)!);
    }
    this.#rings.clear();
    this.#ended.length = 0;
  }

  /** Takes what has been announced up to now, without the event loop. */
  update(): void {
    if (this.#isClosed) return;
    // A thread announces its ring again before it closes it. Only those that were closed before we looked are known to be announced no more.
    const closed = [...this.#rings].filter(([, { i32 }]) => Atomics.load(i32, L.CLOSED_I32) === 1);
    for (let message = receive(this.#fromThreads); message !== undefined; message = receive(this.#fromThreads)) {
      this.#take(message as ToHost);
    }
    this.#lobby?.update();
    for (const [key, ring] of closed) this.#release(key, ring);
  }

  /** The rings of all other threads, and of some that have ended. */
  get buffers(): SharedArrayBuffer[] {
    this.update();
    return [...this.#ended, ...this.#rings.values()].map(({ buffer }) => buffer);
  }

  get counts(): ForeignCounts {
    this.update();
    const counts = { ...this.#endedCounts };
    for (const ring of this.#rings.values()) addCounts(counts, ring);
    return counts;
  }

  /** Called where the recorder thread may have begun to listen, or settings of ours have changed. */
  look(): void {
    state.settingsSeen = Atomics.load(state.control, L.CONTROL_SETTINGS);
  }

  /** Whoever has us already does not mind. */
  answer(): void {
    if (this.#host !== undefined) post(TO_THREADS, { host: this.#host });
  }

  /** Its thread has not attached our readers, nor judged its records by our filter. */
  takeLeft(buffer: SharedArrayBuffer, thread: number): void {
    const ring = viewRing(ringBytes(buffer));
    for (const reader of [L.READER_THREAD, L.READER_LOCAL]) {
      if ((this.#recorder.readers & (1 << reader)) !== 0) attachReader(ring, reader);
    }
    const rejudgeUntilWords = Atomics.load(ring.i32, L.PUBLISHED_I32);
    this.#addRing({ buffer, rejudgeUntilWords, filterText: state.deliverFilter.text }, [thread]);
  }

  #publish(): void {
    state.settingsSeen = this.#block.write(this.#settings());
    post(TO_THREADS, { settings: this.#channel });
  }

  #take(message: ToHost): void {
    if ('ring' in message) this.#addRing(message.ring, message.lineage);
    else if ('ended' in message) this.#threadEnded(message.ended);
    else this.#recorder.hurry();
  }

  #addRing(announced: ThreadRing, lineage: readonly number[]): void {
    const { buffer } = announced;
    const i32 = new Int32Array(buffer, 0, L.HEADER_BYTES >> 2);
    const key = ringKey(i32);
    if (this.#rings.has(key)) return;
    this.#lobby?.forget(i32);
    this.#rings.set(key, { buffer, i32, lineage });
    this.#recorder.addForeignRing(announced);
  }

  /** `worker.terminate()` leaves it no time to say so itself. */
  #threadEnded(id: number): void {
    if (this.#isClosed) return;
    this.update();
    for (const { i32, lineage } of this.#rings.values()) {
      if (lineage.includes(id)) Atomics.store(i32, L.CLOSED_I32, 1);
    }
    this.#recorder.hurry();
  }

  /** The memory of a ring for a worker to come. */
  #pool({ buffer, i32 }: ForeignRing): void {
    if (this.#host === undefined) return;
    const isFree = (memory: SharedArrayBuffer): boolean =>
      new Int32Array(memory, 0, L.HEADER_BYTES >> 2)[L.FREE_I32] === 1;
    const free = this.#host.free.filter(isFree);
    if (free.length >= MAX_FREE_RINGS) return this.#giveUp(buffer);
    Atomics.store(i32, L.FREE_I32, 1);
    this.#host = { ...this.#host, free: [...free, buffer] };
    workerThreads().setEnvironmentData(ENVIRONMENT_KEY, this.#host);
  }

  /** Lets go of a closed ring once it has been read to the end. */
  #release(key: string, ring: ForeignRing): void {
    const { i32, buffer } = ring;
    if ([L.READER_THREAD, L.READER_LOCAL].some((reader) => new ReaderBlock(i32, reader).isAttached)) return;
    if (!this.#rings.delete(key)) return;
    this.#recorder.removeRing(buffer);
    addCounts(this.#endedCounts, ring);
    this.#ended.push(ring);
    if (this.#ended.length > MAX_ENDED_RINGS) this.#pool(this.#ended.shift()!);
  }
}

function addCounts(counts: ForeignCounts, { buffer }: ForeignRing): void {
  const { recorded, dropped } = new RingSource(buffer);
  counts.recorded += recorded;
  counts.dropped += dropped;
}

function nothing(): void {}
