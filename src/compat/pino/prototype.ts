/** What all loggers have in common. A logger is an object whose prototype is this one, or its parent. */
import { EventEmitter } from 'node:events';
import { environmentFilter } from '../../core/state.js';
import { write } from './write.js';
import type { AllFormatters, Fields, Instance, Serializers } from './instance.js';
import { fatalMethod, keptMethod, noop, writtenMethod } from './calls.js';
import type { Levels } from './levels.js';
import { assertNoCollisions, levelMapping, ringLevel, STANDARD_LEVELS } from './levels.js';
import { addBindings, asJson } from './line.js';
import { asTheyAre } from './options.js';
import { Redaction } from './redaction.js';
import { childBindings } from './ring-side.js';
import * as S from './symbols.js';
import type { Bindings, ChildLoggerOptions } from './types.js';

/**
 * The version of pino whose behaviour this is.
 *
 * @example
 * import pino, { version } from 'ttlog/pino';
 * pino().version === version; // => true
 */
export const version: string = '10.4.0';

const prototype = {
  constructor: Object.defineProperty(function () {}, 'name', { value: 'Pino' }),
  version,
  get level(): string {
    return (this as unknown as Instance)[S.getLevelSym]();
  },
  set level(level: string | number) {
    (this as unknown as Instance)[S.setLevelSym](level);
  },
  get levelVal(): number {
    return (this as unknown as Instance)[S.levelValSym];
  },
  set levelVal(_value: number) {
    throw new Error('levelVal is read-only');
  },
  get msgPrefix(): string | undefined {
    return (this as unknown as Instance)[S.msgPrefixSym];
  },
  get [Symbol.toStringTag](): string {
    return 'Pino';
  },
  child,
  bindings(this: Instance): Bindings {
    const bindings = JSON.parse(`{${this[S.chindingsSym].slice(1)}}`) as Bindings;
    delete bindings['pid'];
    delete bindings['hostname'];
    return bindings;
  },
  setBindings(this: Instance, bindings: Bindings): void {
    bind(this, bindings);
  },
  flush(this: Instance, cb?: unknown): void {
    if (cb !== undefined && cb !== null && typeof cb !== 'function') throw new Error('callback must be a function');
    const done = (cb ?? noop) as (error?: Error) => void;
    const stream = this[S.streamSym];
    if (typeof stream.flush === 'function') stream.flush(done);
    else done();
  },
  isLevelEnabled(this: Instance, level: string): boolean {
    const value = this.levels.values[level];
    return value !== undefined && this[S.levelCompSym](value, this[S.levelValSym]);
  },
  [S.asJsonSym](this: Instance, obj: Fields, message: unknown, num: number, time: string): string {
    return asJson(this, [obj, message, num, time]);
  },
  [S.writeSym](this: Instance, given: unknown, message: unknown, num: number): void {
    write(this, given, message, num);
  },
  [S.getLevelSym](this: Instance): string {
    // Serializers may be handed a logger without its parts.
    return this.levels?.labels?.[this[S.levelValSym]] ?? '';
  },
  [S.setLevelSym]: setLevel,
};

Object.setPrototypeOf(prototype, EventEmitter.prototype);

export const newLogger = (parts: object): Instance =>
  Object.assign(Object.create(Object.create(prototype) as object) as Instance, parts);

function bind(logger: Instance, bindings: object): void {
  const { text, fields } = addBindings(logger, bindings);
  logger[S.chindingsSym] = text;
  logger[S.ringBindingsSym] = childBindings(logger[S.ringBindingsSym], fields);
}

/** How lines of each level begin, and the ring's level for each. */
export function cacheLevels(logger: Instance): void {
  const { labels, values } = logger.levels;
  const format = logger[S.formattersSym].level;
  const heads: Record<number, string> = {};
  for (const [value, label] of Object.entries(labels))
    heads[Number(value)] = JSON.stringify(format(label, Number(value))).slice(0, -1);
  logger[S.lsCacheSym] = heads;
  const growsDown = !logger[S.levelCompSym](STANDARD_LEVELS.error, STANDARD_LEVELS.info);
  logger[S.ringLevelsSym] = new Map(
    Object.entries(values).map(([label, value]) => [value, ringLevel(label, value, growsDown)]),
  );
}

function setLevel(this: Instance, given: string | number): void {
  const { labels, values } = this.levels;
  if (typeof given === 'number' && labels[given] === undefined) throw new Error(`unknown level value${given}`);
  const level = typeof given === 'number' ? labels[given] : given;
  const value = values[level];
  if (value === undefined) throw new Error(`unknown level ${level}`);
  const before = this[S.levelValSym];
  this[S.levelValSym] = value;
  // A logger that is given a level decides what is delivered; the environment beats it.
  this[S.ringDecidesSym] = environmentFilter() === undefined;
  const isWritten = this[S.levelCompSym];
  const hook = this[S.hooksSym].logMethod;
  const hasStandard = !this[S.useOnlyCustomLevelsSym];
  const methods = this as unknown as Record<string, unknown>;
  for (const [label, num] of Object.entries(values)) {
    if (!isWritten(num, value)) methods[label] = keptMethod(num);
    else methods[label] = hasStandard && label === 'fatal' ? fatalMethod(hook) : writtenMethod(num, hook);
  }
  this.emit('level-change', level, value, labels[before], before, this);
}

function child(this: Instance, bindings: Bindings, options?: ChildLoggerOptions): Instance {
  if (!bindings) throw new Error('missing bindings for child Pino');
  const instance = Object.create(this) as Instance;
  const formatters = this[S.formattersSym];
  if (options !== undefined && options !== null) applyOptions(instance, this, options);
  else if (formatters.bindings !== asTheyAre) instance[S.formattersSym] = { ...formatters, bindings: asTheyAre };
  bind(instance, bindings);
  const level = options?.level;
  if ((level !== undefined && level !== this.level) || Object.hasOwn(instance, 'levels'))
    instance[S.setLevelSym](level || this.level);
  this.onChild(instance);
  return instance;
}

/** What a child has that its parent has not, but for its level. */
function applyOptions(instance: Instance, parent: Instance, options: ChildLoggerOptions): void {
  const own = options as ChildLoggerOptions & { customLevels?: Levels };
  const has = (name: string): boolean => Object.hasOwn(own, name);
  if (has('serializers')) {
    const serializers: Serializers = Object.create(null) as Serializers;
    instance[S.serializersSym] = Object.assign(serializers, parent[S.serializersSym], own.serializers);
  }
  const formatters = parent[S.formattersSym];
  const mine = (has('formatters') ? own.formatters : undefined) as Partial<AllFormatters> | undefined;
  instance[S.formattersSym] = {
    level: mine?.level || formatters.level,
    bindings: mine?.bindings || asTheyAre,
    log: mine?.log || formatters.log,
  };
  if (has('customLevels')) {
    assertNoCollisions(parent.levels, own.customLevels);
    instance.levels = levelMapping(own.customLevels, parent[S.useOnlyCustomLevelsSym]);
    cacheLevels(instance);
  }
  if (typeof own.redact === 'object' && own.redact !== null) {
    (instance as { redact?: unknown }).redact = own.redact;
    instance[S.redactionSym] = new Redaction(own.redact);
  }
  if (typeof own.msgPrefix === 'string') instance[S.msgPrefixSym] = (parent[S.msgPrefixSym] ?? '') + own.msgPrefix;
}
