// How many tests really ran: read from the reports that vitest wrote, added up over the Node versions that were used.
// `node scripts/counts.mjs` prints the sum as a plain line (for CI).
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { root } from './entries.mjs';

const directory = `${root}.tmp/reports/`;

/** Where a vitest run has to write its JSON report, with an older one removed. @param {string} name */
export function reportFile(name) {
  const file = `${directory}node-${process.versions.node}-${name}.json`;
  mkdirSync(directory, { recursive: true });
  rmSync(file, { force: true });
  return file;
}

/** @param {readonly string[]} files @returns {{ passed: number, failed: number, skipped: number }} */
export function countReports(files) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const file of files) {
    // A run that died before it could report is a failure, not nothing.
    if (!existsSync(file)) {
      sum.failed++;
      continue;
    }
    const report = JSON.parse(readFileSync(file, 'utf8'));
    sum.passed += report.numPassedTests;
    sum.failed += report.numFailedTests;
    sum.skipped += report.numPendingTests + report.numTodoTests;
    // A file that did not load holds no tests: it counts as one that failed. So does an error outside every test.
    const broken = report.testResults.filter(
      (/** @type {any} */ suite) =>
        suite.status === 'failed' &&
        suite.assertionResults.every((/** @type {any} */ test) => test.status !== 'failed'),
    ).length;
    sum.failed += broken;
    if (!report.success && report.numFailedTests + broken === 0) sum.failed++;
  }
  return sum;
}

/** @param {{ passed: number, failed: number }} counts */
export const countsLine = ({ passed, failed }) => `${passed} passed, ${failed} failed`;

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const files = existsSync(directory) ? readdirSync(directory).map((name) => directory + name) : [];
  if (files.length === 0) {
    console.error('counts: no test has run');
    process.exitCode = 1;
  } else {
    const counts = countReports(files);
    if (counts.skipped > 0) console.log(`${counts.skipped} skipped`);
    console.log(countsLine(counts));
    if (counts.failed > 0) process.exitCode = 1;
  }
}
