/**
 * Counts of spans in shared memory: the recorder thread writes, `stats()` and sinks read, at any moment. In front the number of rows and since
 * when is counted (ms since the epoch). A row for each target and name: three numbers (count, errors, sum in ns), one number a bucket, two
 * lengths, two texts. A row is there once the number of rows says so.
 */

/** Each decade three times, from 1 µs to 10 s, in ns; what took longer is in one more bucket. */
const BOUNDS_NS: readonly number[] = Array.from(
  { length: 22 },
  (_, i) => [1, 2.5, 5][i % 3] * 10 ** (3 + Math.floor(i / 3)),
);

/** How often spans of one name and target ended, and how long they took. */
export interface SpanStats {
  readonly target: string;
  readonly name: string;
  /** Spans and timers that have ended. */
  readonly count: number;
  /** Those of them that failed. */
  readonly errors: number;
  /** Milliseconds, of all together. */
  readonly totalMs: number;
  /** How many took up to so many milliseconds, and longer than the bucket before says; the last one is of `Infinity`. */
  readonly buckets: readonly { readonly upToMs: number; readonly count: number }[];
}

const HEADER_BYTES = 16;
const SINCE_F64 = 1;
const ROW_BYTES = 1024;
/** Names made at run time must not grow memory without end: from here on they are counted together. */
const MAX_ROWS = 1024;
const OTHERS = { target: '', name: '(others)' };
const COUNT = 0;
const ERRORS = 1;
const SUM_NS = 2;
const BUCKETS = 3;
const LENGTHS_OFFSET = (BUCKETS + BOUNDS_NS.length + 1) * 8;
const TEXTS_OFFSET = LENGTHS_OFFSET + 8;
/** UTF-16 units, at most three bytes each. */
const MAX_TEXT = 128;

export const SPAN_TABLE_BYTES = HEADER_BYTES + MAX_ROWS * ROW_BYTES;

/** Memory for a table of what ends from now on. */
export function newSpanTable(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(SPAN_TABLE_BYTES);
  new Float64Array(memory)[SINCE_F64] = Date.now();
  return memory;
}

export class SpanTable {
  readonly #i32: Int32Array;
  readonly #f64: Float64Array;
  readonly #bytes: Buffer;
  /** By target and name; those of a writer that died are read back. */
  readonly #rows = new Map<string, number>();

  constructor(memory: SharedArrayBuffer) {
    this.#i32 = new Int32Array(memory);
    this.#f64 = new Float64Array(memory);
    this.#bytes = Buffer.from(memory);
    for (let row = 0; row < this.#length; row++) {
      const [target, name] = this.#textsOf(row);
      this.#rows.set(`${target}\0${name}`, row);
    }
  }

  /** The row of spans of that name. */
  rowOf(target: string, name: string): number {
    const known = [target.slice(0, MAX_TEXT), name.slice(0, MAX_TEXT)] as const;
    const key = known.join('\0');
    const row = this.#rows.get(key);
    if (row !== undefined) return row;
    const next = this.#length;
    if (next >= MAX_ROWS) return MAX_ROWS - 1;
    const [first, second] = next === MAX_ROWS - 1 ? [OTHERS.target, OTHERS.name] : known;
    const at = HEADER_BYTES + next * ROW_BYTES;
    const firstBytes = this.#bytes.write(first, at + TEXTS_OFFSET, 'utf8');
    const secondBytes = this.#bytes.write(second, at + TEXTS_OFFSET + firstBytes, 'utf8');
    this.#i32[(at + LENGTHS_OFFSET) >> 2] = firstBytes;
    this.#i32[((at + LENGTHS_OFFSET) >> 2) + 1] = secondBytes;
    if (next < MAX_ROWS - 1) this.#rows.set(key, next);
    Atomics.store(this.#i32, 0, next + 1);
    return next;
  }

  add(row: number, durationNs: number, failed: boolean): void {
    const f64 = this.#f64;
    const at = wordOf(row);
    let bucket = 0;
    while (bucket < BOUNDS_NS.length && durationNs > BOUNDS_NS[bucket]) bucket++;
    f64[at + COUNT]++;
    if (failed) f64[at + ERRORS]++;
    f64[at + SUM_NS] += durationNs;
    f64[at + BUCKETS + bucket]++;
  }

  /** Milliseconds since the epoch. */
  get since(): number {
    return this.#f64[SINCE_F64];
  }

  read(): SpanStats[] {
    return Array.from({ length: this.#length }, (_, row) => {
      const [target, name] = this.#textsOf(row);
      const at = wordOf(row);
      const buckets = [...BOUNDS_NS, Infinity].map((bound, i) => ({
        upToMs: bound / 1e6,
        count: this.#f64[at + BUCKETS + i],
      }));
      // What is counted meanwhile is in some of the numbers only: the buckets say how many there are.
      const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
      const totalMs = this.#f64[at + SUM_NS] / 1e6;
      return { target, name, count, errors: this.#f64[at + ERRORS], totalMs, buckets };
    });
  }

  get #length(): number {
    return Atomics.load(this.#i32, 0);
  }

  #textsOf(row: number): readonly [string, string] {
    const at = HEADER_BYTES + row * ROW_BYTES;
    const start = at + TEXTS_OFFSET;
    const middle = start + this.#i32[(at + LENGTHS_OFFSET) >> 2];
    const end = middle + this.#i32[((at + LENGTHS_OFFSET) >> 2) + 1];
    return [this.#bytes.toString('utf8', start, middle), this.#bytes.toString('utf8', middle, end)];
  }
}

function wordOf(row: number): number {
  return (HEADER_BYTES + row * ROW_BYTES) >> 3;
}
