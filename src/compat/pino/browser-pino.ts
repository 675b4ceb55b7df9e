/** `pino()` of a browser: calls go to the console or to functions; and into the ring. */
import { applied, standardError, toObject } from './browser-calls.js';
import { callerLocation } from './browser-caller.js';
import { recordCall } from './browser-ring.js';
import type { Own, Root } from './browser-instance.js';
import type { Levels } from './levels.js';
import { STANDARD_LEVELS } from './levels.js';
import { Redaction } from './redaction.js';
import type { BrowserOptions, Bindings, LogEvent, Logger, LoggerOptions } from './types.js';

type Any = any; // loggers are made of whatever the console or `write` is
type Method = (...args: unknown[]) => void;
type Serializers = Record<string, (value: unknown) => unknown>;

function noop(): void {}
/** Where the console has no method of a level. */
const FALLBACKS: Record<string, string> = { error: 'log', fatal: 'error', warn: 'error' };
const EMITTER = [
  'setMaxListeners', 'getMaxListeners', 'emit', 'addListener', 'on', 'prependListener', 'once', 'prependOnceListener', 'removeListener',
  'removeAllListeners', 'listeners', 'listenerCount', 'eventNames', 'write', 'flush',
]; // prettier-ignore

const boundOf = ({ inherited, bindings }: Own): readonly Bindings[] =>
  bindings === undefined ? inherited : [...inherited, bindings];

const valueOf = (root: Root, level: string): number => (level === 'silent' ? Infinity : root.levels.values[level]);

function rootOf(options: LoggerOptions): { root: Root; proto: Any } {
  const browser: BrowserOptions = { ...options.browser };
  const { transmit, write } = browser;
  if (transmit && typeof transmit.send !== 'function')
    throw new Error('pino: transmit option must have a send function');
  if (write) browser.asObject = true;
  const names = ['error', 'fatal', 'warn', 'info', 'debug', 'trace', ...Object.keys(options.customLevels ?? {})];
  const console = (globalThis.console ?? {}) as Any;
  const proto: Any = write || console;
  const outlet = (name: string): Method => {
    if (typeof write === 'function') return write as Method;
    return proto[name] || console[name] || console[FALLBACKS[name] ?? 'log'] || noop;
  };
  const values: Levels = { ...levels.values, ...options.customLevels };
  const labels: Record<number, string> = { ...levels.labels };
  for (const [label, value] of Object.entries(options.customLevels ?? {})) labels[value as number] = label;
  const { timestamp, redact } = options;
  return {
    proto: typeof write === 'function' ? Object.create(Function.prototype) : proto,
    root: {
      options,
      browser,
      levels: { values, labels },
      names,
      outlets: Object.fromEntries(names.map((name) => [name, outlet(name)])),
      timestamp: typeof timestamp === 'function' ? timestamp : timestamp === false ? () => false : () => Date.now(),
      messageKey: options.messageKey || 'msg',
      redaction: redact ? new Redaction(redact) : null,
    },
  };
}

/** Where serializers are listed, the standard one of errors may be taken out by its name. */
function serializing(option: BrowserOptions['serialize'], serializers: Serializers) {
  const list = Array.isArray(option) ? option.filter((name) => name !== NO_ERRORS) : undefined;
  return {
    serialize: list ?? (option === true ? Object.keys(serializers) : (false as const)),
    serializesErrors: Array.isArray(option) ? !option.includes(NO_ERRORS) : Boolean(option),
  };
}

const NO_ERRORS = '!stdSerializers.err';

function define(object: object, members: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(members))
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}

/** The methods of a logger as its level and its bindings are now. */
function setLevel(logger: Any, own: Own, level: string): void {
  const { root } = own;
  if (level !== 'silent' && !root.levels.values[level]) throw new Error(`unknown level ${level}`);
  own.level = level;
  for (const name of root.names) define(logger, { [name]: methodOf(logger, own, name) });
}

