// What `import '…'` adds to the start of a process: the wall time of a whole `node -e "import '…'"` less the same
// with nothing to import (the first row). Everything is in the page cache: the first start of each is thrown away.

import { spawnSync } from 'node:child_process';

import { nsSince, startClock } from '../lib/clock.mjs';
import { median } from '../lib/stats.mjs';
import { InvalidRun } from '../lib/verify.mjs';

const STARTS = 7;

function startOnce(source) {
  const start = startClock();
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ns = nsSince(start);
  if (status !== 0) throw new InvalidRun(`status ${status}: ${/^\w*Error\b.*$/m.exec(stderr.toString())?.[0]}`);
  return ns / 1e6;
}

function contenderOf(name, source) {
  return {
    name,
    group: 'import',
    measure() {
      startOnce(source);
      return { ms: median(Array.from({ length: STARTS }, () => startOnce(source))) };
    },
  };
}

export default [
  contenderOf('bare node', ''),
  ...['ttlog', 'pino', 'winston', '@logtape/logtape'].map((name) => contenderOf(name, `import '${name}';`)),
];
