// LogTape, configured as its documentation does, nonBlocking left as it comes (off).
//
// A no-op sink is handed a record object and renders nothing: that is LogTape at its cheapest. With its JSON Lines
// formatter in front of a no-op it does the work that pino does into a no-op stream.

import { configure, getJsonLinesFormatter, getLogger } from '@logtape/logtape';

import { nsSince, startClock } from '../lib/clock.mjs';
import { CONSTANT_FIELDS, EMAIL_MASK, emails, varyingFields } from '../lib/event-data.mjs';
import { expectFields } from '../lib/verify.mjs';

let lastRecord;
function noopSink(record) {
  lastRecord = record;
}

const render = getJsonLinesFormatter();
let lastLine = '';
function renderingSink(record) {
  lastLine = render(record);
}

async function loggerTo(sink) {
  await configure({
    sinks: { sink },
    loggers: [
      { category: 'shop', lowestLevel: 'info', sinks: ['sink'] },
      { category: ['logtape', 'meta'], lowestLevel: 'warning', sinks: [] },
    ],
  });
  return getLogger('shop');
}

function runConstant(iterations, log) {
  const start = startClock();
  for (let i = 0; i < iterations; i += 1) {
    log.info('User logged in', { user_id: 123, attempt: 1.5, email: 'alice@example.com' });
  }
  return nsSince(start) / iterations;
}

function runVarying(iterations, log) {
  const start = startClock();
  for (let i = 0; i < iterations; i += 1) {
    log.info('User logged in', { user_id: i, attempt: i * 0.5, email: emails[i & EMAIL_MASK] });
  }
  return nsSince(start) / iterations;
}

function contendersOf(group, run, fieldsOf) {
  let log;
  return [
    {
      name: 'LogTape to a no-op sink',
      group,
      async setup() {
        log = await loggerTo(noopSink);
      },
      run: (iterations) => run(iterations, log),
      verify() {
        run(1000, log);
        expectFields('the last record', lastRecord.properties, fieldsOf(999));
        return 'last record read back';
      },
    },
    {
      name: 'LogTape to a no-op sink, as JSON lines',
      group,
      async setup() {
        log = await loggerTo(renderingSink);
      },
      run: (iterations) => run(iterations, log),
      verify() {
        run(1000, log);
        const line = JSON.parse(lastLine);
        expectFields('the last line', line, { message: 'User logged in' });
        expectFields('the last line', line.properties, fieldsOf(999));
        return 'last line read back';
      },
    },
  ];
}

export default [
  ...contendersOf('record-constant', runConstant, () => CONSTANT_FIELDS),
  ...contendersOf('record-varying', runVarying, varyingFields),
];
