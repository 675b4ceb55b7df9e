// `npm run bench` works in a fresh clone: what is missing is installed or built first, and said.

import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { plainEnvironment } from '../../scripts/run.mjs';

const BENCH_DIR = fileURLToPath(new URL('..', import.meta.url));
const ROOT_DIR = fileURLToPath(new URL('../..', import.meta.url));

export function ensureInstalled() {
  if (!isInstalled()) {
    npm('installing the rivals', ['ci', '--no-audit', '--no-fund'], BENCH_DIR);
  }
  if (!existsSync(`${ROOT_DIR}dist/esm/index.js`)) {
    npm('building ttlog', ['run', '--silent', 'build'], ROOT_DIR);
  }
}

/** npm writes node_modules/.package-lock.json last; a lock file that is newer has not been installed yet. */
function isInstalled() {
  const installed = statSync(`${BENCH_DIR}node_modules/.package-lock.json`, { throwIfNoEntry: false });
  return installed !== undefined && installed.mtimeMs >= statSync(`${BENCH_DIR}package-lock.json`).mtimeMs;
}

function npm(what, args, cwd) {
  process.stderr.write(`${what} (npm ${args.join(' ')})\n`);
  const options = { cwd, env: plainEnvironment(), stdio: ['ignore', 2, 2], shell: process.platform === 'win32' };
  const { status } = spawnSync('npm', args, options);
  // Without a build the rivals are still worth a table: ttlog's files are then listed as not run.
  if (status !== 0) process.stderr.write(`${what} failed; going on without it\n`);
}
