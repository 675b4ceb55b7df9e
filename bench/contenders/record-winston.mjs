// winston's Stream transport into a stream that discards.
//
// Its default format writes JSON without the time, which no other contender leaves out and no log can do without;
// `combine(timestamp(), json())` is the format of its README. Both are shown, the second is what ratios are taken of.
//
// winston is a Node stream, so the loop gives the event loop a turn every 256 events, inside the time that is counted.

import { Writable } from 'node:stream';

import winston from 'winston';

import { nextTurn, nsSince, startClock } from '../lib/clock.mjs';
import { CONSTANT_FIELDS, EMAIL_MASK, emails, varyingFields } from '../lib/event-data.mjs';
import { expectEqual, expectFields } from '../lib/verify.mjs';

const BURST = 256;

let lines = 0;
let lastLine = '';
const nullStream = new Writable({
  decodeStrings: false,
  write(line, _encoding, callback) {
    lines += 1;
    lastLine = line;
    callback();
  },
});

const { combine, json, timestamp } = winston.format;
const formats = {
  'winston to a null stream': () => combine(timestamp(), json()),
  'winston to a null stream, without the time': () => json(),
};

function loggerWith(format) {
  return winston.createLogger({ format, transports: [new winston.transports.Stream({ stream: nullStream })] });
}

async function runConstant(iterations, log) {
  const start = startClock();
  for (let i = 0; i < iterations; i += 1) {
    log.info('User logged in', { user_id: 123, attempt: 1.5, email: 'alice@example.com' });
    if (i % BURST === 0) await nextTurn();
  }
  return nsSince(start) / iterations;
}

async function runVarying(iterations, log) {
  const start = startClock();
  for (let i = 0; i < iterations; i += 1) {
    log.info('User logged in', { user_id: i, attempt: i * 0.5, email: emails[i & EMAIL_MASK] });
    if (i % BURST === 0) await nextTurn();
  }
  return nsSince(start) / iterations;
}

function contendersOf(group, run, fieldsOf) {
  let log;
  return Object.entries(formats).map(([name, makeFormat]) => ({
    name,
    group,
    setup() {
      log = loggerWith(makeFormat());
    },
    run: (iterations) => run(iterations, log),
    async verify() {
      await nextTurn();
      const before = lines;
      await run(1000, log);
      await nextTurn();
      expectEqual('lines that reached the stream', lines - before, 1000);
      expectFields('the last line', JSON.parse(lastLine), { message: 'User logged in', ...fieldsOf(999) });
      return '1000 lines counted, the last one read back';
    },
  }));
}

export default [
  ...contendersOf('record-constant', runConstant, () => CONSTANT_FIELDS),
  ...contendersOf('record-varying', runVarying, varyingFields),
];
