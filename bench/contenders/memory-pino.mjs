// pino's resident set over the same events and messages, to /dev/null, sync, minLength 4096.

import pino from 'pino';

import { measureGrowth } from '../lib/memory.mjs';
import { logThroughPino } from '../lib/pino-files.mjs';

const name = 'pino to /dev/null (sync, minLength 4096)';
let log;

function setup() {
  log = pino(pino.destination({ dest: '/dev/null', sync: true, minLength: 4096 }));
}

function logMessages(from, to) {
  for (let i = from; i < to; i += 1) log.info({ amount: 129.5 }, `Order ${i} placed`);
}

export default [
  {
    name,
    group: 'memory',
    maxRounds: 1,
    setup,
    measure: ({ memoryEvents, progress }) => measureGrowth(logThroughPino(log), memoryEvents, progress),
  },
  {
    name,
    group: 'memory-messages',
    maxRounds: 1,
    setup,
    measure: ({ memoryMessages, progress }) => measureGrowth(logMessages, memoryMessages, progress),
  },
];
