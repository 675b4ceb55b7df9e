// What a logger costs a process that does nothing: it has logged a thousand events, and then nobody logs any more.

import { join } from 'node:path';

import { pause } from './clock.mjs';
import { verifyFile } from './delivery.mjs';

const EVENTS = 1000;
const SETTLE_MS = 1000;

/** @param {string} name @param {() => Promise<(path: string) => import('./delivery.mjs').FileLogger>} load */
export function restContender(name, load) {
  let logger;
  return {
    name,
    group: 'rest',
    maxRounds: 3,
    async measure({ restMs, workDir }) {
      const open = await load();
      logger = open(join(workDir, 'out.ndjson'));
      logger.logRange(0, EVENTS);
      await logger.flush();
      await pause(SETTLE_MS);
      globalThis.gc();
      const before = process.cpuUsage();
      await pause(restMs);
      const { user, system } = process.cpuUsage(before);
      return { rssMb: process.memoryUsage.rss() / 2 ** 20, cpuShare: (user + system) / 1000 / restMs };
    },
    async verify({ workDir }) {
      if (name === 'no logger') return undefined;
      await logger.close?.();
      return verifyFile(join(workDir, 'out.ndjson'), EVENTS, logger.messageKey);
    },
  };
}
