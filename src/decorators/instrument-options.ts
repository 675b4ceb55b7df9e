import { checkOptions, invalidOption } from '../core/errors.js';
import * as L from '../core/layout.js';
import type { LevelName } from '../core/level.js';
import { LogLevel, parseLevel } from '../core/level.js';

/** The options of `@Instrument()`. Every one has a default. */
export interface InstrumentOptions<This = unknown, Args extends unknown[] = [], Result = unknown> {
  /** Name of the span. On a class: what its methods' names begin with. @default `Class.method` */
  name?: string;
  /** Level of the span's line. Below what is recorded the method is called as if it were bare. @default 'debug' */
  level?: LevelName | LogLevel;
  /** Target of the span and of what is logged inside without a logger. @default the name of the class */
  target?: string;
  /**
   * Which arguments are recorded, under the names of the parameters. `true`: numbers, booleans, strings (cut at 128 characters) and
   * instances of `@Fields` classes. A list of names: those, whatever they are. @default true
   */
  args?: boolean | readonly string[];
  /** Names of parameters that are not recorded. @default [] */
  skip?: readonly string[];
  /**
   * Names of the parameters by position, where the source will not have them: minified code, standard decorators (which have no `@Arg`).
   * A build can write it. On a class: lists by the names of the methods. @default the names in the source
   */
  params?: readonly string[] | Readonly<Record<string, readonly string[]>>;
  /** More fields, computed from `this` and the arguments when the span begins. */
  fields?: (this: This, ...args: Args) => object;
  /**
   * Records what is returned (of a promise, what it resolves to). `true`: as `ret` on the span's line. A level: as an event of
   * that level. A function: the fields it makes of it, on the span's line. @default false
   */
  ret?: boolean | LevelName | ((result: Result) => object);
  /** Level of the line of a span that failed; `false` or `'off'`: as if it had not. @default 'error' */
  err?: LevelName | LogLevel | false;
  /** A line at the start of the span too. @default false */
  entry?: boolean;
  /** A span slower than this is a warning. Milliseconds. @default never */
  slow?: number;
  /**
   * The method answers by calling its last argument, as Node's own do: `(error, result) => …`. The span ends with that call; `ret` is given
   * `result`. Calls without a function as the last argument are as ever. @default false
   */
  callback?: boolean;
  /** Begins a new trace instead of continuing the one it is called in. @default false */
  root?: boolean;
  /**
   * Share of the traces that are recorded, 0 to 1. Decided where a trace begins, for all spans below; events are recorded all the
   * same. Where a span is active already it changes nothing. @default 1
   */
  sample?: number;
}

/** As `InstrumentOptions`, on a class. */
export interface InstrumentClassOptions {
  /** Names of methods that are left alone. On a class only. @default [] */
  exclude?: readonly string[];
}

/** All of them, checked, with the defaults filled in: nothing behind `Instrument` looks at raw options. */
export interface Instrumentation {
  readonly name: string | undefined;
  readonly level: LogLevel;
  readonly target: string | undefined;
  readonly args: boolean | readonly string[];
  readonly skip: readonly string[];
  readonly params: readonly string[] | Readonly<Record<string, readonly string[]>> | undefined;
  readonly fields: ((...args: unknown[]) => object) | undefined;
  readonly ret: boolean | LogLevel | ((result: unknown) => object);
  readonly errorLevel: LogLevel;
  readonly callback: boolean;
  readonly kind: number;
  readonly slowNs: number;
  readonly root: boolean;
  readonly sample: number;
  readonly exclude: readonly string[];
}

const KNOWN = [
  'name', 'level', 'target', 'args', 'skip', 'params', 'fields', 'ret', 'err', 'entry', 'slow', 'callback', 'root', 'sample', 'exclude',
]; // prettier-ignore

/** Throws `TtlogError` `ERR_INVALID_OPTION`. */
export function normaliseInstrument(options: object): Instrumentation {
  checkOptions('@Instrument()', options, KNOWN);
  const given = options as InstrumentOptions<unknown, unknown[]> & InstrumentClassOptions;
  const {
    name,
    target,
    args = true,
    skip = [],
    params,
    fields,
    ret = false,
    entry = false,
    slow,
    callback = false,
    root = false,
    sample = 1,
    exclude = [],
  } = given;
  if (name !== undefined && !isText(name)) throw invalidOption('name', 'a non-empty string', name);
  if (target !== undefined && !isText(target)) throw invalidOption('target', 'a non-empty string', target);
  if (typeof args !== 'boolean') checkNames('args', args);
  checkNames('skip', skip);
  checkNames('exclude', exclude);
  checkParams(params);
  for (const [option, value] of Object.entries({ entry, callback, root }))
    if (typeof value !== 'boolean') throw invalidOption(option, 'true or false', value);
  if (fields !== undefined && typeof fields !== 'function') throw invalidOption('fields', 'a function', fields);
  if (slow !== undefined && !(typeof slow === 'number' && slow >= 0))
    throw invalidOption('slow', 'milliseconds ≥ 0', slow);
  if (!(typeof sample === 'number' && sample >= 0 && sample <= 1))
    throw invalidOption('sample', 'a number from 0 to 1', sample);
  return {
    name,
    level: levelOption('level', given.level ?? 'debug'),
    target,
    args,
    skip,
    params,
    fields,
    ret: typeof ret === 'boolean' || typeof ret === 'function' ? ret : levelOption('ret', ret),
    errorLevel: errorLevelOption(given.err),
    callback,
    kind: entry ? L.SPAN_KIND_ENTRY : L.SPAN_KIND_SPAN,
    slowNs: slow === undefined ? Infinity : slow * 1e6,
    root,
    sample,
    exclude,
  };
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function checkNames(option: string, value: unknown): void {
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string')) {
    throw invalidOption(option, 'a list of names', value, `Write ${option}: ['order_id'].`);
  }
}

function checkParams(params: unknown): void {
  if (params === undefined || Array.isArray(params)) {
    checkNames('params', params ?? []);
  } else if (typeof params === 'object' && params !== null) {
    for (const [method, names] of Object.entries(params)) checkNames(`params.${method}`, names);
  } else {
    throw invalidOption('params', 'a list of names', params, "Write params: ['order_id'].");
  }
}

function errorLevelOption(err: InstrumentOptions['err'] = 'error'): LogLevel {
  return err === false || parseLevel(err) === LogLevel.Off ? LogLevel.Off : levelOption('err', err);
}

function levelOption(option: string, value: unknown): LogLevel {
  const level = parseLevel(value);
  if (level === undefined || level === LogLevel.Off) throw invalidOption(option, "a level such as 'info'", value);
  return level;
}
