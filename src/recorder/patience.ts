/** Waiting for something that moves, as long as it moves. */
export class Patience {
  readonly #read: () => number;
  readonly #ms: number;
  #seen: number;
  #movedAt = performance.now();

  /** @param read A number that is another one whenever something has moved. @param ms How long it may stay the same. */
  constructor(read: () => number, ms: number) {
    this.#read = read;
    this.#ms = ms;
    this.#seen = read();
  }

  /** True once nothing has moved for that long. */
  get isOver(): boolean {
    const now = performance.now();
    const read = this.#read();
    if (read === this.#seen) return now - this.#movedAt > this.#ms;
    this.#seen = read;
    this.#movedAt = now;
    return false;
  }
}
