// pino's scenarios through winston, into a stream that discards, with the format of its README (time, JSON); where the
// message is interpolated, with its splat() format, without which it would not be.

import winston from 'winston';

import { nextTurn } from '../lib/clock.mjs';
import { createNullStream, loopWithTurns } from '../lib/null-stream.mjs';
import { CALLS_PER_CHILD, LONG_TEXT_MASK, deepObject, longText, longTexts, scenarios } from '../lib/scenarios.mjs';
import { verifyLines } from '../lib/verify.mjs';

const { combine, json, splat, timestamp } = winston.format;

const loops = {
  basic: (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info('hello world');
  },
  object: (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info('', { hello: 'world' });
  },
  'deep-object': (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info('', deepObject);
  },
  child(parent) {
    const log = parent.child({ a: 'property' });
    return (n) => {
      for (let i = 0; i < n; i += 1) log.info('', { hello: 'world' });
    };
  },
  'child-child'(parent) {
    const log = parent.child({ a: 'property' }).child({ sub: 'child' });
    return (n) => {
      for (let i = 0; i < n; i += 1) log.info('', { hello: 'world' });
    };
  },
  'child-creation': (parent) => (n) => {
    let log;
    for (let i = 0; i < n; i += 1) {
      if (i % CALLS_PER_CHILD === 0) log = parent.child({ a: 'property' });
      log.info('', { hello: 'world' });
    }
  },
  'long-string': (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info(longText);
  },
  interpolate: (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info('hello %s', 'world');
  },
  'interpolate-all': (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info('hello %s %j %d', 'world', { obj: true }, 4);
  },
  'long-field': (log) => (n) => {
    for (let i = 0; i < n; i += 1) log.info('request body', { body: longTexts[i & LONG_TEXT_MASK] });
  },
};

function expectedLine(id, i) {
  const { message, fields, interpolated } = scenarios[id];
  return interpolated === undefined ? { ...fields(i), message } : { message: interpolated };
}

export default Object.keys(scenarios).map((id) => {
  const { stream, seen } = createNullStream();
  let loop;
  return {
    name: 'winston to a null stream',
    group: `scenario-${id}`,
    maxRounds: 3,
    setup() {
      const format = id.startsWith('interpolate')
        ? combine(splat(), timestamp(), json())
        : combine(timestamp(), json());
      loop = loops[id](winston.createLogger({ format, transports: [new winston.transports.Stream({ stream })] }));
    },
    run: (iterations) => loopWithTurns(loop, iterations),
    async verify() {
      await nextTurn();
      seen.keepAll = true;
      await loopWithTurns(loop, 1024);
      await nextTurn();
      verifyLines(seen.all.join(''), 1024, (i) => expectedLine(id, i % 256));
      return '1024 lines of the same loop read back from the stream';
    },
  };
});
