// A project that tests need beside this one, such as one with another version of Nest.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainEnvironment } from './run.mjs';

/**
 * Installs its packages when they are missing or not those of its lockfile.
 *
 * @param {string} folder
 */
export function installFixture(folder) {
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const installed = join(folder, 'node_modules/.ttlog-lock');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    env: plainEnvironment(),
    stdio: 'pipe',
  });
  writeFileSync(installed, lock);
}
