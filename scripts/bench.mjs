// `npm run bench`: the rivals have a package of their own, installed when it is first needed.
import { root } from './entries.mjs';
import { prepareBench, runNode } from './run.mjs';

const ready = await prepareBench();
if (!ready || !(await runNode([`${root}bench/run.mjs`, ...process.argv.slice(2)]))) process.exitCode = 1;
