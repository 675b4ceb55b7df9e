// Hot path: one clock read an event, no allocation. Monotonic nanoseconds in, wall time only on the cold side.

import { platform } from './platform.js';

/**
 * `process.hrtime.bigint()` stored straight into a BigInt64Array costs 31-35 ns (the BigInt is never materialised), where one
 * `performance.now()` costs 51-57 ns (Node 20.20 and 24, same run). Elsewhere `performance.now()` has to do.
 */
let hrtime = platform.process?.hrtime?.bigint;

const TWO_32 = 4_294_967_296;
const scratch = new BigInt64Array(1);
const scratchWords = new Uint32Array(scratch.buffer);

/** Writes the monotonic time in ns as a u64 at `index` (in 8-byte words). Both arguments view the same memory. */
export const writeMonotonic: (i64: BigInt64Array, u32: Uint32Array, index: number) => void =
  hrtime === undefined
    ? (_i64, u32, index) => {
        const ns = Math.round(platform.performance.now() * 1e6);
        u32[index * 2] = ns % TWO_32;
        u32[index * 2 + 1] = ns / TWO_32;
      }
    : (i64, _u32, index) => {
        i64[index] = hrtime!();
      };

/** The u64 at `index` as a number: exact below 2^53 ns (104 days of uptime), to a few ns after. */
export function readNs(u32: Uint32Array, index: number): number {
  return u32[index * 2] + u32[index * 2 + 1] * TWO_32;
}

/** Monotonic time in ns. */
export function monotonicNs(): number {
  writeMonotonic(scratch, scratchWords, 0);
  return readNs(scratchWords, 0);
}

export interface ClockAnchor {
  readonly monotonicNs: bigint;
  readonly epochNs: bigint;
}

/** The clock pair of now: what the monotonic clock and the wall clock show at one moment. */
export function readAnchor(): ClockAnchor {
  // Before the first clock is read: Node loads it at its first use.
  const { performance } = platform;
  writeMonotonic(scratch, scratchWords, 0);
  const wallMs = performance.timeOrigin + performance.now();
  const wholeMs = Math.floor(wallMs);
  return {
    monotonicNs: scratch[0],
    epochNs: BigInt(wholeMs) * 1_000_000n + BigInt(Math.round((wallMs - wholeMs) * 1e6)),
  };
}

let anchor: ClockAnchor | undefined;
/** Of the clock that a test has put in the place of the real one. */
let testAnchor: ClockAnchor | undefined;

/** A clock of a test's own; see `fakeClock` of `ttlog/testing`. */
export interface TestClock {
  /** Monotonic ns. */
  readonly read: () => bigint;
  readonly anchor: ClockAnchor;
}

/** From now on time is what this clock shows; undefined: the real one. */
export function useClock(clock: TestClock | undefined): void {
  processAnchor(); // rings keep the pair of the real clocks
  hrtime = clock === undefined ? platform.process?.hrtime?.bigint : clock.read;
  testAnchor = clock?.anchor;
}

/**
 * Nanoseconds since the epoch, from the monotonic clock (it never runs backwards within a process).
 *
 * @example
 * import { nowNanos } from 'ttlog';
 * const before = nowNanos();
 * nowNanos() >= before; // => true
 */
export function nowNanos(): bigint {
  writeMonotonic(scratch, scratchWords, 0);
  const ns = scratch[0];
  const from = testAnchor ?? processAnchor();
  return ns - from.monotonicNs + from.epochNs;
}

/** What the monotonic clock shows, has shown or will show at a moment of the wall clock: ns, below zero before the machine started. */
export function monotonicNsAt(epochNs: bigint): bigint {
  const from = testAnchor ?? processAnchor();
  return epochNs - from.epochNs + from.monotonicNs;
}

/** The anchor that `nowNanos()` uses; a ring's header has the same one. */
export function processAnchor(): ClockAnchor {
  return (anchor ??= readAnchor());
}
