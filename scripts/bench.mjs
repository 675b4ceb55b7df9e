// `npm run bench`: the rivals have a package of their own, installed when it is first needed.
import { existsSync } from 'node:fs';
import { root } from './entries.mjs';
import { plainEnvironment, run, runNode } from './run.mjs';

const ready =
  (await runNode([`${root}scripts/build.mjs`])) &&
  (existsSync(`${root}bench/node_modules`) ||
    (await run('npm', ['ci', '--prefix', 'bench'], { env: plainEnvironment() })));
if (!ready || !(await runNode([`${root}bench/run.mjs`, ...process.argv.slice(2)]))) process.exitCode = 1;
