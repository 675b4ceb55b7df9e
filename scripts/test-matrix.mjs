// The test suite under other Node versions, over this checkout: `npm run test:matrix` (22, 24 and 26), or
// `npm run test:matrix -- 24`. npm's `node` package brings each.
import { root } from './entries.mjs';
import { plainEnvironment, run, runNode } from './run.mjs';

const asked = process.argv.slice(2);
const versions = asked.length > 0 ? asked : ['22', '24', '26'];

if (!(await runNode([`${root}scripts/build.mjs`]))) process.exit(1);
for (const version of versions) {
  console.log(`\n── Node ${version} ──`);
  const inOrder = await run('npx', ['-y', '-p', `node@${version}`, '-c', 'node scripts/test.mjs --no-build'], {
    env: plainEnvironment(),
  });
  if (!inOrder) {
    console.error(`test:matrix: Node ${version} failed`);
    process.exitCode = 1;
  }
}
