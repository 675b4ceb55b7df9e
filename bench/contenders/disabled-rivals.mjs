// A call below the level, where nothing is to be done. pino swaps the method for a no-op when the level is set;
// winston and LogTape look the level up at every call. The fields are spelled out in the call as people write it:
// an implementation that inlines to nothing also saves the object.

import { configure, getLogger } from '@logtape/logtape';
import pino from 'pino';
import winston from 'winston';

import { nsSince, startClock } from '../lib/clock.mjs';
import { expectEqual } from '../lib/verify.mjs';

const group = 'disabled';
let lines = 0;
const countingStream = {
  write() {
    lines += 1;
  },
};

let log;

export default [
  {
    name: 'pino trace() below its level',
    group,
    setup() {
      log = pino({ level: 'info' }, countingStream);
    },
    run(iterations) {
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) {
        log.trace({ user_id: 123, attempt: 1.5, email: 'alice@example.com' }, 'User logged in');
      }
      return nsSince(start) / iterations;
    },
    verify() {
      expectEqual('lines written by trace()', lines, 0);
      log.info('above');
      expectEqual('lines written by info()', lines, 1);
      return 'nothing written by trace(), one line by info()';
    },
  },
  {
    name: 'winston silly() below its level',
    group,
    setup() {
      const transport = new winston.transports.Stream({ stream: process.stderr });
      transport.log = (_info, done) => {
        lines += 1;
        done();
      };
      log = winston.createLogger({ level: 'info', transports: [transport] });
    },
    run(iterations) {
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) {
        log.silly('User logged in', { user_id: 123, attempt: 1.5, email: 'alice@example.com' });
      }
      return nsSince(start) / iterations;
    },
    verify() {
      expectEqual('lines written by silly()', lines, 0);
      log.info('above');
      expectEqual('lines written by info()', lines, 1);
      return 'nothing written by silly(), one line by info()';
    },
  },
  {
    name: 'LogTape trace() below its level',
    group,
    async setup() {
      await configure({
        sinks: { count: () => countingStream.write() },
        loggers: [
          { category: 'shop', lowestLevel: 'info', sinks: ['count'] },
          { category: ['logtape', 'meta'], lowestLevel: 'warning', sinks: [] },
        ],
      });
      log = getLogger('shop');
    },
    run(iterations) {
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) {
        log.trace('User logged in', { user_id: 123, attempt: 1.5, email: 'alice@example.com' });
      }
      return nsSince(start) / iterations;
    },
    verify() {
      expectEqual('lines written by trace()', lines, 0);
      log.info('above');
      expectEqual('lines written by info()', lines, 1);
      return 'nothing written by trace(), one line by info()';
    },
  },
];
