// What every span contender wraps and the loops that all of them run in.
//
// The method is small on purpose: two numbers in, one number out, so that the row shows the span and not the work.
// The loops give the event loop a turn every 512 calls, inside the time that is counted: batch processors work there,
// and their share belongs to the cost of a span. The bare method pays for the turns too, and is subtracted.

import { nextTurn, nsSince, startClock } from './clock.mjs';
import { keep } from './keep.mjs';

const CALLS_PER_TURN = 512;

/** A class of its own for each contender. */
export function makePaymentService() {
  return class PaymentService {
    charge(orderId, amount) {
      return orderId + amount;
    }

    async chargeAsync(orderId, amount) {
      return orderId + amount;
    }
  };
}

/** @param {number} iterations @param {(i: number) => number} call @returns {Promise<number>} ns per call */
export async function loopSync(iterations, call) {
  let sum = 0;
  const start = startClock();
  for (let i = 0; i < iterations; i += 1) {
    sum += call(i);
    if (i % CALLS_PER_TURN === 0) await nextTurn();
  }
  const ns = nsSince(start);
  keep(sum);
  return ns / iterations;
}

/** @param {number} iterations @param {(i: number) => Promise<number>} call @returns {Promise<number>} ns per call */
export async function loopAsync(iterations, call) {
  let sum = 0;
  const start = startClock();
  for (let i = 0; i < iterations; i += 1) {
    sum += await call(i);
    if (i % CALLS_PER_TURN === 0) await nextTurn();
  }
  const ns = nsSince(start);
  keep(sum);
  return ns / iterations;
}
