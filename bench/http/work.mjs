// Work for a processor that no logger has a part in, and how much of it a microsecond is.

import { keep } from '../lib/keep.mjs';

/** @param {number} iterations about a nanosecond each @param {number} seed */
export function spin(iterations, seed) {
  let state = seed | 1;
  for (let i = 0; i < iterations; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
  return state;
}

/**
 * How many iterations take a microsecond. Asked for once a run, so that every contender does the same work; the fastest of
 * many looks, because other programs can only make it slower.
 */
export function iterationsPerUs() {
  const iterations = 1_000_000;
  let fastestMs = Infinity;
  for (let look = 0; look < 50; look += 1) {
    const start = performance.now();
    keep(spin(iterations, look));
    fastestMs = Math.min(fastestMs, performance.now() - start);
  }
  return iterations / (fastestMs * 1000);
}
