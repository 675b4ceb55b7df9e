// The cost of an event by the number of its fields, recorded (time of a call, bytes in the ring) and through pino to
// /dev/null. It has to grow with the fields and no faster.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import pino from 'pino';
import { info } from 'ttlog';

import { nsSince, startClock } from '../lib/clock.mjs';
import { measureContender } from '../lib/measure.mjs';
import { recordContender } from '../lib/ttlog.mjs';
import { verifyLines } from '../lib/verify.mjs';
import { FIELD_COUNTS, fieldsOf } from '../lib/wide-events.mjs';

const group = 'scaling-fields';
const message = 'Order packed';

function ttlogContender(fields) {
  const make = fieldsOf[fields];
  const contender = recordContender({
    name: `ttlog, ${fields} fields`,
    group,
    message,
    run(iterations) {
      const start = startClock();
      for (let i = 0; i < iterations; i += 1) info('Order packed', make(i));
      return nsSince(start) / iterations;
    },
    fieldsOf: make,
    inRing: (line, previous) =>
      make(previous === undefined || line.user_id === 0 ? line.user_id : previous.user_id + 1),
  });
  return {
    ...contender,
    maxRounds: 3,
    async measure(settings) {
      const { ns } = await measureContender({ run: contender.run }, settings);
      return { ns, fields, ringBytes: contender.ringBytes() };
    },
  };
}

function pinoContender(fields) {
  const make = fieldsOf[fields];
  const open = (path) => pino(pino.destination({ dest: path, sync: true, minLength: 4096 }));
  const loop = (log, iterations) => {
    for (let i = 0; i < iterations; i += 1) log.info(make(i), 'Order packed');
  };
  return {
    name: `pino, ${fields} fields`,
    group,
    maxRounds: 3,
    async measure(settings) {
      const log = open('/dev/null');
      const run = (iterations) => {
        const start = startClock();
        loop(log, iterations);
        return nsSince(start) / iterations;
      };
      const { ns } = await measureContender({ run }, settings);
      return { ns, fields };
    },
    verify({ workDir }) {
      const path = join(workDir, 'out.ndjson');
      const log = open(path);
      loop(log, 1000);
      log.flush();
      verifyLines(readFileSync(path, 'utf8'), 1000, (i) => ({ msg: message, ...make(i) }));
      return '1000 lines of the same loop read back from a file';
    },
  };
}

export default [...FIELD_COUNTS.map(ttlogContender), ...FIELD_COUNTS.map(pinoContender)];
