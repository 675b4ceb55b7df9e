// What `import '…'` adds to the start of a process: the wall time of a whole `node -e "import '…'"` less that of one with
// nothing to import. The two are started in turn, so that a busy moment meets both; the first start of each is thrown
// away (page cache), and of the rest the lower quartile counts.

import { spawnSync } from 'node:child_process';

import { nsSince, startClock } from '../lib/clock.mjs';
import { quantile } from '../lib/stats.mjs';
import { InvalidRun } from '../lib/verify.mjs';

const STARTS = 11;

function startOnce(source) {
  const start = startClock();
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ns = nsSince(start);
  if (status !== 0) throw new InvalidRun(`status ${status}: ${/^\w*Error\b.*$/m.exec(stderr.toString())?.[0]}`);
  return ns / 1e6;
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

export default ['ttlog', 'pino', 'winston', '@logtape/logtape'].map(contenderOf);
