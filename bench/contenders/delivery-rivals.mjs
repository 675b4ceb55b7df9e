// Events to an NDJSON file through the rivals' own file destinations.
//
// pino sync with minLength 4096 is the one to beat: nothing it has is cheaper and keeps every line. Its worker
// transport is the one that, like ttlog, writes on another thread.

import { join } from 'node:path';

import pino from 'pino';
import winston from 'winston';

import { deliver, untilQuiet, verifyFile } from '../lib/delivery.mjs';
import { EMAIL_MASK, emails } from '../lib/event-data.mjs';

function logThroughPino(log) {
  return (from, to) => {
    for (let i = from; i < to; i += 1) {
      log.info({ user_id: i, attempt: i * 0.5, email: emails[i & EMAIL_MASK] }, 'User logged in');
    }
  };
}

function logThroughWinston(log) {
  return (from, to) => {
    for (let i = from; i < to; i += 1) {
      log.info('User logged in', { user_id: i, attempt: i * 0.5, email: emails[i & EMAIL_MASK] });
    }
  };
}

const loggers = {
  'pino to a file (sync, minLength 4096)'(path) {
    const log = pino(pino.destination({ dest: path, sync: true, minLength: 4096 }));
    return { logRange: logThroughPino(log), flush: () => log.flush() };
  },
  'pino to a file (sync, a write a line)'(path) {
    const log = pino(pino.destination({ dest: path, sync: true }));
    return { logRange: logThroughPino(log), flush: () => log.flush() };
  },
  'pino to a file (worker transport)'(path) {
    const transport = pino.transport({ target: 'pino/file', options: { destination: path } });
    const log = pino(transport);
    return {
      needsTurns: true,
      logRange: logThroughPino(log),
      flush: () =>
        new Promise((resolve, reject) => {
          transport.flush((error) => (error ? reject(error) : resolve(untilQuiet(path))));
        }),
    };
  },
  'winston to a file'(path) {
    const { combine, json, timestamp } = winston.format;
    const log = winston.createLogger({
      format: combine(timestamp(), json()),
      transports: [new winston.transports.File({ filename: path })],
    });
    return { needsTurns: true, logRange: logThroughWinston(log), flush: () => untilQuiet(path) };
  },
};

function contenderOf(mode, name, open) {
  let logged = 0;
  return {
    name,
    group: `delivery-${mode}`,
    async measure({ events, workDir }) {
      const result = await deliver(() => open(join(workDir, 'out.ndjson')), mode, events);
      logged = result.logged;
      return result;
    },
    verify({ workDir }) {
      return verifyFile(join(workDir, 'out.ndjson'), logged, name.startsWith('winston') ? 'message' : 'msg');
    },
  };
}

export default ['burst', 'paced'].flatMap((mode) =>
  Object.entries(loggers).map(([name, open]) => contenderOf(mode, name, open)),
);
