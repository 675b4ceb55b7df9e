// The distribution of single calls: a mean hides the call that waited for a disk or a garbage collection.
//
// Each call lies between two performance.now(), so every figure contains one clock read; the row "empty call" shows how
// much that is. 500 calls every 2 ms, with the file destinations of the delivery group behind them. A slice of calls in
// which the thread had to wait for a processor says something about the machine's other programs: it is left out, unless
// nine of ten had to.

import { join } from 'node:path';

import { pause } from './clock.mjs';
import { verifyFile } from './delivery.mjs';
import { processorTime } from './processor-time.mjs';
import { quantileOfSorted } from './stats.mjs';
import { expectEqual } from './verify.mjs';

const WARM_UP_EVENTS = 20_000;
const SLICE_EVENTS = 500;
const SLICE_MS = 2;
/** More than reading the counter can cost. */
const DISTURBED_NS = 20_000;

/** @param {string} name @param {(path: string) => import('./delivery.mjs').FileLogger} open */
export function latencyContender(name, open) {
  let logger;
  let logged = 0;
  return {
    name,
    group: 'latency',
    async measure({ events, workDir }) {
      logger = open(join(workDir, 'out.ndjson'));
      logged = WARM_UP_EVENTS + events;
      const call = (i) => logger.logRange(i, i + 1);
      await timeSlices(call, 0, WARM_UP_EVENTS);
      await logger.flush();
      const slices = await timeSlices(call, WARM_UP_EVENTS, logged);
      await logger.flush();
      return distributionOf(slices);
    },
    async verify({ workDir }) {
      if (name.startsWith('empty call')) return undefined;
      for (const [what, lost] of Object.entries(logger.losses?.() ?? {})) expectEqual(what, lost, 0);
      await logger.close?.();
      return verifyFile(join(workDir, 'out.ndjson'), logged, logger.messageKey);
    },
  };
}

function distributionOf(slices) {
  const quiet = slices.filter((slice) => slice.waitedNs < DISTURBED_NS);
  const counted = quiet.length * 10 < slices.length ? slices : quiet;
  const samplesMs = Float64Array.from(counted.flatMap((slice) => [...slice.samplesMs])).sort();
  const at = (q) => quantileOfSorted(samplesMs, q) * 1e6;
  return { counted: samplesMs.length, p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}

async function timeSlices(call, from, to) {
  const slices = [];
  for (let at = from; at < to; at += SLICE_EVENTS) {
    const samplesMs = new Float64Array(Math.min(SLICE_EVENTS, to - at));
    const before = processorTime().waitedNs;
    timeCalls(call, at, samplesMs);
    slices.push({ samplesMs, waitedNs: processorTime().waitedNs - before });
    await pause(SLICE_MS);
  }
  return slices;
}

function timeCalls(call, firstIndex, samplesMs) {
  for (let i = 0; i < samplesMs.length; i += 1) {
    const before = performance.now();
    call(firstIndex + i);
    samplesMs[i] = performance.now() - before;
  }
}
