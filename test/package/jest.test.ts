import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, inject, test } from 'vitest';
import { root } from '../../scripts/entries.mjs';
import { installFixture } from '../../scripts/install-fixture.mjs';
import { plainEnvironment } from '../../scripts/run.mjs';

const fixture = join(root, 'test/package/jest-fixture');

/** Installs the fixture's own packages, then unpacks ttlog there. */
function prepareFixture(): void {
  installFixture(fixture);
  const target = join(fixture, 'node_modules/ttlog');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  execFileSync('tar', ['-xzf', inject('tarball'), '--strip-components=1', '-C', target]);
}

beforeAll(prepareFixture);

test('a CommonJS project under Jest 30 and ts-jest, with its types checked, can use the tarball', () => {
  const report = join(fixture, 'node_modules/.ttlog-report.json');
  rmSync(report, { force: true });
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/jest/bin/jest.js', '--ci', '--runInBand', '--json', `--outputFile=${report}`],
    { cwd: fixture, env: plainEnvironment(), encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`jest ended with ${status}\n${stdout}\n${stderr}`);
  const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>;
  expect(numPassedTests).toBeGreaterThanOrEqual(4);
  expect(numPassedTests).toBe(numTotalTests);
});
