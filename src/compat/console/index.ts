import { inspect } from 'node:util';
import { currentScope } from '../../core/current-scope.js';
import { checkOptions, invalidOption } from '../../core/errors.js';
import { LogLevel } from '../../core/level.js';
import { log } from '../../core/log.js';
import { mergeFields } from '../../core/plain-fields.js';
import { state, targetOrRoot } from '../../core/state.js';
import type { Target } from '../../core/target.js';
import type { TtlogHandle } from '../../runtime/handle.js';
import { init, runningHandle } from '../../runtime/init.js';
import { joinThreads } from '../../runtime/joined-thread.js';
import type { TtlogOptions } from '../../runtime/options.js';
import type { Capture } from '../shared/capture.js';
import { readFormatted } from '../shared/format-call.js';

export type { Capture } from '../shared/capture.js';

// As the face does, for a worker that loads nothing else.
joinThreads();

/** What `captureConsole` takes. */
export interface CaptureConsoleOptions {
  /** The target of its events. @default 'console' */
  target?: string;
  /** Whether the console shows it as well. @default false */
  passThrough?: boolean;
}

type Method = (...args: unknown[]) => void;
type Methods = Record<'log' | 'info' | 'warn' | 'error' | 'debug' | 'trace' | 'dir' | 'dirxml' | 'assert', Method>;

/**
 * Takes over `console`: what is said through it becomes events, with the running context and span. `log` and `info` are info, `warn` warn,
 * `error` and a failed `assert` error, `debug` debug, `trace` trace with its stack. Objects are fields and an Error is `err`, unless a `%` of the text
 * asks for them; the rest is text, as the console shows it. `table`, `count`, `time`, `group` and so on come through `log` and `warn`.
 *
 * While ttlog does not run, and inside sinks of your own, `console` is what it was: nothing is swallowed, nothing feeds itself.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import { init, withContext } from 'ttlog';
 * import { captureConsole } from 'ttlog/console';
 * import { memorySink } from 'ttlog/sinks';
 *
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * const capture = captureConsole();
 * withContext('request_id', 'r-1', () => console.warn('Stock is low', { sku: 'grinder', left: 2 }));
 * capture.restore();
 * await handle.shutdown();
 * const [record] = memory.records;
 * [record?.target, record?.message, record?.values]; // => ['console', 'Stock is low', { sku: 'grinder', left: 2, request_id: 'r-1' }]
 */
export function captureConsole(options: CaptureConsoleOptions = {}): Capture {
  checkOptions('captureConsole()', options, ['target', 'passThrough'], "Say captureConsole({ target: 'console' }).");
  const { target: name = 'console', passThrough = false } = options;
  if (typeof name !== 'string') throw invalidOption('target', 'a name', name);
  if (typeof passThrough !== 'boolean') throw invalidOption('passThrough', 'a boolean', passThrough);
  const target = targetOrRoot(name);

  const shared = console as unknown as Methods;
  const own = {} as Methods;
  const before = {} as Methods;
  for (const [method, recorded] of Object.entries(recorders(target)) as [keyof Methods, Method][]) {
    const shown = shared[method];
    before[method] = shown;
    own[method] = named(method, (...args) => {
      const isRecorded = runningHandle() !== undefined && !isInsideSink();
      if (isRecorded) recorded(...args);
      if (passThrough || !isRecorded) shown.apply(console, args);
    });
    shared[method] = own[method];
  }

  let restored = false;
  const restore = () => {
    if (restored) return;
    restored = true;
    // What somebody else has put there since then stays.
    for (const method of Object.keys(before) as (keyof Methods)[]) {
      if (shared[method] === own[method]) shared[method] = before[method];
    }
  };
  return { restore, [Symbol.dispose]: restore };
}

/**
 * Starts ttlog, and takes over `console`: for an application that logs by `console.log` today.
 *
 * @param options Those of `init()`.
 * @throws TtlogError as `init()` does.
 * @example
 * import { initWithConsoleCompatibility } from 'ttlog/console';
 * import { memorySink } from 'ttlog/sinks';
 *
 * const memory = memorySink();
 * const handle = initWithConsoleCompatibility({ service: 'shop', sinks: [memory] });
 * console.log('Order placed', { order_id: 7 });
 * await handle.shutdown(); // from here on console is what it was
 * memory.records[0]?.values; // => { order_id: 7 }
 */
export function initWithConsoleCompatibility(options: TtlogOptions = {}): TtlogHandle {
  const handle = init(options);
  captureConsole();
  return handle;
}

function recorders(target: Target): Methods {
  const record = (level: LogLevel, args: readonly unknown[], more?: object) => {
    if (level < target.recordLevel) return;
    const { first, second } = readFormatted(args);
    log(target, level, currentScope(), null, first, more === undefined ? second : mergeFields(second, more));
  };
  const info: Method = (...args) => record(LogLevel.Info, args);
  return {
    log: info,
    info,
    dirxml: info,
    debug: (...args) => record(LogLevel.Debug, args),
    warn: (...args) => record(LogLevel.Warn, args),
    error: (...args) => record(LogLevel.Error, args),
    trace: (...args) => record(LogLevel.Trace, args, { stack: stackOfCaller() }),
    dir: (value, options) => record(LogLevel.Info, [inspect(value, { customInspect: false, ...(options as object) })]),
    assert: (isTrue, ...args) => {
      if (isTrue) return;
      const [first, ...rest] = args;
      record(
        LogLevel.Error,
        typeof first === 'string' ? [`Assertion failed: ${first}`, ...rest] : ['Assertion failed', ...args],
      );
    },
  };
}

/** Where `console.trace` was called: without the three frames that are ours. */
function stackOfCaller(): string {
  const lines = (new Error('trace').stack ?? '').split('\n');
  return lines
    .slice(4)
    .map((line) => line.trim())
    .join('\n');
}

/** True in what a sink of one's own does, also after an await. */
function isInsideSink(): boolean {
  for (let scope = currentScope(); scope !== undefined; scope = scope.outer) if (scope === state.sinkScope) return true;
  return false;
}

/** A function is known by its name, as those of the console are. */
function named(name: string, fn: Method): Method {
  Object.defineProperty(fn, 'name', { value: name, configurable: true });
  return fn;
}
