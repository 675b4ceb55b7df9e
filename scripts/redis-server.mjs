// A Redis for the tests that need a real one: the machine's own, else that of Debian's archive, unpacked into .tmp and not installed.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './entries.mjs';

const UNPACKED = join(root, '.tmp/redis');
const PACKAGES = ['redis-server', 'redis-tools', 'liblzf1', 'libjemalloc2', 'liblua5.1-0', 'lua-cjson', 'lua-bitop'];

/** @returns {string | undefined} */
function onPath() {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'redis-server')).find((file) => existsSync(file));
}

/** Debian's, where its tools and its archive are within reach. Throws where they are not. */
function unpacked() {
  const server = join(UNPACKED, 'usr/bin/redis-server');
  if (existsSync(server)) return server;
  const downloads = join(UNPACKED, 'packages');
  mkdirSync(downloads, { recursive: true });
  try {
    execFileSync('apt-get', ['download', ...PACKAGES], { cwd: downloads, stdio: 'pipe' });
    for (const file of readdirSync(downloads).filter((name) => name.endsWith('.deb')))
      execFileSync('dpkg', ['-x', join(downloads, file), UNPACKED], { stdio: 'pipe' });
  } catch (error) {
    rmSync(UNPACKED, { recursive: true, force: true });
    throw new Error(
      'Expected redis-server on the PATH, or within reach of `apt-get download`, got neither. Install it (apt-get install redis-server, brew install redis) and run npm run test:redis again.',
      { cause: error },
    );
  }
  return server;
}

/**
 * Starts one that keeps nothing, on a socket of its own.
 *
 * @returns {Promise<{ socket: string, stop: () => Promise<void> }>}
 */
export async function startRedis() {
  const server = onPath() ?? unpacked();
  const folder = mkdtempSync(join(tmpdir(), 'ttlog-redis-'));
  const socket = join(folder, 'redis.sock');
  const libraries = readdirIfThere(join(UNPACKED, 'usr/lib')).map((name) => join(UNPACKED, 'usr/lib', name));
  const child = spawn(server, ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder], {
    env: { ...process.env, ...(server.startsWith(UNPACKED) && { LD_LIBRARY_PATH: libraries.join(delimiter) }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  while (!said.includes('eady to accept connections')) {
    await Promise.race([once(child.stdout, 'data'), ended]);
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}:\n${said}`);
  }
  return {
    socket,
    async stop() {
      child.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @param {string} folder */
function readdirIfThere(folder) {
  return existsSync(folder) ? readdirSync(folder) : [];
}
