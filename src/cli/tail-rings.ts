// The rings of a living process, merged by time, until it ends.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { recordOf } from '../recorder/decode-record.js';
import { ringFiles } from '../recorder/black-box-folder.js';
import { isRunning } from '../recorder/is-running.js';
import { LineFormat } from '../recorder/line-format.js';
import { LINE_HOUSES } from '../recorder/line-names.js';
import { RingFollower } from '../recorder/ring-follower.js';
import type { TailPrinter } from './tail-printer.js';

/** How a process that was followed is: it runs, has ended and taken its rings along, or was killed. */
export type ProcessFate = 'running' | 'ended' | 'killed';

const MAX_TRIES = 100;

export class RingTail {
  readonly #folder: string;
  /** One file, or all of the folder. */
  readonly #only: string | undefined;
  readonly #followers = new Map<string, RingFollower>();
  readonly #formats = new Map<RingFollower, LineFormat>();
  /** Files that could not be read, and how often it was tried: one that is being made is no ring yet. */
  readonly #tries = new Map<string, number>();
  /** Records that were overwritten before they could be read, since the last look. */
  #lost = 0;

  constructor(folder: string, only?: string) {
    this.#folder = only === undefined ? folder : dirname(only);
    this.#only = only;
    if (only !== undefined) this.#follow(only);
    else this.#look();
    if (this.#followers.size === 0) throw new Error(`Expected ring files in ${folder}, found none that can be read`);
  }

  get pid(): number {
    const facts = [...this.#followers.values()].find((each) => each.facts !== undefined)?.facts;
    return facts?.process.pid ?? 0;
  }

  get fate(): ProcessFate {
    if (!existsSync(this.#only ?? this.#folder)) return 'ended';
    return this.pid === 0 || isRunning(this.pid) ? 'running' : 'killed';
  }

  /** Hands over what has been recorded since the last time, of all threads, in the order of time. */
  poll(printer: TailPrinter): void {
    if (this.#only === undefined) this.#look();
    const followers = [...this.#followers.values()];
    for (const follower of followers) {
      follower.refresh();
      if (!follower.cursor.hasRecord) follower.cursor.next();
    }
    for (let next = earliest(followers); next !== undefined; next = earliest(followers)) {
      const { cursor } = next;
      printer.add(recordOf(cursor.decoder), cursor.decoder, this.#formats.get(next)!);
      cursor.next();
    }
    for (const { cursor } of followers) this.#lost += cursor.takeLoss()?.overwritten ?? 0;
  }

  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  close(): void {
    for (const follower of this.#followers.values()) follower.close();
  }

  /** Threads come and go. */
  #look(): void {
    let names: string[];
    try {
      names = ringFiles(this.#folder);
    } catch {
      return; // the process has ended
    }
    for (const name of names) {
      const path = join(this.#folder, name);
      if (!this.#followers.has(path) && (this.#tries.get(path) ?? 0) < MAX_TRIES) this.#follow(path);
    }
  }

  #follow(path: string): void {
    try {
      const follower = new RingFollower(path);
      const { pid = 0, hostname = '' } = follower.facts?.process ?? {};
      this.#followers.set(path, follower);
      this.#formats.set(follower, new LineFormat(LINE_HOUSES.pino, pid, hostname));
    } catch (error) {
      if (this.#only !== undefined) throw error;
      this.#tries.set(path, (this.#tries.get(path) ?? 0) + 1);
    }
  }
}

function earliest(followers: readonly RingFollower[]): RingFollower | undefined {
  let first: RingFollower | undefined;
  for (const follower of followers) {
    if (!follower.cursor.hasRecord) continue;
    if (first === undefined || follower.cursor.decoder.timeMs < first.cursor.decoder.timeMs) first = follower;
  }
  return first;
}
