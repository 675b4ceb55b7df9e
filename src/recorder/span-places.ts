/**
 * Where the spans of one segment are, by id. A `Map` costs about 50 ns for each span that nobody asks for; ids are given one after the
 * other, so that nearly all of them find the place that their low bits say free.
 */

/** In the low bit of a place: the span's end is behind. Records start at multiples of 8, and never at 0. */
const ENDED_BIT = 1;

/** What a span takes in a segment at the least, while it is open. Bytes. */
const LEAST_SPAN_BYTES = 64;
const MAX_SLOTS = 1 << 14;

export class SpanPlaces {
  readonly #mask: number;
  readonly #ids: Uint32Array;
  readonly #places: Uint32Array;
  /** In which round a slot was last written: those of earlier ones are free. */
  readonly #rounds: Uint32Array;
  #round = 1;
  /** Those whose slot another one has: long-open spans, and whatever a hostile file says. */
  readonly #others = new Map<number, number>();

  /** For segments of up to `bytes`. */
  constructor(bytes: number) {
    let slots = 16;
    while (slots < MAX_SLOTS && slots * LEAST_SPAN_BYTES < bytes) slots *= 2;
    this.#mask = slots - 1;
    this.#ids = new Uint32Array(slots);
    this.#places = new Uint32Array(slots);
    this.#rounds = new Uint32Array(slots);
  }

  clear(): void {
    this.#round = (this.#round + 1) >>> 0;
    if (this.#others.size > 0) this.#others.clear();
  }

  /** Byte offset of the span's newest record; 0 = none. */
  offsetOf(id: number): number {
    return this.#placeOf(id) & ~ENDED_BIT;
  }

  isEnded(id: number): boolean {
    return (this.#placeOf(id) & ENDED_BIT) !== 0;
  }

  /** Its newest record is at `offset`. */
  put(id: number, offset: number): void {
    this.#write(id, offset | (this.#placeOf(id) & ENDED_BIT));
  }

  end(id: number): void {
    this.#write(id, this.#placeOf(id) | ENDED_BIT);
  }

  #placeOf(id: number): number {
    const slot = id & this.#mask;
    if (this.#rounds[slot] !== this.#round) return 0;
    return this.#ids[slot] === id ? this.#places[slot] : (this.#others.get(id) ?? 0);
  }

  #write(id: number, place: number): void {
    const slot = id & this.#mask;
    if (this.#rounds[slot] !== this.#round) {
      this.#rounds[slot] = this.#round;
      this.#ids[slot] = id;
    }
    if (this.#ids[slot] === id) this.#places[slot] = place;
    else this.#others.set(id, place);
  }
}