function methodOf(logger: Any, own: Own, name: string): Method {
  const { root } = own;
  const { transmit } = root.browser;
  const value = valueOf(root, name);
  const isWritten = value >= valueOf(root, own.level);
  const isSent = transmit !== undefined && value >= valueOf(root, transmit.level ?? own.level);
  if (root.options.enabled === false || root.browser.disabled || root.outlets[name] === noop) return noop;
  const bound = boundOf(own);
  return function LOG(this: Any, ...given: unknown[]): void {
    if (!isWritten && !isSent) {
      recordCall(
        own,
        name,
        applied(own, [...bound, ...given], own.serialize || Object.keys(own.serializers), own.serializesErrors),
      );
      return;
    }
    const time = root.timestamp();
    const args = applied(own, [...bound, ...given], own.serialize, own.serializesErrors);
    recordCall(own, name, own.serialize === false ? applied(own, args, Object.keys(own.serializers), false) : args);
    const receiver = Object.getPrototypeOf(logger) === globalThis.console ? globalThis.console : this;
    root.outlets[name].apply(receiver, outOf(own, name, args, time));
    if (isSent) send(own, name, args, bound.length, time);
  };
}

/** What is handed to the console, or to `write`. */
function outOf(own: Own, name: string, args: unknown[], time: unknown): unknown[] {
  const { asObject, formatters, reportCaller } = own.root.browser;
  const isObject = asObject || own.root.browser.asObjectBindingsOnly || formatters;
  const out = isObject ? toObject(own, name, args, time) : args;
  const caller = reportCaller ? callerLocation() : undefined;
  if (caller === undefined) return out;
  if (!isObject) return [...out, caller];
  (out[0] as Record<string, unknown>)['caller'] = caller;
  return out;
}

/** Serializers are always applied to what is sent elsewhere. */
function send(own: Own, name: string, args: unknown[], bound: number, time: unknown): void {
  const { root } = own;
  const names = own.serialize || Object.keys(own.serializers);
  const isDone = Boolean(root.browser.serialize);
  const all = isDone ? args : applied(own, args, names, root.browser.serialize === undefined || own.serializesErrors);
  const event: LogEvent = {
    ts: time as number,
    messages: all.slice(bound),
    bindings: all.slice(0, bound) as Bindings[],
    level: { label: name, value: valueOf(root, name) },
  };
  (root.browser.transmit!.send as Any)(name, event, valueOf(root, own.level));
}

function child(logger: Any, own: Own, given: Bindings, options: LoggerOptions = {}): Any {
  if (!given) throw new Error('missing bindings for child Pino');
  const { root } = own;
  let bindings = given;
  let more: Partial<Own> = {};
  if (own.serialize !== false || root.browser.serialize) {
    const { serializers: bound, ...rest } = given as { serializers?: Serializers };
    const added = options.serializers ?? bound;
    if (added) {
      const serializers = { ...(root.options.serializers as Serializers), ...added };
      const serialize = root.browser.serialize === true ? Object.keys(serializers) : own.serialize;
      more = { serializers, serialize };
      bindings = applied(
        { ...own, ...more },
        [bound === undefined ? given : rest],
        serialize,
        own.serializesErrors,
      )[0] as Bindings;
    }
  }
  const made = Object.create(logger) as object;
  attach(made, { ...own, ...more, inherited: boundOf(own), bindings }, options.level ?? own.level);
  (root.options.onChild as Method | undefined)?.(made);
  return made;
}

function attach(logger: Any, own: Own, level: string): void {
  define(logger, {
    child: (bindings: Bindings, options?: LoggerOptions) => child(logger, own, bindings, options),
    serializers: own.serializers,
    bindings: () => Object.assign({}, ...boundOf(own)) as Bindings,
    setBindings: (more: Bindings) => {
      own.bindings = { ...own.bindings, ...more };
      setLevel(logger, own, own.level);
    },
  });
  Object.defineProperty(logger, 'levelVal', { get: () => valueOf(own.root, own.level), configurable: true });
  Object.defineProperty(logger, 'level', {
    get: () => own.level,
    set: (next: string) => {
      setLevel(logger, own, next);
    },
    configurable: true,
    enumerable: true,
  });
  setLevel(logger, own, level);
}

