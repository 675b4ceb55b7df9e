/**
 * The side of every other thread: a worker that loads ttlog takes part in the ttlog of the thread that called `init()`, with a ring
 * of its own and no code for it in the worker.
 */
import type { Worker } from 'node:worker_threads';
import * as L from '../core/layout.js';
import type { RedactSettings } from '../core/redact.js';
import { createRedactor } from '../core/redact.js';
import type { Ring } from '../core/ring.js';
import { closeRing } from '../core/ring-of-thread.js';
import { filtersChanged, state, targetOf } from '../core/state.js';
import type { Program } from '../recorder/evaluate-program.js';
import { evaluateProgram } from '../recorder/evaluate-program.js';
import { isWorkerThread, threadIdHere, workerThreads } from '../recorder/lazy-node.js';
import { attachReader, ReaderBlock } from '../recorder/reader-block.js';
import { ringBytes, viewRing } from '../recorder/ring-view.js';
import { Room } from '../recorder/room.js';
import type { SnapshotInput } from '../recorder/snapshot.js';
import type { ThreadData, ThreadRing } from '../recorder/thread-data.js';
import { hasReached, THREAD_STARTING } from '../recorder/thread-data.js';
import type { HostInfo, Settings, ToHost, ToThreads } from '../recorder/threads.js';
import { ENVIRONMENT_KEY, listen, post, receive, SEEKING, SettingsBlock, TO_THREADS } from '../recorder/threads.js';
import { installHost } from './host.js';
import { keepRing } from './keep-ring.js';
import { lobby } from './lobby.js';
import { redactorOf } from './redact-options.js';

/** CONTROL_SLEEPING of a thread that nobody reads yet. */
const UNREAD = 4;
/** How often it looks whether somebody does, at the most, while it never returns to its event loop. */
const LOOK_MS = 10;

/**
 * Called by the package's entries in every thread. The main thread keeps what workers leave for its `init()`. A worker listens from here on, and joins the ttlog that
 * runs in the thread that started it.
 */
export function joinThreads(): void {
  if (!isWorkerThread()) lobby();
  else if (state.joined === null) {
    state.threadId = threadIdHere();
    state.joined = new JoinedThread();
  }
}

/** True on a recorder thread, which loads ttlog where NODE_OPTIONS say so to every thread. */
export function isRecorderThread(): boolean {
  if (!isWorkerThread()) return false;
  const data = workerThreads().workerData as Partial<ThreadData> | null;
  return typeof data === 'object' && data?.rings !== undefined && data.control instanceof Int32Array;
}

/** This thread starts a ttlog of its own: where it is a worker, its ring is nobody else's business. */
export function standAlone(): void {
  (state.joined as JoinedThread | null)?.standAlone();
}

/** How this thread takes part in another's ttlog; undefined where it does not. */
export function joinedThread(): JoinedThread | undefined {
  const joined = state.joined as JoinedThread | null;
  return joined !== null && joined.settings !== undefined ? joined : undefined;
}

export class JoinedThread {
  #host: HostInfo | undefined;
  #evaluated: Program | undefined;
  #block: SettingsBlock | undefined;
  #room: Room | undefined;
  #announced: Ring | undefined;
  /** The ring of before the host was found: its records are judged by the filter that holds now. */
  #boot: ThreadRing | undefined;
  /** What the redactor of this thread was made of; it outlives a host. */
  #redact: RedactSettings | null = null;
  /** What init() returned in this thread. */
  handle: unknown;
  #lookedAt = 0;
  #isCrashWatched = false;
  readonly #fromHost = new (workerThreads().BroadcastChannel)(TO_THREADS);
  readonly #onWorker = (worker: Worker): void => {
    const id = worker.threadId;
    worker.once('exit', () => this.#send({ ended: id }));
  };
  /** What the host says; undefined where there is none. */
  settings: Settings | undefined;

