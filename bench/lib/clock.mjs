// The clock of the harness: wall time, less the time for which the main thread waited for a processor.
//
// What was waited is read inside the measured interval, so that it can never be more than the interval; the two readings
// are 40 µs of it, a thousandth of a sample.

import { processorTime } from './processor-time.mjs';

/** @typedef {{ ns: bigint, waitedNs: number }} Start */

/** @returns {Start} */
export function startClock() {
  const ns = process.hrtime.bigint();
  return { ns, waitedNs: processorTime().waitedNs };
}

/** Nanoseconds since `startClock()`. @param {Start} start */
export function nsSince(start) {
  const waitedNs = processorTime().waitedNs - start.waitedNs;
  return Number(process.hrtime.bigint() - start.ns) - waitedNs;
}

/** Lets timers, I/O callbacks and immediates of the contender run. */
export function nextTurn() {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** @param {number} ms */
export function pause(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
