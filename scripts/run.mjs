// Running other programs from the scripts: one way to spawn, one environment.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { root } from './entries.mjs';

/**
 * The environment without what the surrounding `npm run` put there: an `npm` started for another folder must not take
 * this package's settings for its own.
 */
export function plainEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE_ENV$|VITEST)/.test(name)),
  );
}

/**
 * Runs a program with this terminal as its output.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<boolean>} whether it ended with status 0
 */
export function run(file, args, options = {}) {
  const child = spawn(file, args, { cwd: root, env: process.env, ...options, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code === 0));
  });
}

/** Runs a script, or a tool by its file in node_modules, under this very Node. @param {readonly string[]} args */
export const runNode = (args) => run(process.execPath, args);

/** Builds ttlog, in a fresh clone, too; what bench/ needs beside it, bench/run.mjs installs. @returns {Promise<boolean>} whether it went well */
export async function prepareBench() {
  if (!existsSync(`${root}node_modules`) && !(await run('npm', ['ci'], { env: plainEnvironment() }))) return false;
  return runNode([`${root}scripts/build.mjs`]);
}
