// What `import '…'` adds to the start of a process: the wall time of a whole `node -e "import '…'"` less that of one with
// nothing to import, both less the time for which parent or child had no processor. The two are started in turn, so that
// a busy moment meets both; the first start of each is thrown away (page cache), of the rest the lower quartile counts.

import { spawnSync } from 'node:child_process';

import { nsSince, startClock } from '../lib/clock.mjs';
import { quantile } from '../lib/stats.mjs';
import { InvalidRun } from '../lib/verify.mjs';

const STARTS = 9;

/** At its end the child says how long it waited for a processor. The bare process carries the same lines. */
const REPORT_WAIT = `
import { writeSync } from 'node:fs';
import { processorTime } from '${new URL('../lib/processor-time.mjs', import.meta.url).href}';
process.on('exit', () => writeSync(1, String(processorTime().waitedNs)));`;

function startOnce(source) {
  const start = startClock();
  const { status, stderr, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', source + REPORT_WAIT]);
  const ns = nsSince(start);
  if (status !== 0) throw new InvalidRun(`status ${status}: ${/^\w*Error\b.*$/m.exec(stderr.toString())?.[0]}`);
  return (ns - Number(stdout.toString())) / 1e6;
}

function contenderOf(name) {
  return {
    name: `import '${name}'`,
    group: 'import',
    measure() {
      const bareMs = [];
      const importMs = [];
      for (let i = 0; i <= STARTS; i += 1) {
        bareMs.push(startOnce(''));
        importMs.push(startOnce(`import '${name}';`));
      }
      const ms = quantile(importMs.slice(1), 0.25);
      return { ms, addedMs: ms - quantile(bareMs.slice(1), 0.25) };
    },
  };
}

export default ['ttlog', 'ttlog/core', 'pino', 'winston', '@logtape/logtape'].map(contenderOf);
