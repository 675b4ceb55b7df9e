// The clock of the harness. One read before and one after a loop of milliseconds: its own 30 ns do not show.

/** @returns {bigint} */
export function startClock() {
  return process.hrtime.bigint();
}

/** Nanoseconds since `startClock()`, as a number. @param {bigint} start */
export function nsSince(start) {
  return Number(process.hrtime.bigint() - start);
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
