// @nestjs/observe as it comes, reporting to a collector of the bench's own, so that its hosted service is not needed. It
// instruments every provider by itself; the lines go through pino to a file, as beside OpenTelemetry.
//
// It keeps no more than 1000 requests per report, one every 5 s, and drops the others: "kept" is what the collector got.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { createObserveModule } from '@nestjs/observe';
import pino from 'pino';

import { pause } from '../../lib/clock.mjs';
import { expectEqual } from '../../lib/verify.mjs';
import { bootShop } from '../boot.mjs';
import { countLines } from '../count-lines.mjs';
import { EVENTS_PER_REQUEST, makeShop } from '../shop.mjs';

const REPORT_INTERVAL_MS = 5000;

export async function start({ workIterations, workDir, collectorUrl }) {
  const path = join(workDir, 'shop.ndjson');
  const log = pino({ level: 'trace' }, pino.destination({ dest: path, sync: true, minLength: 4096 }));
  const { ObserveModule, ObserveInstrument } = createObserveModule();
  const shop = makeShop({
    workIterations,
    debug: (message, fields) => log.debug(fields, message),
    info: (message, fields) => log.info(fields, message),
  });
  const module = ObserveModule.forRoot({
    appKey: 'bench',
    appSecret: 'bench',
    serviceId: 'shop',
    endpoint: collectorUrl,
  });
  const app = await bootShop(shop, { imports: [module], options: { instrument: ObserveInstrument } });
  return {
    app,
    shop,
    /** What it holds back until its next report is lost when the application is closed. */
    beforeClose: () => pause(REPORT_INTERVAL_MS * 1.2),
    async finish(served) {
      log.flush();
      const { events } = countLines(readFileSync(path, 'utf8'));
      expectEqual('events in the file', events, served * EVENTS_PER_REQUEST);
      return { verified: `${events} events of ${served} requests counted` };
    },
  };
}
