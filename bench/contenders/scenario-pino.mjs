// pino's own scenarios through pino: to /dev/null, sync, minLength 4096, its fastest destination that exists. Calls and
// data are those of the benchmarks in its repository.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import pino from 'pino';

import { nsSince, startClock } from '../lib/clock.mjs';
import { pinoCalls } from '../lib/pino-calls.mjs';
import { scenarios } from '../lib/scenarios.mjs';
import { verifyLines } from '../lib/verify.mjs';

function loggerTo(path) {
  return pino(pino.destination({ dest: path, sync: true, minLength: 4096 }));
}

function expectedLine(id, i) {
  const { message, fields, interpolated } = scenarios[id];
  if (interpolated !== undefined) return { msg: interpolated };
  return message === '' ? fields(i) : { msg: message, ...fields(i) };
}

export default Object.keys(scenarios).map((id) => {
  let loop;
  return {
    name: 'pino to /dev/null (sync, minLength 4096)',
    group: `scenario-${id}`,
    maxRounds: 3,
    setup() {
      loop = pinoCalls[id](loggerTo('/dev/null'));
    },
    run(iterations) {
      const start = startClock();
      loop(iterations);
      return nsSince(start) / iterations;
    },
    verify({ workDir }) {
      const path = join(workDir, 'out.ndjson');
      const log = loggerTo(path);
      pinoCalls[id](log)(1000);
      log.flush();
      verifyLines(readFileSync(path, 'utf8'), 1000, (i) => expectedLine(id, i));
      return '1000 lines of the same loop read back from a file';
    },
  };
});
