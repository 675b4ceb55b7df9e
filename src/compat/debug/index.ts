import { currentScope } from '../../core/current-scope.js';
import { checkOptions, invalidOption } from '../../core/errors.js';
import { matchesPattern } from '../../core/filter.js';
import { LogLevel } from '../../core/level.js';
import { log } from '../../core/log.js';
import { targetNamed } from '../../core/state.js';
import { joinThreads } from '../../runtime/joined-thread.js';
import { optionalPeer } from '../../runtime/optional-peer.js';
import type { Capture } from '../shared/capture.js';
import { readFormatted } from '../shared/format-call.js';

// As the face does, for a worker that loads nothing else.
joinThreads();

export type { Capture } from '../shared/capture.js';

/** As much of the package `debug` (4) as is used here. */
export interface DebugModule {
  coerce: (value: unknown) => unknown;
  enable: (namespaces: string) => void;
  disable: () => string;
  formatArgs: (args: unknown[]) => void;
  log: (...args: unknown[]) => unknown;
  /** Keeps what is enabled, in Node in `process.env.DEBUG`. */
  save?: (namespaces: string) => void;
}

/** What `captureDebug` takes. */
export interface CaptureDebugOptions {
  /** What is recorded, in the words of `DEBUG`: `'express:*,-express:router'`. @default '*' */
  namespaces?: string;
  /** The copy of `debug` to take over, where a library has one of its own. @default the application's */
  debug?: unknown;
}

/**
 * Takes over the package `debug`: what libraries say through it becomes events, with the namespace as target and the running context and
 * span. Everything is recorded, at debug level; what `DEBUG` or `debug.enable()` asked for is at info level, and so is delivered as it was shown
 * before. `TTLOG=info,express:*=debug` delivers more of it.
 *
 * A function that somebody has put at `log` of one logger stays in charge of that one.
 *
 * @throws TtlogError `ERR_MISSING_PEER` where debug is not installed; `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import createDebug from 'debug';
 * import { init } from 'ttlog';
 * import { captureDebug } from 'ttlog/debug';
 * import { memorySink } from 'ttlog/sinks';
 *
 * const memory = memorySink();
 * const handle = init({ service: 'shop', level: 'debug', sinks: [memory] });
 * const capture = captureDebug();
 * createDebug('orders:db')('found %d of %s', 3, 'orders', { table: 'orders' });
 * capture.restore();
 * await handle.shutdown();
 * const [record] = memory.records;
 * [record?.target, record?.message, record?.values]; // => ['orders:db', 'found 3 of orders', { table: 'orders' }]
 */
export function captureDebug(options: CaptureDebugOptions = {}): Capture {
  checkOptions('captureDebug()', options, ['namespaces', 'debug'], "Say captureDebug({ namespaces: 'express:*' }).");
  const { namespaces = '*' } = options;
  if (typeof namespaces !== 'string') throw invalidOption('namespaces', "a text such as 'express:*'", namespaces);
  const debug = (options.debug ?? optionalPeer('debug', 'ttlog/debug')) as DebugModule;
  if (typeof debug.enable !== 'function' || typeof debug.formatArgs !== 'function')
    throw invalidOption('debug', "what `import createDebug from 'debug'` gives", options.debug);

  const before = {
    enable: debug.enable,
    disable: debug.disable,
    coerce: debug.coerce,
    formatArgs: debug.formatArgs,
    log: debug.log,
  };
  let asked = askedFor(debug.disable());
  debug.enable(namespaces);
  // `enable` has put it into process.env.DEBUG, for child processes, who know nothing of this.
  debug.save?.(asked.text);
  debug.enable = (text) => {
    asked = askedFor(text);
    debug.save?.(text);
  };
  debug.disable = () => {
    const { text } = asked;
    debug.enable('');
    return text;
  };
  // debug makes a text of an Error before anybody else sees it.
  let caught: Error | undefined;
  debug.coerce = (value) => {
    if (!(value instanceof Error)) return before.coerce.call(debug, value);
    caught = value;
    return value.message;
  };
  debug.formatArgs = () => {};
  debug.log = function (this: { namespace?: string } | undefined, ...args) {
    const err = caught;
    caught = undefined;
    const namespace = this?.namespace ?? 'debug';
    const level = asked.has(namespace) ? LogLevel.Info : LogLevel.Debug;
    const target = targetNamed(namespace);
    if (level < target.recordLevel) return;
    const { first, second } = readFormatted(err === undefined ? args : [...args, err]);
    log(target, level, currentScope(), null, first, second);
  };

  let restored = false;
  const restore = () => {
    if (restored) return;
    restored = true;
    Object.assign(debug, before);
    debug.enable(asked.text);
  };
  return { restore, [Symbol.dispose]: restore };
}

/** Namespaces that are to be shown, as debug understands them. */
interface Asked {
  readonly text: string;
  has(namespace: string): boolean;
}

function askedFor(text: string): Asked {
  const patterns = text.split(/[\s,]+/).filter((pattern) => pattern !== '');
  const skips = patterns.filter((pattern) => pattern.startsWith('-')).map((pattern) => pattern.slice(1));
  const names = patterns.filter((pattern) => !pattern.startsWith('-'));
  return {
    text,
    has: (namespace) =>
      names.some((name) => matchesPattern(name, namespace)) && !skips.some((skip) => matchesPattern(skip, namespace)),
  };
}
