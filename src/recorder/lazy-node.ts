/**
 * Modules of Node that take long to load, from the moment that they are needed. An `import` of them is paid by everybody who imports
 * ttlog. In ms, cold, on Node 20 and 24: crypto 1.6 and 2.9; worker_threads, which brings streams along, 1.8 and 2.5; fs, which brings its promises
 * along where an ES module imports it, 1.1 and 2.4; zlib 1.2 and 1.6; tty 1.6; the others 0.1 to 0.9.
 * `process.getBuiltinModule` needs no `require`, and there is nothing in it that a bundler could lose.
 */
export const crypto = once(() => process.getBuiltinModule('node:crypto'));
export const fs = once(() => process.getBuiltinModule('node:fs'));
export const http = once(() => process.getBuiltinModule('node:http'));
export const https = once(() => process.getBuiltinModule('node:https'));
export const inspector = once(() => process.getBuiltinModule('node:inspector'));
export const nodeModule = once(() => process.getBuiltinModule('node:module'));
export const os = once(() => process.getBuiltinModule('node:os'));
export const streamPromises = once(() => process.getBuiltinModule('node:stream/promises'));
export const timersPromises = once(() => process.getBuiltinModule('node:timers/promises'));
export const tty = once(() => process.getBuiltinModule('node:tty'));
export const v8 = once(() => process.getBuiltinModule('node:v8'));
export const util = once(() => process.getBuiltinModule('node:util'));
export const vm = once(() => process.getBuiltinModule('node:vm'));
export const workerThreads = once(() => process.getBuiltinModule('node:worker_threads'));
export const zlib = once(() => process.getBuiltinModule('node:zlib'));

function once<T>(load: () => T): () => T {
  let loaded: T | undefined;
  return () => (loaded ??= load());
}

/**
 * True in every thread but the main one. A process that only logs starts no thread, and finds that out without loading `worker_threads`: Node
 * marks what a worker may not call (test/parallel/test-worker-unsupported-things.js of its own tests holds that). Other engines are asked.
 */
export const isWorkerThread = once(() => {
  if ((process.abort as { disabled?: boolean }).disabled === true) return true;
  const isNode = process.versions['bun'] === undefined && process.versions['deno'] === undefined;
  return !isNode && !workerThreads().isMainThread;
});

/** `worker_threads.threadId`; 0 = the main thread. */
export const threadIdHere = (): number => (isWorkerThread() ? workerThreads().threadId : 0);
