// `npm test`: build → typecheck → every vitest project over the source → the packed tarball. Ends with the real counts.
// `--no-build` skips the first two (for a second Node version over the same checkout).
import { root } from './entries.mjs';
import { countReports, countsLine, reportFile } from './counts.mjs';
import { runNode } from './run.mjs';

const reports = /** @type {string[]} */ ([]);
const failed = /** @type {string[]} */ ([]);

/** @param {string} name @param {() => Promise<boolean>} work */
async function step(name, work) {
  const startedAt = performance.now();
  const inOrder = await work();
  console.log(`test: ${name} ${inOrder ? 'ok' : 'FAILED'} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  if (!inOrder) failed.push(name);
}

/** @param {string} name @param {readonly string[]} projects */
async function vitest(name, projects) {
  const report = reportFile(name);
  reports.push(report);
  await step(name, () =>
    runNode([
      `${root}node_modules/vitest/vitest.mjs`,
      'run',
      ...projects.flatMap((project) => ['--project', project]),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ]),
  );
}

if (!process.argv.includes('--no-build')) {
  await step('build', () => runNode([`${root}scripts/build.mjs`]));
  await step('typecheck', () => runNode([`${root}scripts/typecheck.mjs`]));
}
await vitest('unit', ['legacy', 'standard', 'nest-11']);
await vitest('package', ['package']);

const counts = countReports(reports);
console.log(`\nNode ${process.versions.node}${failed.length > 0 ? `, failed: ${failed.join(', ')}` : ''}`);
if (counts.skipped > 0) console.log(`${counts.skipped} skipped`);
console.log(countsLine(counts));
if (failed.length > 0 || counts.failed > 0) process.exitCode = 1;
