/** Lines to another thread: `thread-stream`, as in pino, with its targets, pipelines and options. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from 'node:worker_threads';
import { callerFiles } from './caller.js';
import { onExit } from './on-exit.js';
import { optionalPeer } from '../../runtime/optional-peer.js';
import { transportUsesMultistreamSym } from './symbols.js';
import type { TransportOptions, TransportPipelineOptions, TransportStream, TransportTargetOptions } from './types.js';

/** What `pino()` says besides. */
interface Extra {
  readonly caller?: string | readonly string[];
  readonly levels?: Record<string, number> | undefined;
  readonly dedupe?: boolean;
  readonly sync?: boolean;
}

type Worker = WorkerOptions & { autoEnd?: boolean };
type Given = TransportOptions &
  Extra &
  Partial<TransportTargetOptions & TransportPipelineOptions> & { targets?: readonly object[] };

/** Bundlers move files: those made for pino say here where to. */
const OVERRIDES = '__bundlerPathsOverrides';

/**
 * A stream that hands lines to a thread, where the targets write them. Needs the packages `thread-stream`, for several targets and pipelines
 * `pino-abstract-transport`, and for `pino/file` `sonic-boom`. Targets are the modules that pino's are.
 *
 * @throws TtlogError `ERR_MISSING_PEER` where `thread-stream` is not installed; Error where a target cannot be found.
 * @example
 * import { once } from 'node:events';
 * import { readFileSync } from 'node:fs';
 * import pino, { transport } from 'ttlog/pino';
 * const stream = transport({ target: 'pino/file', options: { destination: 'app.log' } });
 * pino({ base: null, timestamp: false }, stream).info('from a thread');
 * await once(stream, 'ready');
 * stream.ref(); // by itself it keeps no process alive
 * stream.end();
 * await once(stream, 'close');
 * readFileSync('app.log', 'utf8'); // => '{"level":30,"msg":"from a thread"}\n'
 */
export function transport<Options = Record<string, any>>(options: TransportOptions<Options>): TransportStream {
  const {
    pipeline,
    targets,
    target,
    levels,
    dedupe,
    worker = {},
    caller = callerFiles(),
    sync = false,
  } = options as Given;
  if (target && targets) throw new Error('only one of target or targets can be specified');
  const callers = typeof caller === 'string' ? [caller] : caller;
  const find = <T extends { target: string }>(one: T): T => ({ ...one, target: findTarget(one.target, callers) });
  const data: Record<string, unknown> = { ...options.options };
  let file = target;
  let isSplit = false;
  if (targets) {
    const singles = (targets as TransportTargetOptions[]).filter((one) => one.target).map(find);
    // The level of a pipeline is that of each of its parts.
    const pipelines = (targets as TransportPipelineOptions[])
      .filter((one) => one.pipeline)
      .map(({ pipeline: parts, level }) => parts.map((part) => ({ ...find(part), level })));
    data['targets'] = singles;
    data['pipelines'] = pipelines;
    isSplit =
      singles.length + pipelines.length > 1 ||
      [...singles, ...pipelines.flat()].some(({ level }) => level !== undefined && level !== null);
  } else if (pipeline) data['pipelines'] = [pipeline.map(find)];
  if (targets || pipeline) file = override('pino-worker') ?? moduleBeside('worker');
  if (levels) data['levels'] = levels;
  if (dedupe) data['dedupe'] = dedupe;
  data['pinoWillSendConfig'] = true;
  const name = targets || pipeline ? 'pino.transport' : target;
  const stream = startThread(
    findTarget(file!, callers),
    data,
    { ...worker, ...(name === undefined ? {} : { name }) },
    sync,
  );
  if (isSplit) (stream as unknown as Record<symbol, boolean>)[transportUsesMultistreamSym] = true;
  return stream;
}

