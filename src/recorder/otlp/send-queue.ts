// Requests on their way to one receiver: sent, sent again, given up.
import type { Answer } from './post.js';

/** An encoded request, and how many records it carries. */
export interface Batch {
  readonly body: Uint8Array;
  readonly records: number;
}

/** Requests at a time while all is well; the first one after a failure goes alone. */
const MAX_IN_FLIGHT = 4;

export interface SendQueueOptions {
  readonly queueBytes: number;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** True where a newer batch says all that an older one does: of metrics that only grow. */
  readonly newestOnly: boolean;
  post(body: Uint8Array): Promise<Answer>;
  /** A batch was accepted. */
  onAccepted(batch: Batch, answer: Uint8Array): void;
  /** An attempt failed that will be repeated. */
  onRetry(reason: string): void;
  /** A batch is gone: refused with a reason, or fallen out of the queue. */
  onLost(batch: Batch, reason: string | undefined): void;
}

interface Entry extends Batch {
  /** Batches are numbered as they come. */
  readonly number: number;
}

interface Waiter {
  /** Waits for batches up to this number. */
  readonly upTo: number;
  readonly resolve: (isDone: boolean) => void;
}

export class SendQueue {
  readonly #options: SendQueueOptions;
  /** Oldest first. */
  #waiting: Entry[] = [];
  readonly #inFlight = new Set<Entry>();
  readonly #waiters = new Set<Waiter>();
  #bytes = 0;
  #records = 0;
  #lastNumber = 0;
  /** Failures in a row. */
  #failures = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  /** The receiver asked not to be asked before. */
  #notBefore = 0;
  #isClosed = false;

  constructor(options: SendQueueOptions) {
    this.#options = options;
  }

  /** Records that have been neither accepted nor given up. */
  get records(): number {
    return this.#records;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#inFlight.size === 0;
  }

  add(batch: Batch): void {
    if (this.#options.newestOnly) this.#drop(this.#waiting.length);
    this.#waiting.push({ ...batch, number: ++this.#lastNumber });
    this.#bytes += batch.body.length;
    this.#records += batch.records;
    while (this.#bytes > this.#options.queueBytes && this.#waiting.length > 0) this.#lose(this.#waiting[0], undefined);
    this.#send();
  }

  /**
   * Resolves to true when all that has been added so far is accepted or given up; false after `ms` without that. What waits for another
   * attempt is tried at once, unless the receiver has asked for patience.
   */
  settled(ms: number): Promise<boolean> {
    if (this.isEmpty) return Promise.resolve(true);
    if (this.#retryTimer !== undefined) {
      this.#failures = 0;
      this.#retryAfter(0);
    }
    return new Promise((resolve) => {
      const waiter: Waiter = {
        upTo: this.#lastNumber,
        resolve: (isDone) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(isDone);
        },
      };
      const timer = setTimeout(() => waiter.resolve(false), ms);
      this.#waiters.add(waiter);
    });
  }

  /** Sends nothing more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retryTimer);
    for (const waiter of this.#waiters) waiter.resolve(false);
  }

  #send(): void {
    if (this.#isClosed || this.#retryTimer !== undefined) return;
    const most = this.#failures === 0 ? MAX_IN_FLIGHT : 1;
    while (this.#waiting.length > 0 && this.#inFlight.size < most) {
      const entry = this.#waiting.shift()!;
      this.#inFlight.add(entry);
      void this.#deliver(entry);
    }
  }

  async #deliver(entry: Entry): Promise<void> {
    const answer = await this.#options.post(entry.body);
    this.#inFlight.delete(entry);
    if (this.#isClosed) return;
    if (answer.kind === 'retry') this.#fail(entry, answer.reason, answer.afterMs);
    else {
      this.#failures = 0;
      if (answer.kind === 'accepted') {
        this.#forget(entry);
        this.#options.onAccepted(entry, answer.body);
      } else this.#lose(entry, answer.reason);
    }
    this.#send();
    this.#tellWaiters();
  }

  /** It is sent again, before all that is newer. */
  #fail(entry: Entry, reason: string, afterMs: number | undefined): void {
    if (this.#options.newestOnly && this.#waiting.length > 0) this.#forget(entry);
    else {
      const index = this.#waiting.findIndex(({ number }) => number > entry.number);
      this.#waiting.splice(index < 0 ? this.#waiting.length : index, 0, entry);
    }
    this.#options.onRetry(reason);
    if (afterMs !== undefined) this.#notBefore = Math.max(this.#notBefore, performance.now() + afterMs);
    // Of those that were under way together the first failure decides.
    if (this.#retryTimer !== undefined) return;
    const { retryMinMs, retryMaxMs } = this.#options;
    const backoffMs = Math.min(retryMinMs * 2 ** this.#failures, retryMaxMs);
    this.#failures++;
    // Half of it is left to chance: processes that failed together must not come back together.
    this.#retryAfter(backoffMs * (0.5 + Math.random() / 2));
  }

  #retryAfter(ms: number): void {
    clearTimeout(this.#retryTimer);
    const patienceMs = this.#notBefore - performance.now();
    this.#retryTimer = setTimeout(
      () => {
        this.#retryTimer = undefined;
        this.#send();
      },
      Math.max(ms, patienceMs, 0),
    );
    this.#retryTimer.unref();
  }

  #lose(entry: Entry, reason: string | undefined): void {
    const index = this.#waiting.indexOf(entry);
    if (index >= 0) this.#waiting.splice(index, 1);
    this.#forget(entry);
    this.#options.onLost(entry, reason);
    this.#tellWaiters();
  }

  /** Newer ones make the oldest `count` needless. */
  #drop(count: number): void {
    for (const entry of this.#waiting.splice(0, count)) this.#forget(entry);
  }

  #forget({ body, records }: Entry): void {
    this.#bytes -= body.length;
    this.#records -= records;
  }

  #tellWaiters(): void {
    if (this.#waiters.size === 0) return;
    const open = [...this.#waiting, ...this.#inFlight].reduce((least, { number }) => Math.min(least, number), Infinity);
    for (const waiter of this.#waiters) if (waiter.upTo < open) waiter.resolve(true);
  }
}
