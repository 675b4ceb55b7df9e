// Writes the tables of docs/instrument.md from the tests that prove them, after running them: `npm run docs:instrument`.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { root } from './entries.mjs';
import { GUARANTEES, PAGE, withGenerated } from './instrument-table.mjs';
import { runNode } from './run.mjs';

/** @type {import('./instrument-table.mjs').ProvenTest[]} */
const tests = [];
const failed = [];
for (const project of ['legacy', 'standard']) {
  const report = `${root}.tmp/guarantees-${project}.json`;
  const vitest = [`${root}node_modules/vitest/vitest.mjs`, 'run', '--project', project, GUARANTEES];
  await runNode([...vitest, '--reporter=json', `--outputFile=${report}`]);
  for (const { name, assertionResults } of JSON.parse(readFileSync(report, 'utf8')).testResults) {
    for (const { ancestorTitles, title, status } of assertionResults) {
      if (ancestorTitles.length === 0) continue; // about the table itself, which may be out of date
      if (status !== 'passed') failed.push(`${project}: ${ancestorTitles[0]} > ${title}`);
      tests.push({ kind: ancestorTitles[0], guarantee: title, file: relative(root, name), project });
    }
  }
  rmSync(report);
}
if (failed.length > 0) {
  console.error(`docs: nothing is written, these tests fail:\n${failed.join('\n')}`);
  process.exit(1);
}
const page = readFileSync(root + PAGE, 'utf8');
const made = withGenerated(page, tests);
writeFileSync(root + PAGE, made);
console.log(`docs: ${PAGE} ${made === page ? 'is as it was' : 'has been written anew'}`);
