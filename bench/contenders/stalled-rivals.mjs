// The rivals with a destination that takes its first write and never says that it is done: a dead disk, a hung collector.

import { Writable } from 'node:stream';

import { configure, fromAsyncSink, getLogger } from '@logtape/logtape';
import bunyan from 'bunyan';
import pino from 'pino';
import winston from 'winston';

import { measureStalled } from '../lib/memory.mjs';
import { logThroughPino } from '../lib/pino-files.mjs';
import { logThroughWinston } from '../lib/winston-files.mjs';

function neverDrains() {
  return new Writable({ decodeStrings: false, write() {} });
}

const openers = {
  'pino, a stream that never drains': () => logThroughPino(pino({}, neverDrains())),
  'winston, a stream that never drains'() {
    const { combine, json, timestamp } = winston.format;
    const transport = new winston.transports.Stream({ stream: neverDrains() });
    return logThroughWinston(winston.createLogger({ format: combine(timestamp(), json()), transports: [transport] }));
  },
  'bunyan, a stream that never drains': () =>
    logThroughPino(bunyan.createLogger({ name: 'bench', streams: [{ stream: neverDrains() }] })),
  async 'LogTape, an async sink that never settles'() {
    await configure({
      sinks: { stalled: fromAsyncSink(() => new Promise(() => {})) },
      loggers: [
        { category: 'bench', lowestLevel: 'info', sinks: ['stalled'] },
        { category: ['logtape', 'meta'], lowestLevel: 'warning', sinks: [] },
      ],
    });
    return logThroughWinston(getLogger('bench'));
  },
};

export default Object.entries(openers).map(([name, open]) => ({
  name,
  group: 'memory-stalled',
  maxRounds: 1,
  async measure({ stalledEvents, progress }) {
    return measureStalled(await open(), stalledEvents, progress);
  },
}));
