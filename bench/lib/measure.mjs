// How one contender is measured inside its own process. Two kinds:
//
//   run(iterations) → ns per operation     a loop that this file calibrates, warms up and samples
//   measure(settings) → { metric: value }  one pass that takes its own figures (delivery, latency, import)

import { quantile } from './stats.mjs';

/**
 * Which of its samples a process reports. What other programs take from caches and memory always comes on top, so the
 * lower quartile is nearer to the contender's own cost than the median; a sample is long enough to hold garbage collections.
 */
const REPORTED_QUANTILE = 0.25;

/**
 * @typedef {object} Settings
 * @property {number} sampleMs   how long one sample of a loop should last
 * @property {number} samples    samples per process; it reports their lower quartile
 * @property {number} warmupMs   at least this long before the first sample counts
 * @property {number} events     how many events a measure() pass logs
 * @property {string} workDir    an empty directory of this process alone
 */

/** @param {any} contender @param {Settings} settings @returns {Promise<Record<string, number>>} */
export async function measureContender(contender, settings) {
  if (contender.measure) return contender.measure(settings);
  return { ns: await sampleLoop(contender, settings) };
}

async function sampleLoop(contender, { sampleMs, samples, warmupMs }) {
  const iterations = await calibrate(contender, sampleMs, warmupMs);
  const results = [];
  for (let sample = 0; sample < samples; sample += 1) {
    collectGarbage();
    results.push(await contender.run(iterations));
  }
  return quantile(results, REPORTED_QUANTILE);
}

/**
 * Doubles the loop until it lasts a sample; what it needs for that is the warm-up. All figures taken on the way
 * are thrown away: the optimiser replaces the loop several times while it grows.
 */
async function calibrate(contender, sampleMs, warmupMs) {
  const sampleNs = sampleMs * 1e6;
  let iterations = 64;
  let spentNs = 0;
  for (;;) {
    const ns = Math.max((await contender.run(iterations)) * iterations, 1);
    spentNs += ns;
    if (ns >= sampleNs * 0.75 && spentNs >= warmupMs * 1e6) return Math.ceil((iterations * sampleNs) / ns);
    if (ns < sampleNs * 0.75) iterations *= Math.min(2, Math.max(1.2, sampleNs / ns));
    iterations = Math.ceil(iterations);
  }
}

/** Between samples, so that no sample pays for the garbage of the one before. Needs --expose-gc. */
function collectGarbage() {
  globalThis.gc();
}