  constructor() {
    listen(this.#fromHost, (message) => this.#take(message as ToThreads));
    process.on('exit', () => this.#exit());
    const host = workerThreads().getEnvironmentData(ENVIRONMENT_KEY) as unknown as HostInfo | undefined;
    // In a second context of the host's own thread it is no host of ours.
    if (host !== undefined && host.threadId !== state.threadId) this.#join(host);
    else this.#wait();
  }

  /** Where the host itself is: its ring belongs to a snapshot of this thread's. */
  snapshotInput(): Omit<SnapshotInput, 'reason' | 'origin' | 'error'> {
    const { service, snapshotDir } = this.settings!;
    const rings = [this.#host!.ring, ...(state.ring === null ? [] : [state.ring.buffer])];
    return { dir: snapshotDir, service, rings, openSpans: this.program.listOpenSpans(service, state.threadId) };
  }

  /** The recorder's, of the host: whoever only logs, and takes part, does not bring it along. */
  get program(): Program {
    return (this.#evaluated ??= evaluateProgram(Buffer.from(this.#host!.program).toString('latin1')));
  }

  /** Asks for everything so far. Whether that has been handed over says `isFlushed`. */
  requestFlush(): FlushRequest {
    this.#receive();
    this.#update();
    const ring = state.ring;
    const request = Atomics.add(state.control, L.CONTROL_FLUSH_REQUESTED, 1) + 1;
    this.#hurry(true);
    return { ring, words: ring === null ? 0 : Atomics.load(ring.i32, L.PUBLISHED_I32), request };
  }

  /** What is left is left by sinks that fail. */
  isTried({ request }: FlushRequest): boolean {
    return hasReached(state.control, L.CONTROL_FLUSH_TRIED, request);
  }

  isFlushed({ ring, words, request }: FlushRequest): boolean {
    const readers = this.settings?.readers ?? 0;
    const isThreadDone = hasReached(state.control, L.CONTROL_FLUSH_DONE, request);
    if ((readers & (1 << L.READER_THREAD)) !== 0 && !isThreadDone) return false;
    if (ring === null) return true;
    // The recorder thread may have answered before it had heard of this ring.
    return [L.READER_THREAD, L.READER_LOCAL].every((reader) => {
      const block = new ReaderBlock(ring.i32, reader);
      return (readers & (1 << reader)) === 0 || !block.isAttached || block.hasDelivered(words);
    });
  }

  /** No recorder yet: what is recorded stays in the ring, and now and then this thread looks whether there is one. */
  #wait(): void {
    Atomics.or(state.control, L.CONTROL_SLEEPING, UNREAD);
    state.wake = () => {
      const now = performance.now();
      if (now - this.#lookedAt < LOOK_MS) return;
      this.#lookedAt = now;
      this.#receive();
    };
    state.ringOpened = () => this.#seek();
    this.#seek();
  }

  #seek(ring: Ring | null = state.ring): void {
    post(SEEKING, { seeking: state.threadId, ring: ring === null ? null : ring.buffer, alone: false });
  }

  /** This thread has a ttlog of its own from now on. */
  standAlone(): void {
    state.ringOpened = nothing;
    post(SEEKING, { seeking: state.threadId, ring: null, alone: true });
  }

  /**
   * Takes what has been said without the event loop: that the host is gone, or that there is another. No order holds between the messages
   * of this channel and those of other ports, so a thread may have been told by its starter to end before it has heard of either.
   */
  #receive(): void {
    for (let message = receive(this.#fromHost); message !== undefined; message = receive(this.#fromHost)) {
      this.#take(message as ToThreads);
    }
  }

  #take(message: ToThreads): void {
    if ('host' in message) {
      // Another worker's own ttlog is for the workers that it starts.
      if (this.#host === undefined ? message.host.threadId === 0 : message.host.threadId === this.#host.threadId)
        this.#join(message.host);
    } else if ('settings' in message) {
      if (message.settings === this.#host?.channel) this.#lookAnew();
    } else if (message.end === this.#host?.channel) this.#leave();
  }

  #join(host: HostInfo): void {
    // A thread that called init() itself has a ttlog of its own.
    if ((state.runtime !== undefined && state.runtime !== this.handle) || host.channel === this.#host?.channel) return;
    state.host.hashKey = host.hashKey;
    installHost();
    this.#host = { ...host, lineage: [...host.lineage, state.threadId] };
    state.control = new Int32Array(host.control);
    this.#block = new SettingsBlock(state.control, host.settings);
    state.settingsSeen = -1;
    state.ringMemory = (bytes) => takeFree(host.free, bytes);
    state.ringOpened = () => this.#announce();
    state.wake = () => this.#wake();
    state.makeRoom = (ring, owedWords) => this.#makeRoom(ring, owedWords);
    state.flushSync = () => void this.flushSync();
    workerThreads().setEnvironmentData(ENVIRONMENT_KEY, this.#host);
    process.on('worker', this.#onWorker);
    const { ring } = state;
    this.#update(ring);
    this.#announce();
    this.#watchCrashes();
  }

  /** The host has shut down: what comes now waits in the ring, behind what has been handed over. */
  #leave(): void {
    this.settings = undefined;
    this.#block = undefined;
    this.#boot = undefined;
    process.off('worker', this.#onWorker);
    workerThreads().setEnvironmentData(ENVIRONMENT_KEY, undefined);
    state.ringMemory = () => null;
    state.makeRoom = nothing;
    state.flushSync = nothing;
    state.control = new Int32Array(new SharedArrayBuffer(L.CONTROL_BYTES));
    state.settingsSeen = 0;
    this.#announced = undefined;
    this.#wait();
  }

  /** Waits on the spot, as long as the host says that the end may take. */
  flushSync(): boolean {
    const request = this.requestFlush();
    const until = performance.now() + (this.settings?.exitTimeoutMs ?? 0);
    while (!this.isFlushed(request)) {
      const left = until - performance.now();
      if (left <= 0) return false;
      const done = Atomics.load(state.control, L.CONTROL_FLUSH_DONE);
      Atomics.wait(state.control, L.CONTROL_FLUSH_DONE, done, Math.min(left, LOOK_MS));
    }
    return true;
  }

  #wake(): void {
    if (Atomics.load(state.control, L.CONTROL_SETTINGS) !== state.settingsSeen || state.ring !== this.#announced)
      this.#look();
    const asleep = Atomics.and(state.control, L.CONTROL_SLEEPING, ~SLEEPERS) & SLEEPERS;
    if (asleep !== 0) this.#hurry((asleep & (1 << L.READER_LOCAL)) !== 0);
  }

  /** Does what has been said, and makes itself known to who may have begun to listen. */
  #look(): void {
    this.#receive();
    if (this.settings !== undefined) this.#lookAnew();
  }

  #lookAnew(): void {
    this.#update();
    this.#announced = undefined;
    this.#announce();
  }

  #hurry(local: boolean): void {
    Atomics.add(state.control, L.CONTROL_WAKE, 1);
    Atomics.notify(state.control, L.CONTROL_WAKE);
    if (local && ((this.settings?.readers ?? 0) & (1 << L.READER_LOCAL)) !== 0) this.#send({ wake: true });
  }

  /** Does what the host says now. */
  #update(boot: Ring | null = null): void {
    const read = this.#block?.read();
    if (read === undefined) return;
    const { settings, seen } = read;
    const isRedactedAnew = JSON.stringify(settings.redact) !== JSON.stringify(this.#redact);
    const isFirst = this.settings === undefined;
    this.settings = settings;
    if (boot !== null) {
      const rejudgeUntilWords = Atomics.load(boot.i32, L.PUBLISHED_I32);
      this.#boot = { buffer: boot.buffer, rejudgeUntilWords, filterText: settings.deliver.text };
    }
    state.rootTarget = targetOf(settings.service);
    state.recordFilter = settings.record;
    state.deliverFilter = settings.deliver;
    state.sinkLevel = settings.sinkLevel;
    state.ringCapacityBytes = settings.capacityBytes;
    if (isFirst) {
      this.#room = new Room(state.control, settings.stallTimeoutMs);
      if (isRedactedAnew) {
        // Callsites know what is redacted in the ring before; that one is read too.
        this.#announce();
        closeRing();
        this.#redact = settings.redact;
        state.redactor =
          settings.redact === null ? createRedactor() : redactorOf({ settings: settings.redact, censor: undefined });
      }
    }
    filtersChanged();
    state.settingsSeen = seen;
  }

  /** Says where this thread's ring is, which waits for its readers from now on. */
  #announce(): void {
    const { ring } = state;
    if (ring === null || ring === this.#announced || this.settings === undefined) return;
    const { blackBox, service } = this.settings;
    if (blackBox !== null)
      keepRing(this.program, blackBox, ring.buffer, this.program.blackBoxFacts(service, state.threadId));
    const view = viewRing(ringBytes(ring.buffer));
    // One clock for all: rings are merged by their wall time.
    const hostRing = new BigInt64Array(this.#host!.ring, 0, L.HEADER_BYTES >> 3);
    for (const word of [L.ANCHOR_MONOTONIC_NS_I64, L.ANCHOR_EPOCH_NS_I64])
      ring.i64[word] = Atomics.load(hostRing, word);
    for (const reader of [L.READER_THREAD, L.READER_LOCAL]) {
      if ((this.settings.readers & (1 << reader)) !== 0) attachReader(view, reader);
    }
    const { buffer } = ring;
    const boot = buffer === this.#boot?.buffer ? this.#boot : undefined;
    this.#send({
      ring: boot ?? { buffer, rejudgeUntilWords: undefined, filterText: undefined },
      lineage: this.#host!.lineage,
    });
    this.#announced = ring;
    this.#hurry(false);
  }

  #makeRoom(ring: Ring, owedWords: number): void {
    if (this.settings === undefined) return;
    if (ring !== this.#announced) this.#announce();
    const mayWait = this.settings.overflow === 'block';
    const thread = { hurry: () => this.#hurry(false), standIn: () => false };
    this.#room!.makeByThread(thread, ring.i32, owedWords, mayWait);
    this.#room!.makeByForeign(() => this.#hurry(true), ring.i32, owedWords, mayWait);
  }

  /** Also where the thread dies of an exception; not where it is terminated: the thread that started it sees to that. */
  #exit(): void {
    this.#receive();
    if (this.settings === undefined) return this.#leaveRing();
    this.#awaitRecorder();
    this.#lookAnew();
    // What later handlers record is in a ring of its own.
    closeRing();
    this.#hurry(true);
  }

  /** The answer of a host would come too late. */
  #leaveRing(): void {
    const { ring } = state;
    // One that runs a ttlog of its own delivers by itself.
    if (ring === null || state.runtime !== undefined) return;
    closeRing();
    this.#seek(ring);
  }

  /** A recorder thread that is just starting does not listen yet, and the main thread, which does, may be blocked for long. */
  #awaitRecorder(): void {
    const until = performance.now() + this.settings!.exitTimeoutMs;
    while (Atomics.load(state.control, L.CONTROL_RECORDER) === THREAD_STARTING) {
      const left = until - performance.now();
      if (left <= 0) return;
      Atomics.wait(state.control, L.CONTROL_RECORDER, THREAD_STARTING, left);
    }
  }

  #watchCrashes(): void {
    if (this.#isCrashWatched || this.settings?.snapshotOnCrash !== true) return;
    this.#isCrashWatched = true;
    this.program.installCrashSnapshot({
      input: () => (this.settings === undefined ? undefined : this.snapshotInput()),
      deliver: () => this.#hurry(true),
    });
  }

  #send(message: ToHost): void {
    if (this.#host !== undefined) post(this.#host.channel, message);
  }
}

/** One of them is ours, if we are the first to take it. */
function takeFree(free: readonly SharedArrayBuffer[], bytes: number): SharedArrayBuffer | null {
  for (const memory of free) {
    if (memory.byteLength !== bytes) continue;
    if (Atomics.compareExchange(new Int32Array(memory), L.FREE_I32, 1, 0) === 1) return memory;
  }
  return null;
}

/** Bits of CONTROL_SLEEPING that a record takes away. */
const SLEEPERS = (1 << L.READER_THREAD) | (1 << L.READER_LOCAL);

interface FlushRequest {
  readonly ring: Ring | null;
  readonly words: number;
  readonly request: number;
}

function nothing(): void {}
