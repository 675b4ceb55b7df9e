// pino with its synchronous writers: the calling thread renders JSON and writes it.
//
// /dev/null, sync, minLength 4096 is pino's fastest real destination: one write(2) every 4 KiB. A no-op stream
// leaves even that away and is a bound, not a destination anybody can use. Levels and base fields as they come.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import pino from 'pino';

import { nsSince, startClock } from '../lib/clock.mjs';
import { CONSTANT_FIELDS, EMAIL_MASK, emails, varyingFields } from '../lib/event-data.mjs';
import { expectFields } from '../lib/verify.mjs';

function toFile(path) {
  return pino(pino.destination({ dest: path, sync: true, minLength: 4096 }));
}

let lastLine = '';
const noopStream = {
  write(line) {
    lastLine = line;
  },
};

function runConstant(iterations, log) {
  const start = startClock();
  for (let i = 0; i < iterations; i += 1) {
    log.info({ user_id: 123, attempt: 1.5, email: 'alice@example.com' }, 'User logged in');
  }
  return nsSince(start) / iterations;
}

function runVarying(iterations, log) {
  const start = startClock();
  for (let i = 0; i < iterations; i += 1) {
    log.info({ user_id: i, attempt: i * 0.5, email: emails[i & EMAIL_MASK] }, 'User logged in');
  }
  return nsSince(start) / iterations;
}

/** The same run into a file, where it can be read back: /dev/null keeps nothing. */
function verifyThroughFile(run, fieldsOf, workDir) {
  const path = join(workDir, 'pino.ndjson');
  const log = toFile(path);
  run(1000, log);
  log.flush();
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  lines.forEach((line, i) => expectFields(`line ${i}`, JSON.parse(line), { msg: 'User logged in', ...fieldsOf(i) }));
  expectFields('the file', { lines: lines.length }, { lines: 1000 });
  return '1000 lines of the same loop read back from a file';
}

function contendersOf(group, run, fieldsOf) {
  let devNull;
  let noop;
  return [
    {
      name: 'pino to /dev/null (sync, minLength 4096)',
      group,
      setup() {
        devNull = toFile('/dev/null');
      },
      run: (iterations) => run(iterations, devNull),
      verify: ({ workDir }) => verifyThroughFile(run, fieldsOf, workDir),
    },
    {
      name: 'pino into a no-op stream',
      group,
      setup() {
        noop = pino({}, noopStream);
      },
      run: (iterations) => run(iterations, noop),
      verify() {
        run(1000, noop);
        expectFields('the last line', JSON.parse(lastLine), { msg: 'User logged in', ...fieldsOf(999) });
        return 'last line read back';
      },
    },
  ];
}

export default [
  ...contendersOf('record-constant', runConstant, () => CONSTANT_FIELDS),
  ...contendersOf('record-varying', runVarying, varyingFields),
];
