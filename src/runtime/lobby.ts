/** On the main thread: what threads recorded that know of no ttlog yet, kept for the one to come. */
import type { BroadcastChannel, Worker } from 'node:worker_threads';
import * as L from '../core/layout.js';
import { state } from '../core/state.js';
import { workerThreads } from '../recorder/lazy-node.js';
import { RingSource } from '../recorder/snapshot-rings.js';
import type { Seeking } from '../recorder/threads.js';
import { listen, receive, SEEKING } from '../recorder/threads.js';

/** Most that is kept of threads that have ended; the oldest go first. A process that never calls `init()` keeps no more either. */
const MAX_LEFT_BYTES = 32 * 1024 * 1024;

/** The running ttlog, as threads that look for one need it. */
export interface LobbyHost {
  /** Says where it is. */
  answer(): void;
  /** Delivers a ring whose thread has ended without having found it. */
  takeLeft(buffer: SharedArrayBuffer, threadId: number): void;
}

interface WaitingRing {
  readonly threadId: number;
  readonly buffer: SharedArrayBuffer;
  readonly i32: Int32Array;
}

/** A thread has at most one ring at a time, and its rings go on counting segments. */
export function ringKey(i32: Int32Array): string {
  return `${i32[L.THREAD_ID_I32]}/${i32[L.FIRST_SEGMENT_I32]}`;
}

/** The one of this process, whichever build of ttlog was first. */
export function lobby(): Lobby {
  return (state.lobby ??= new Lobby()) as Lobby;
}

export class Lobby {
  readonly #rings = new Map<string, WaitingRing>();
  /** Opened with the first worker, or the first ttlog. */
  #seeking: BroadcastChannel | undefined;
  #host: LobbyHost | undefined;
  /** Records that were not kept. */
  #lost = 0;

  constructor() {
    process.on('worker', (worker: Worker) => {
      const id = worker.threadId;
      this.#open();
      worker.once('exit', () => this.#threadEnded(id));
    });
  }

  /** From now on this one is told; undefined: nobody. */
  attach(host: LobbyHost | undefined): void {
    this.#host = host;
    this.#open();
    this.update();
  }

  /** Takes what has been said up to now, without the event loop. */
  update(): void {
    this.#receive();
    this.#settle();
  }

  /** The ring of a thread that goes on without a ttlog. */
  keep(buffer: SharedArrayBuffer, threadId: number): void {
    const i32 = new Int32Array(buffer, 0, L.HEADER_BYTES >> 2);
    this.#rings.set(ringKey(i32), { threadId, buffer, i32 });
  }

  /** Its thread has told the host itself, after it had told us. */
  forget(i32: Int32Array): void {
    this.#receive();
    this.#rings.delete(ringKey(i32));
  }

  /** Records that were lost since the last call. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  #open(): void {
    if (this.#seeking !== undefined) return;
    this.#seeking = new (workerThreads().BroadcastChannel)(SEEKING);
    listen(this.#seeking, (message) => {
      this.#take(message as Seeking);
      this.#settle();
    });
  }

  #receive(): void {
    for (let message = receive(this.#seeking); message !== undefined; message = receive(this.#seeking)) {
      this.#take(message as Seeking);
    }
  }

  #take({ seeking, ring, alone }: Seeking): void {
    if (alone) {
      for (const [key, { threadId }] of this.#rings) if (threadId === seeking) this.#rings.delete(key);
      return;
    }
    if (ring !== null) this.keep(ring, seeking);
    this.#host?.answer();
  }

  /** `worker.terminate()` leaves it no time to say so itself. */
  #threadEnded(id: number): void {
    this.update();
    for (const { threadId, i32 } of this.#rings.values()) if (threadId === id) Atomics.store(i32, L.CLOSED_I32, 1);
    this.#settle();
  }

  #settle(): void {
    const left = [...this.#rings].filter(([, { i32 }]) => Atomics.load(i32, L.CLOSED_I32) === 1);
    let bytes = this.#host === undefined ? left.reduce((sum, [, { i32 }]) => sum + usedBytes(i32), 0) : 0;
    for (const [key, { threadId, buffer, i32 }] of left) {
      if (this.#host === undefined && bytes <= MAX_LEFT_BYTES) return;
      this.#rings.delete(key);
      if (this.#host !== undefined) this.#host.takeLeft(buffer, threadId);
      else this.#lost += new RingSource(buffer).recorded;
      bytes -= usedBytes(i32);
    }
  }
}

/** Memory that nobody has written to costs nothing. */
function usedBytes(i32: Int32Array): number {
  const segments = i32[L.SEGMENT_I32] - i32[L.FIRST_SEGMENT_I32] + 1;
  return Math.min(segments * i32[L.SEGMENT_BYTES_I32], i32[L.CAPACITY_BYTES_I32]) + i32[L.DICTIONARY_LENGTH_I32];
}
