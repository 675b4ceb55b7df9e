/**
 * How the threads of an application find its ttlog, and what they say to each other. Nothing of it needs an event loop on the way of a
 * record: a thread announces its ring on a BroadcastChannel that the recorder thread empties by itself.
 */
import type { BroadcastChannel, MessagePort } from 'node:worker_threads';
import type { Filter } from '../core/filter.js';
import * as L from '../core/layout.js';
import type { LogLevel } from '../core/level.js';
import type { RedactSettings } from '../core/redact.js';
import { workerThreads } from './lazy-node.js';
import type { ThreadRing } from './thread-data.js';

/** Key of `worker_threads.setEnvironmentData`: every worker that is started after `init()` finds a `HostInfo` there. */
export const ENVIRONMENT_KEY = `ttlog.host/${L.LAYOUT_VERSION}`;
/** BroadcastChannel from the thread that called `init()` to all others. */
export const TO_THREADS = `ttlog.threads/${L.LAYOUT_VERSION}`;
/** BroadcastChannel of threads that know of no host: the main thread answers once there is a host. */
export const SEEKING = `ttlog.seeking/${L.LAYOUT_VERSION}`;

/** What other threads need to know of a running ttlog. */
export interface HostInfo {
  /** Name of the BroadcastChannel that leads to it; another for each `init()`. */
  readonly channel: string;
  /** The thread that called `init()`. */
  readonly threadId: number;
  /** The threads that a worker was started by, from below the host's on: when one ends, so do those it started. */
  readonly lineage: readonly number[];
  readonly control: SharedArrayBuffer;
  /** See `SettingsBlock`. */
  readonly settings: SharedArrayBuffer;
  /** The host's own ring: for the snapshot of a thread that dies, and for its clock pair. */
  readonly ring: SharedArrayBuffer;
  /** The recorder's, as `sharedProgram` has it. */
  readonly program: SharedArrayBuffer;
  /** What values marked 'hash' are hashed with. */
  readonly hashKey: string;
  /** Memory of rings whose threads have ended. Whoever takes FREE_I32 from 1 to 0 has it. */
  readonly free: readonly SharedArrayBuffer[];
}

/** From a thread to the host and its recorder thread. */
export type ToHost =
  | { readonly ring: ThreadRing; readonly lineage: readonly number[] }
  /** A worker has ended, and the workers that it had started. */
  | { readonly ended: number }
  | { readonly wake: true };

/** From a thread that knows of no host: when it begins to wait, with each new ring, and when it ends with a ring that nobody has read. */
export interface Seeking {
  /** `worker_threads.threadId`. */
  readonly seeking: number;
  readonly ring: SharedArrayBuffer | null;
  /** It has a ttlog of its own now. */
  readonly alone: boolean;
}

/** From the host to the threads. */
export type ToThreads =
  | { readonly host: HostInfo }
  | { readonly settings: string }
  /** The host has shut down. */
  | { readonly end: string };

/** What holds for all threads of an application. */
export interface Settings {
  readonly service: string;
  readonly record: Filter;
  readonly deliver: Filter;
  readonly sinkLevel: LogLevel;
  readonly capacityBytes: number;
  /** null = the default list. */
  readonly redact: RedactSettings | null;
  readonly overflow: 'block' | 'drop';
  readonly stallTimeoutMs: number;
  readonly exitTimeoutMs: number;
  readonly snapshotDir: string;
  readonly snapshotOnCrash: boolean;
  /** Folder of the process's black box; null where there is none. */
  readonly blackBox: string | null;
  /** Bits, as `RecorderHandle.readers`. */
  readonly readers: number;
}

const SETTINGS_BYTES = 64 * 1024;

/** The settings as text in shared memory, so that a thread that never returns to its event loop sees them too. */
export class SettingsBlock {
  readonly #control: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #length: Int32Array;

  constructor(control: Int32Array, memory: SharedArrayBuffer = new SharedArrayBuffer(SETTINGS_BYTES)) {
    this.#control = control;
    this.#length = new Int32Array(memory, 0, 1);
    this.#bytes = new Uint8Array(memory, 4);
  }

  get memory(): SharedArrayBuffer {
    return this.#bytes.buffer as SharedArrayBuffer;
  }

  /** Returns CONTROL_SETTINGS as it is then. What does not fit (filters of 60 KB) does not reach other threads: they keep what they have. */
  write(settings: Settings): number {
    const text = new TextEncoder().encode(JSON.stringify(settings));
    if (text.length > this.#bytes.length) return Atomics.load(this.#control, L.CONTROL_SETTINGS);
    Atomics.add(this.#control, L.CONTROL_SETTINGS, 1);
    this.#bytes.set(text);
    Atomics.store(this.#length, 0, text.length);
    return Atomics.add(this.#control, L.CONTROL_SETTINGS, 1) + 1;
  }

  /** undefined while they are being written. */
  read(): { readonly settings: Settings; readonly seen: number } | undefined {
    const seen = Atomics.load(this.#control, L.CONTROL_SETTINGS);
    if ((seen & 1) !== 0) return undefined;
    const text = this.#bytes.slice(0, Atomics.load(this.#length, 0));
    if (Atomics.load(this.#control, L.CONTROL_SETTINGS) !== seen) return undefined;
    return { settings: JSON.parse(new TextDecoder().decode(text)) as Settings, seen };
  }
}

/** The channel does not keep its thread alive. Node's types do not know this. */
export function unref(channel: BroadcastChannel): void {
  (channel as unknown as { unref(): void }).unref();
}

/** Hears every message, and does not keep its thread alive. */
export function listen(channel: BroadcastChannel, hear: (message: unknown) => void): void {
  // Node's `addEventListener` of a channel: its types are those of an EventTarget without events.
  const target = channel as unknown as EventTarget;
  target.addEventListener('message', (event) => hear((event as MessageEvent).data));
  unref(channel);
}

/** Sends, and leaves the channel again: who stays would get, and keep, what the others send. */
export function post(channel: string, message: ToHost | ToThreads | Seeking): void {
  const port = new (workerThreads().BroadcastChannel)(channel);
  port.postMessage(message);
  port.close();
}

/** The next message, without the event loop. Node's types know ports only. */
export function receive(channel: BroadcastChannel | undefined): unknown {
  if (channel === undefined) return undefined;
  return workerThreads().receiveMessageOnPort(channel as unknown as MessagePort)?.message;
}
