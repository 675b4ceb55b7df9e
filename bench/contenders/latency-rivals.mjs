// Single calls of the rivals, writing to a file.

import { join } from 'node:path';

import pino from 'pino';
import winston from 'winston';

import { untilQuiet, verifyFile } from '../lib/delivery.mjs';
import { EMAIL_MASK, emails } from '../lib/event-data.mjs';
import { keep } from '../lib/keep.mjs';
import { measureLatency } from '../lib/latency.mjs';

const group = 'latency';

function pinoContender(name, options) {
  let logged = 0;
  return {
    name,
    group,
    async measure({ events, workDir }) {
      const path = join(workDir, 'out.ndjson');
      const log = pino(pino.destination({ dest: path, ...options }));
      const call = (i) => log.info({ user_id: i, attempt: i * 0.5, email: emails[i & EMAIL_MASK] }, 'User logged in');
      // The callback of an asynchronous flush may come before the last write has ended.
      const flush = () =>
        new Promise((resolve, reject) => {
          log.flush((error) => (error ? reject(error) : resolve(untilQuiet(path))));
        });
      const result = await measureLatency(call, events, flush);
      logged = result.logged;
      return result;
    },
    verify: ({ workDir }) => verifyFile(join(workDir, 'out.ndjson'), logged),
  };
}

function winstonContender() {
  let logged = 0;
  return {
    name: 'winston to a file',
    group,
    async measure({ events, workDir }) {
      const path = join(workDir, 'out.ndjson');
      const { combine, json, timestamp } = winston.format;
      const log = winston.createLogger({
        format: combine(timestamp(), json()),
        transports: [new winston.transports.File({ filename: path })],
      });
      const call = (i) => log.info('User logged in', { user_id: i, attempt: i * 0.5, email: emails[i & EMAIL_MASK] });
      const result = await measureLatency(call, events, () => untilQuiet(path));
      logged = result.logged;
      return result;
    },
    verify: ({ workDir }) => verifyFile(join(workDir, 'out.ndjson'), logged, 'message'),
  };
}

export default [
  {
    name: 'empty call (what the clock adds)',
    group,
    measure({ events }) {
      return measureLatency(
        (i) => keep(i),
        events,
        () => {},
      );
    },
  },
  pinoContender('pino to a file (sync, minLength 4096)', { sync: true, minLength: 4096 }),
  pinoContender('pino to a file (sync, a write a line)', { sync: true }),
  pinoContender('pino to a file (async)', { sync: false, minLength: 4096 }),
  winstonContender(),
];