function make(options: LoggerOptions): Any {
  const { root, proto } = rootOf(options);
  const logger: Any = Object.create(proto);
  const serializers = options.serializers ?? {};
  const own: Own = {
    root,
    inherited: [],
    level: 'info',
    bindings: undefined,
    serializers,
    ...serializing(root.browser.serialize, serializers),
  };
  if (!logger.log) define(logger, { log: noop });
  define(logger, {
    ...Object.fromEntries(EMITTER.map((name) => [name, noop])),
    levels: root.levels,
    isLevelEnabled(this: Any, level: string) {
      const value = root.levels.values[level];
      return value !== undefined && value >= valueOf(root, this.level as string);
    },
  });
  const isOff = options.enabled === false || root.browser.disabled;
  attach(logger, own, isOff ? 'silent' : (options.level ?? 'info'));
  return logger;
}

/**
 * A logger for browsers with pino's interface: calls go to the console, or to `browser.write`, and every call is a record of the ring besides,
 * whatever its level. What serializers and `redact` hide is hidden there, too. Options of Node (streams, transports) have no effect.
 *
 * @throws Error where the level or `browser.transmit` is none.
 * @example
 * import pino from 'ttlog/pino/browser';
 * const written: object[] = [];
 * const log = pino({ timestamp: false, browser: { write: (o) => written.push(o) } });
 * log.child({ page: 'cart' }).info({ items: 2 }, 'shown to %s', 'Ada');
 * written; // => [{ level: 30, page: 'cart', items: 2, msg: 'shown to Ada' }]
 */
export function pino<CustomLevels extends string = never>(
  options: LoggerOptions<CustomLevels> = {},
): Logger<CustomLevels> {
  return make(options as LoggerOptions);
}

/**
 * The levels that loggers have unless they are given others.
 *
 * @example
 * import { levels } from 'ttlog/pino/browser';
 * levels.values['warn']; // => 40
 */
export const levels: { values: Levels; labels: Record<number, string> } = {
  values: Object.fromEntries(Object.entries(STANDARD_LEVELS).reverse()),
  labels: Object.fromEntries(Object.entries(STANDARD_LEVELS).map(([label, value]) => [value, label])),
};

const same = (value: unknown): unknown => value;
const nothing = (): object => ({});

/**
 * The serializers that pino has in browsers: of errors. Those of requests and responses are there to be called, and make nothing.
 *
 * @example
 * import { stdSerializers } from 'ttlog/pino/browser';
 * stdSerializers.err(new RangeError('too far'))['type']; // => 'RangeError'
 */
export const stdSerializers = {
  err: standardError,
  errWithCause: standardError,
  mapHttpRequest: nothing,
  mapHttpResponse: nothing,
  req: nothing,
  res: nothing,
  wrapErrorSerializer: same,
  wrapRequestSerializer: same,
  wrapResponseSerializer: same,
};

/**
 * What `timestamp` may be: times as values, not as pieces of lines.
 *
 * @example
 * import { stdTimeFunctions } from 'ttlog/pino/browser';
 * stdTimeFunctions.nullTime(); // => false
 */
export const stdTimeFunctions = {
  nullTime: (): boolean => false,
  epochTime: (): number => Date.now(),
  unixTime: (): number => Math.round(Date.now() / 1000),
  isoTime: (): string => new Date(Date.now()).toISOString(),
};

pino.levels = levels;
pino.stdSerializers = stdSerializers;
pino.stdTimeFunctions = stdTimeFunctions;
pino.default = pino;
pino.pino = pino;
