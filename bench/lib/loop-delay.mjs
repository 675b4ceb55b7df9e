// Event-loop delay under load: 2000 events every 20 ms, about 100 000 a second, go to a file, and node's own monitor
// (perf_hooks.monitorEventLoopDelay) says how late a timer of 1 ms is. A logger that works on the calling thread shows up
// here as what everybody else in the process has to wait.

import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { pause } from './clock.mjs';
import { verifyFile } from './delivery.mjs';
import { expectEqual } from './verify.mjs';

const WARM_UP_EVENTS = 20_000;
const SLICE_EVENTS = 2000;
const SLICE_MS = 20;
const RESOLUTION_MS = 1;

/** @param {string} name @param {(path: string) => import('./delivery.mjs').FileLogger} open */
export function loopDelayContender(name, open) {
  let logger;
  let logged = 0;
  return {
    name,
    group: 'loop-delay',
    async measure({ events, workDir }) {
      logger = open(join(workDir, 'out.ndjson'));
      logged = WARM_UP_EVENTS + events;
      await logPaced(logger, 0, WARM_UP_EVENTS);
      const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      delay.enable();
      await logPaced(logger, WARM_UP_EVENTS, logged);
      delay.disable();
      await logger.flush();
      return {
        mean: delay.mean,
        p50: delay.percentile(50),
        p99: delay.percentile(99),
        p999: delay.percentile(99.9),
        max: delay.max,
      };
    },
    async verify({ workDir }) {
      if (name === 'no logger') return undefined;
      for (const [what, lost] of Object.entries(logger.losses?.() ?? {})) expectEqual(what, lost, 0);
      await logger.close?.();
      return verifyFile(join(workDir, 'out.ndjson'), logged, logger.messageKey);
    },
  };
}

async function logPaced(logger, from, to) {
  for (let at = from; at < to; at += SLICE_EVENTS) {
    logger.logRange(at, Math.min(at + SLICE_EVENTS, to));
    await pause(SLICE_MS);
  }
}
