// pino's scenarios through ttlog: recorded (what a call costs, delivery from warn up), and delivered to /dev/null, line by
// line, from the first call until flush() has resolved: the very work that the rivals' rows do. A second thread does most
// of it, so that row is the processor time of the whole process.
//
// ttlog does not interpolate: what others write into the message is a field beside it, which is what it is for.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { getLogger, info, init } from 'ttlog';
import { fileSink } from 'ttlog/sinks';

import { nsSince, startClock } from '../lib/clock.mjs';
import { CALLS_PER_CHILD, LONG_TEXT_MASK, deepObject, longText, longTexts, scenarios } from '../lib/scenarios.mjs';
import { recordContender } from '../lib/ttlog.mjs';
import { verifyLines } from '../lib/verify.mjs';

const parent = getLogger('bench');

/** One loop a scenario: calls as an application writes them. */
const loops = {
  basic() {
    return (n) => {
      for (let i = 0; i < n; i += 1) info('hello world');
    };
  },
  object() {
    return (n) => {
      for (let i = 0; i < n; i += 1) info({ hello: 'world' });
    };
  },
  'deep-object'() {
    return (n) => {
      for (let i = 0; i < n; i += 1) info(deepObject);
    };
  },
  child() {
    const log = parent.child({ a: 'property' });
    return (n) => {
      for (let i = 0; i < n; i += 1) log.info({ hello: 'world' });
    };
  },
  'child-child'() {
    const log = parent.child({ a: 'property' }).child({ sub: 'child' });
    return (n) => {
      for (let i = 0; i < n; i += 1) log.info({ hello: 'world' });
    };
  },
  'child-creation'() {
    return (n) => {
      let log;
      for (let i = 0; i < n; i += 1) {
        if (i % CALLS_PER_CHILD === 0) log = parent.child({ a: 'property' });
        log.info({ hello: 'world' });
      }
    };
  },
  'long-string'() {
    return (n) => {
      for (let i = 0; i < n; i += 1) info(longText);
    };
  },
  interpolate() {
    return (n) => {
      for (let i = 0; i < n; i += 1) info('hello', { name: 'world' });
    };
  },
  'interpolate-all'() {
    return (n) => {
      for (let i = 0; i < n; i += 1) info('hello', { name: 'world', data: { obj: true }, count: 4 });
    };
  },
  'long-field'() {
    return (n) => {
      for (let i = 0; i < n; i += 1) info('request body', { body: longTexts[i & LONG_TEXT_MASK] });
    };
  },
};

function recorded(id) {
  const { message, fields } = scenarios[id];
  const loop = loops[id]();
  return recordContender({
    name: 'ttlog, recorded',
    group: `scenario-${id}`,
    message,
    run(iterations) {
      const start = startClock();
      loop(iterations);
      return nsSince(start) / iterations;
    },
    fieldsOf: fields,
    // The ring of long-field begins wherever it begins: each text says which it is.
    inRing: (line) => fields(id === 'long-field' ? Number(line.body.split(' ')[1]) : 0),
  });
}

function delivered(id) {
  const { message, fields } = scenarios[id];
  const loop = loops[id]();
  let handle;
  return {
    name: 'ttlog, delivered to /dev/null (CPU, all threads)',
    group: `scenario-${id}`,
    setup() {
      handle = init({ service: 'bench', sinks: [fileSink({ path: '/dev/null' })] });
    },
    async run(iterations) {
      const before = process.cpuUsage();
      loop(iterations);
      await handle.flush();
      const { user, system } = process.cpuUsage(before);
      return ((user + system) * 1000) / iterations;
    },
    async verify({ workDir }) {
      const { dropped, lapped, sinkErrors } = handle.stats();
      await handle.shutdown();
      const path = join(workDir, 'out.ndjson');
      handle = init({ service: 'bench', sinks: [fileSink({ path })] });
      loop(1000);
      await handle.shutdown();
      verifyLines(readFileSync(path, 'utf8'), 1000, (i) => ({ msg: message, ...fields(i) }), {
        dropped,
        lapped,
        sinkErrors,
      });
      return 'none dropped, none lapped; 1000 lines of the same loop read back from a file';
    },
  };
}

export default Object.keys(scenarios).flatMap((id) =>
  [recorded(id), delivered(id)].map((contender) => ({ ...contender, maxRounds: 3 })),
);
