// Programs in processes of their own, over the built package (dist/), as a user would run them.
import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll } from 'vitest';
import { root } from '../../scripts/entries.mjs';
import { plainEnvironment } from '../../scripts/run.mjs';

export interface ChildRun {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ChildOptions {
  readonly env?: Record<string, string>;
  /** Of node: `--import x`. */
  readonly args?: readonly string[];
  /** What the program is. @default 'module' */
  readonly type?: 'module' | 'commonjs';
  /**
   * What reads its stdout: all of it (default), a process that does nothing else (for those that must not be kept waiting: this one may be
   * busy for a while), nobody while the process lives, or nobody at all.
   */
  readonly reader?: 'eager' | 'process' | 'never' | 'gone';
}

beforeAll(() => {
  if (!existsSync(`${root}dist/esm/index.js`)) throw new Error('Expected dist/ to be there: npm run build');
});

let directory: string | undefined;
afterAll(() => {
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
});

/** A path in a folder that is gone after the tests of this file. */
export function temporaryPath(name: string): string {
  directory ??= mkdtempSync(join(tmpdir(), 'ttlog-test-'));
  return join(directory, name);
}

/** Runs a program; in it, `ttlog` is the package itself. */
export async function runChild(
  code: string,
  { env = {}, args = [], type = 'module', reader = 'eager' }: ChildOptions = {},
): Promise<ChildRun> {
  const output = reader === 'process' ? readingProcess() : undefined;
  const child = spawn(process.execPath, [...args, `--input-type=${type}`, '--eval', code], {
    cwd: root,
    env: { ...plainEnvironment(), ...env },
    stdio: ['ignore', output?.stdin ?? 'pipe', 'pipe'],
  }) as ChildProcessByStdio<null, Readable | null, Readable>;
  output?.stdin.destroy();
  let stdout = '';
  let stderr = '';
  if (reader === 'eager') child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  if (reader === 'gone') child.stdout!.destroy();
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // 'close' waits for the end of stdout, which nobody reads where the reader is 'never'.
  const end = reader === 'never' ? 'exit' : 'close';
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject);
    child.on(end, (code_: number | null, signal_: NodeJS.Signals | null) => resolve([code_, signal_]));
  });
  child.stdout?.destroy();
  if (output !== undefined) stdout = await output.text();
  return { status, signal, stdout, stderr };
}

/** What is written to `stdin`, once all that have it open have closed it. */
function readingProcess(): { readonly stdin: Writable; text(): Promise<string> } {
  const path = temporaryPath(`stdout-${++readers}`);
  const file = openSync(path, 'w');
  const cat = spawn('cat', [], { stdio: ['pipe', file, 'inherit'] }) as ChildProcessByStdio<Writable, null, null>;
  closeSync(file);
  const closed = once(cat, 'close');
  return { stdin: cat.stdin, text: async () => (await closed, readFileSync(path, 'utf8')) };
}
let readers = 0;

/** The lines of a file of NDJSON; none where it does not exist. */
export function readLines(path: string): Record<string, unknown>[] {
  return existsSync(path) ? parseLines(readFileSync(path, 'utf8')) : [];
}

export function parseLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** 0, 1, 2, …: what programs count their records by. */
export const countTo = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);

/** Put at the beginning of a program, from then on there are no workers; what it imports of ttlog has to be imported behind it. */
export const NO_WORKERS = `
  import { createRequire } from 'node:module';
  const threads = createRequire(import.meta.url)('node:worker_threads');
  threads.Worker = class { constructor() { throw new Error('no workers here'); } };
  (await import('node:module')).syncBuiltinESMExports();`;
