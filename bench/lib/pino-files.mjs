// pino's file destinations, for every group in which events go to a file.
//
// Sync with minLength 4096 is the one to beat: nothing it has is cheaper and keeps every line. Its worker
// transport is the one that, like ttlog, writes on another thread.

import pino from 'pino';

import { untilQuiet } from './delivery.mjs';
import { EMAIL_MASK, emails } from './event-data.mjs';

/** The loop of a logger that takes fields first: pino, bunyan. */
export function logThroughPino(log) {
  return (from, to) => {
    for (let i = from; i < to; i += 1) {
      log.info({ user_id: i, attempt: i * 0.5, email: emails[i & EMAIL_MASK] }, 'User logged in');
    }
  };
}

function flushOnce(log) {
  return new Promise((resolve, reject) => {
    log.flush((error) => (error ? reject(error) : resolve()));
  });
}

/** @type {Record<string, (path: string) => import('./delivery.mjs').FileLogger>} */
export const pinoFiles = {
  'pino to a file (sync, minLength 4096)'(path) {
    const log = pino(pino.destination({ dest: path, sync: true, minLength: 4096 }));
    return { logRange: logThroughPino(log), flush: () => log.flush() };
  },
  'pino to a file (sync, a write a line)'(path) {
    const log = pino(pino.destination({ dest: path, sync: true }));
    return { logRange: logThroughPino(log), flush: () => log.flush() };
  },
  'pino to a file (async)'(path) {
    const log = pino(pino.destination({ dest: path, sync: false, minLength: 4096 }));
    return {
      needsTurns: true,
      logRange: logThroughPino(log),
      // One flush may leave a rest behind, and its callback may come before the last write has ended.
      async flush() {
        await flushOnce(log);
        await untilQuiet(path);
        await flushOnce(log);
        await untilQuiet(path);
      },
    };
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
};
