import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from '../narrator.js';
import { ShopClient } from '../shop-client.js';

const here = dirname(fileURLToPath(import.meta.url));
/** Below dist, which git ignores; the next demo starts with an empty one. */
export const directory = join(here, '../../left-behind');
export const logFile = join(directory, 'shop.log');

/** Another shop, in a process of its own. */
export interface ChildShop {
  readonly child: ChildProcess;
  readonly client: ShopClient;
  /** Where its ring is; undefined where this machine has no black box. */
  readonly blackBox: string | undefined;
  readonly closed: Promise<[number | null, NodeJS.Signals | null]>;
  /** What it has written to its standard error. */
  stderr(): string;
}

export async function startShop(...args: string[]): Promise<ChildShop> {
  const main = join(here, '../crash/main.js');
  const child = fork(main, [directory, ...args], { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const [told] = (await Promise.race([once(child, 'message'), closed])) as [unknown];
  if (typeof told !== 'object' || told === null)
    throw new Error(`Expected the shop to listen, it ended with ${String(told)}\n${stderr}`);
  const { url, blackBox } = told as { url: string; blackBox?: string };
  return { child, client: new ShopClient(url), blackBox, closed, stderr: () => stderr };
}

/** The same as `npx ttlog view FILE`. */
export function view(file: string, last: number): void {
  ttlog('view', file, '--last', String(last));
}

/** The same as `npx ttlog tail FILE`: the lines of a log that have to do with a request. */
export function tail(file: string, requestId: string): void {
  ttlog('tail', file, '--all', '--no-follow', '--grep', requestId);
}

function ttlog(command: string, file: string, ...options: string[]): void {
  const manifest = createRequire(import.meta.url).resolve('ttlog/package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: { ttlog: string } };
  // npm runs this in the workspace; the person who reads it is where npm was called.
  const near = relative(process.env['INIT_CWD'] ?? process.cwd(), file);
  request(`npx ttlog ${command} ${near.startsWith('..') ? file : near} ${options.join(' ')}\n`);
  const program = [join(dirname(manifest), bin.ttlog), command, file, ...options];
  const { status } = spawnSync(process.execPath, program, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`Expected ttlog ${command} to end with status 0, got ${status}`);
}

export function logLines(): string[] {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n');
}