function override(name: string): string | undefined {
  // Its own: what somebody has put into Object.prototype is not to say which code runs.
  const given = Object.hasOwn(globalThis, OVERRIDES) ? (globalThis as Record<string, unknown>)[OVERRIDES] : undefined;
  return typeof given === 'object' && given !== null && Object.hasOwn(given, name)
    ? (given as Record<string, string>)[name]
    : undefined;
}

/** A module that the package carries for workers: beside this one, or in the folder of the entry where this one is in a shared chunk. */
function moduleBeside(name: 'worker' | 'file'): string {
  const places = [`./${name}.js`, `../compat/pino/${name}.js`].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  return places.find((place) => existsSync(place)) ?? places[0];
}

function findTarget(given: string, callers: readonly string[]): string {
  const target = override(given) ?? given;
  if (isAbsolute(target) || target.startsWith('file://')) return target;
  if (target === 'pino/file' || target === 'ttlog/pino/file') return moduleBeside('file');
  for (const caller of callers) {
    try {
      return createRequire(caller === 'node:repl' ? process.cwd() + sep : caller).resolve(target);
    } catch {
      // not to be found from there
    }
  }
  throw new Error(`unable to determine transport target for "${target}"`);
}

function startThread(filename: string, workerData: object, given: Worker, sync: boolean): TransportStream {
  const ThreadStream = optionalPeer('thread-stream', 'pino.transport()') as new (options: object) => TransportStream;
  const stream = new ThreadStream({ filename, workerData, workerOpts: forWorker(given), sync });
  const atExit = (): void => {
    if (stream.closed) return;
    stream.flushSync();
    // The thread may not have begun yet, and then has to get what was written.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    stream.end();
  };
  const noMore = (): unknown => process.removeListener('exit', atExit);
  process.on('exit', atExit);
  stream.on('ready', () => {
    noMore();
    stream.unref();
    if (given.autoEnd !== false) stream.on('close', onExit(stream, endOf));
  });
  stream.on('close', noMore);
  return stream;
}

function endOf(stream: TransportStream, event: 'beforeExit' | 'exit'): void {
  if (event === 'beforeExit') {
    stream.flushSync();
    return;
  }
  stream.ref();
  stream.flushSync();
  stream.end();
  stream.once('close', () => stream.unref());
}

/** What preloads a module in this process would do so in each worker: one that starts transports would never end. */
function forWorker(given: Worker): Worker {
  const options = { ...given };
  if (!given.execArgv && process.execArgv.some((arg) => PRELOAD.test(arg)) && isPreloading()) options.execArgv = [];
  const nodeOptions = process.env['NODE_OPTIONS'];
  if (!given.env && nodeOptions) {
    const clean = withoutMissingPreloads(nodeOptions);
    if (clean !== nodeOptions) options.env = { ...process.env, NODE_OPTIONS: clean };
  }
  return options;
}

const PRELOAD = /^(?:--import|--require|-r)(?:=|$)/;

/** Before the program itself has been loaded. */
const isPreloading = (): boolean => createRequire(import.meta.url).main === undefined;

/** `NODE_OPTIONS` without modules to preload that are gone: a worker would not start. */
function withoutMissingPreloads(nodeOptions: string): string {
  const tokens = nodeOptions.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  const kept: string[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    const equals = token.indexOf('=');
    if (!PRELOAD.test(token)) kept.push(token);
    else if (equals >= 0) {
      if (!isMissing(token.slice(equals + 1))) kept.push(token);
    } else {
      const next = tokens[++i];
      if (next === undefined) kept.push(token);
      else if (!isMissing(next)) kept.push(token, next);
    }
  }
  return kept.length === tokens.length ? nodeOptions : kept.join(' ');
}

function isMissing(value: string): boolean {
  const path = /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
  try {
    const file = path.startsWith('file://') ? fileURLToPath(path) : path;
    return isAbsolute(file) && !existsSync(file);
  } catch {
    return false;
  }
}
