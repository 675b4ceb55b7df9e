// pino's asynchronous destination: the calling thread renders JSON, the thread pool writes it.
//
// The loop gives the event loop a turn every 256 events, inside the time that is counted: the completion callbacks
// are part of the cost, and without a turn the buffer would only grow.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import pino from 'pino';

import { nextTurn, nsSince, startClock } from '../lib/clock.mjs';
import { CONSTANT_FIELDS, EMAIL_MASK, emails, varyingFields } from '../lib/event-data.mjs';
import { expectEqual, expectFields } from '../lib/verify.mjs';

const name = 'pino to /dev/null (async)';
const BURST = 256;

function toFile(path) {
  return pino(pino.destination({ dest: path, sync: false, minLength: 4096 }));
}

async function runConstant(iterations, log) {
  const start = startClock();
  for (let i = 0; i < iterations; i += 1) {
    log.info({ user_id: 123, attempt: 1.5, email: 'alice@example.com' }, 'User logged in');
    if (i % BURST === 0) await nextTurn();
  }
  return nsSince(start) / iterations;
}

async function runVarying(iterations, log) {
  const start = startClock();
  for (let i = 0; i < iterations; i += 1) {
    log.info({ user_id: i, attempt: i * 0.5, email: emails[i & EMAIL_MASK] }, 'User logged in');
    if (i % BURST === 0) await nextTurn();
  }
  return nsSince(start) / iterations;
}

function contenderOf(group, run, fieldsOf) {
  let devNull;
  return {
    name,
    group,
    setup() {
      devNull = toFile('/dev/null');
    },
    run: (iterations) => run(iterations, devNull),
    async verify({ workDir }) {
      const path = join(workDir, 'pino.ndjson');
      const log = toFile(path);
      await run(1000, log);
      await new Promise((resolve, reject) => {
        log.flush((error) => (error ? reject(error) : resolve()));
      });
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
      lines.forEach((line, i) =>
        expectFields(`line ${i}`, JSON.parse(line), { msg: 'User logged in', ...fieldsOf(i) }),
      );
      expectEqual('lines in the file', lines.length, 1000);
      return '1000 lines of the same loop read back from a file';
    },
  };
}

export default [
  contenderOf('record-constant', runConstant, () => CONSTANT_FIELDS),
  contenderOf('record-varying', runVarying, varyingFields),
];
