// A Node stream that discards, for loggers that write to one, and the turns of the event loop that such loggers need.

import { Writable } from 'node:stream';

import { nextTurn, nsSince, startClock } from './clock.mjs';

const CALLS_PER_TURN = 256;

/** Counts the lines and keeps the last; `keepAll` keeps them all. */
export function createNullStream() {
  const seen = { lines: 0, last: '', keepAll: false, all: [] };
  const stream = new Writable({
    decodeStrings: false,
    write(line, _encoding, callback) {
      seen.lines += 1;
      seen.last = line;
      if (seen.keepAll) seen.all.push(line);
      callback();
    },
  });
  return { stream, seen };
}

/**
 * Runs a loop with a turn of the event loop every 256 calls, inside the time that is counted: streams work there.
 *
 * @param {(iterations: number) => void} loop
 * @param {number} iterations
 * @returns {Promise<number>} ns per call
 */
export async function loopWithTurns(loop, iterations) {
  const start = startClock();
  for (let left = iterations; left > 0; left -= CALLS_PER_TURN) {
    loop(Math.min(left, CALLS_PER_TURN));
    await nextTurn();
  }
  return nsSince(start) / iterations;
}
