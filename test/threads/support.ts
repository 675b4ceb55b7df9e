// Programs with worker threads, over the built package. In a program, `work(code, data, …)` starts a worker of CommonJS that has
// ttlog's functions, `data` and `parentPort` in scope; `ended(worker)` resolves when it has ended.
import type { ChildOptions, ChildRun } from '../support/child.js';
import { runChild } from '../support/child.js';

const PRELUDE = `
import { debug, error, info, init, setFilter, setLevel, span, trace, warn, withContext } from 'ttlog';
import { fileSink, memorySink } from 'ttlog/sinks';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
const IMPORTS = {
  cjs: "const t = require('ttlog');",
  esm: "const t = await import('ttlog');",
};
function work(code, data, { format = 'cjs', ...options } = {}) {
  const body = IMPORTS[format] + "const { debug, error, info, init, span, trace, warn, withContext } = t;" + code;
  return new Worker(
    "const { parentPort, threadId, workerData: data, Worker } = require('node:worker_threads'); (async () => {" + body + "})()",
    { eval: true, workerData: data, execArgv: [], ...options },
  );
}
const ended = (worker) => new Promise((resolve) => worker.on('exit', resolve));
const told = (worker) => once(worker, 'message').then(([message]) => message);
const block = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const FOREVER = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';
const say = (value) => console.log(JSON.stringify(value));
`;

/** What the program said, line by line, having ended as it should. */
export async function runThreads(code: string, options?: ChildOptions): Promise<unknown[]> {
  const run = await runProgram(code, options);
  if (run.status !== 0 || run.stderr !== '') throw new Error(`The program ended with ${run.status}:\n${run.stderr}`);
  return run.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

export function runProgram(code: string, options?: ChildOptions): Promise<ChildRun> {
  return runChild(PRELUDE + code, options);
}

/** Lines by the thread that they say they are of; 0 for those that say nothing. */
export function byThread(lines: readonly Record<string, unknown>[]): Map<number, Record<string, unknown>[]> {
  const threads = new Map<number, Record<string, unknown>[]>();
  for (const line of lines) {
    const thread = (line['thread_id'] as number | undefined) ?? 0;
    threads.set(thread, [...(threads.get(thread) ?? []), line]);
  }
  return threads;
}
