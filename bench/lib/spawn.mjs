// Starts contenders, each in its own process: no shared hidden classes, no inline cache that a rival has made
// polymorphic, no heap that somebody else has filled.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

const CHILD = fileURLToPath(new URL('./child.mjs', import.meta.url));
const LISTER = fileURLToPath(new URL('./list.mjs', import.meta.url));
const BENCH_DIR = fileURLToPath(new URL('..', import.meta.url));
const ROOT_DIR = fileURLToPath(new URL('../..', import.meta.url));
/** A contender that has said nothing for so long hangs. */
const SILENCE_MS = 300_000;

/**
 * @param {{ file: string, group: string, name: string }} contender names may repeat in other groups
 * @param {object} settings
 * @param {(done: number) => void} [onProgress] 0 to 1, for contenders that say how far they are
 * @returns {Promise<{ metrics?: Record<string, number>, verified?: string, invalid?: string, failed?: string }>}
 */
export async function runInOwnProcess({ file, group, name }, settings, onProgress) {
  const workDir = await mkdtemp(join(tmpdir(), 'ttlog-bench-'));
  try {
    const args = ['--expose-gc', CHILD, file, group, name, JSON.stringify({ ...settings, workDir })];
    return await runNode(args, onProgress);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** Names and groups of all contenders in `files`, read in a process of its own: this one loads no rival. */
export async function listContenders(files) {
  const result = await runNode([LISTER, ...files]);
  if (result.failed) throw new Error(`Expected to list the contenders: ${result.failed}`);
  return {
    contenders: result.contenders,
    unavailable: result.unavailable.map(({ file, reason }) => ({
      file: basename(file),
      reason: relativePaths(reason),
    })),
  };
}

/** A table may be pasted anywhere: where this checkout lies is nobody's business. */
function relativePaths(text) {
  return text.replaceAll(pathToFileURL(ROOT_DIR).href, '').replaceAll(ROOT_DIR, '');
}

function runNode(args, onProgress = () => {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: BENCH_DIR,
      env: cleanEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    const silence = setTimeout(() => child.kill('SIGKILL'), SILENCE_MS);
    const errors = [];
    child.stdio[2].on('data', (chunk) => errors.push(chunk));
    let result;
    createInterface({ input: child.stdio[3] }).on('line', (line) => {
      silence.refresh();
      const message = JSON.parse(line);
      if (message.progress === undefined) result = message;
      else onProgress(message.progress);
    });
    child.once('error', (error) => {
      clearTimeout(silence);
      resolve({ failed: error.message });
    });
    child.once('close', (code, signal) => {
      clearTimeout(silence);
      resolve(code === 0 && result ? result : { failed: `${signal ?? `status ${code}`}: ${lastLines(errors)}` });
    });
  });
}

/** What would change a logger's level, or the engine, under only some of the contenders' feet. */
function cleanEnvironment() {
  const env = { ...process.env, NODE_ENV: 'production' };
  for (const name of ['TTLOG', 'LOG_LEVEL', 'DEBUG', 'NODE_OPTIONS', 'FORCE_COLOR', 'NODE_V8_COVERAGE'])
    delete env[name];
  return env;
}

function lastLines(chunks) {
  const lines = Buffer.concat(chunks).toString().trim().split('\n');
  const line = lines.find((one) => /^\w*Error\b/.test(one)) ?? lines.at(-1);
  return relativePaths(line.trim()) || 'no output';
}
