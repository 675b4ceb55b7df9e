// What a process weighs while it logs and logs: its resident set, looked at after every hundredth of the events. A logger
// that keeps something of what it has written grows with the number of events; the figures are
//
//   startMb    after the first tenth: code is compiled, buffers and rings have been touched once
//   growthMb   the median of the last tenth less that of the second: what the other events have left behind
//   maxMb      the largest

import { nextTurn } from './clock.mjs';
import { median } from './stats.mjs';

const LOOKS = 100;

/**
 * @param {(from: number, to: number) => unknown} logRange
 * @param {number} events
 * @param {(done: number) => void} progress
 */
export async function measureGrowth(logRange, events, progress) {
  const rssMb = [];
  const startedAt = performance.now();
  for (let look = 0; look < LOOKS; look += 1) {
    await logRange(Math.floor((events * look) / LOOKS), Math.floor((events * (look + 1)) / LOOKS));
    await nextTurn();
    rssMb.push(process.memoryUsage.rss() / 2 ** 20);
    progress((look + 1) / LOOKS);
  }
  return {
    events,
    seconds: (performance.now() - startedAt) / 1000,
    startMb: median(rssMb.slice(5, 10)),
    growthMb: median(rssMb.slice(90)) - median(rssMb.slice(10, 20)),
    maxMb: Math.max(...rssMb),
  };
}

/**
 * The same behind a destination that has stopped: what the process weighs more at the end than before the first event,
 * after a garbage collection.
 *
 * @param {(from: number, to: number) => unknown} logRange
 * @param {number} events
 * @param {(done: number) => void} progress
 */
export async function measureStalled(logRange, events, progress) {
  const startMb = await settledMb();
  const { seconds, maxMb } = await measureGrowth(logRange, events, progress);
  return { events, seconds, startMb, growthMb: (await settledMb()) - startMb, maxMb };
}

async function settledMb() {
  await nextTurn();
  globalThis.gc();
  return process.memoryUsage.rss() / 2 ** 20;
}
