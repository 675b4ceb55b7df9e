import { currentScope, isSuppressed } from './current-scope.js';
import * as L from './layout.js';
import type { LevelName } from './level.js';
import { LogLevel, parseLevel } from './level.js';
import { bareCall, log } from './log.js';
import { mergeFields, plainFields } from './plain-fields.js';
import { Bindings } from './scope.js';
import type { Span } from './span.js';
import { openSpan, spanSite } from './span.js';
import type { SpanOptions } from './span-options.js';
import { openSpanBy } from './span-options.js';
import { state, targetOf } from './state.js';
import type { Target } from './target.js';
import { Timer } from './timer.js';

/**
 * The six calls for one target, with bindings that are on each of its events. Made by `getLogger`; cheap to make and to keep.
 * The level table is shared: a changed level reaches every logger at once.
 *
 * A call that is taken off its logger, as in `promise.catch(log.error)`, never throws either. But it knows the logger no more, and is a call
 * like the bare `error`: write `promise.catch((err) => log.error(err))`.
 *
 * @example
 * import { getLogger } from 'ttlog';
 * const log = getLogger('orders', { region: 'eu' });
 * log.info('Order placed', { order_id: 7 });
 * const child = log.child({ order_id: 7 });
 * child.debug('Stock reserved');
 * log.isEnabled('debug'); // => true
 */
export class Logger {
  private readonly of: Target;
  private readonly bound: Bindings | null;

  /** @internal Use `getLogger`. */
  constructor(target: Target, bindings: Bindings | null) {
    this.of = target;
    this.bound = bindings;
  }

  /** The name of its target. */
  get target(): string {
    return this.of.name;
  }

  /** The fields on each of its events. */
  get bindings(): Readonly<Record<string, unknown>> {
    return { ...this.bound?.fields };
  }

  /** Trace level. Never throws. */
  trace(message: string, fields?: unknown): void;
  trace(fields: unknown, message?: string): void;
  trace(first: unknown, second?: unknown): void {
    const of = this?.of;
    if (of === undefined) bareCall(LogLevel.Trace, first, second);
    else if (of.recordLevel <= LogLevel.Trace) log(of, LogLevel.Trace, currentScope(), this.bound, first, second);
  }

  /** Debug level. Never throws. */
  debug(message: string, fields?: unknown): void;
  debug(fields: unknown, message?: string): void;
  debug(first: unknown, second?: unknown): void {
    const of = this?.of;
    if (of === undefined) bareCall(LogLevel.Debug, first, second);
    else if (of.recordLevel <= LogLevel.Debug) log(of, LogLevel.Debug, currentScope(), this.bound, first, second);
  }

  /** Info level. Never throws. */
  info(message: string, fields?: unknown): void;
  info(fields: unknown, message?: string): void;
  info(first: unknown, second?: unknown): void {
    const of = this?.of;
    if (of === undefined) bareCall(LogLevel.Info, first, second);
    else if (of.recordLevel <= LogLevel.Info) log(of, LogLevel.Info, currentScope(), this.bound, first, second);
  }

  /** Warn level. Never throws. */
  warn(message: string, fields?: unknown): void;
  warn(fields: unknown, message?: string): void;
  warn(first: unknown, second?: unknown): void {
    const of = this?.of;
    if (of === undefined) bareCall(LogLevel.Warn, first, second);
    else if (of.recordLevel <= LogLevel.Warn) log(of, LogLevel.Warn, currentScope(), this.bound, first, second);
  }

  /** Error level. Never throws. */
  error(message: string, fields?: unknown): void;
  error(fields: unknown, message?: string): void;
  error(first: unknown, second?: unknown): void {
    const of = this?.of;
    if (of === undefined) bareCall(LogLevel.Error, first, second);
    else if (of.recordLevel <= LogLevel.Error) log(of, LogLevel.Error, currentScope(), this.bound, first, second);
  }

  /** Fatal level. Never throws. */
  fatal(message: string, fields?: unknown): void;
  fatal(fields: unknown, message?: string): void;
  fatal(first: unknown, second?: unknown): void {
    const of = this?.of;
    if (of === undefined) bareCall(LogLevel.Fatal, first, second);
    else if (of.recordLevel <= LogLevel.Fatal) log(of, LogLevel.Fatal, currentScope(), this.bound, first, second);
  }

  /** Would an event of this level be recorded? */
  isEnabled(level: LogLevel | LevelName): boolean {
    const parsed = parseLevel(level);
    return parsed !== undefined && parsed < LogLevel.Off && parsed >= this.of.recordLevel && !isSuppressed(parsed);
  }

  /** A logger of the same target with more bindings; on the same key the child's value wins. */
  child(bindings: object): Logger {
    return new Logger(this.of, new Bindings(mergeFields(this.bound?.fields, bindings)));
  }

  /** Opens a span of this target (debug level), a child of the active one. See `span`. */
  span(name: string, fields?: object, options?: SpanOptions): Span {
    return openSpanBy(this.of, name, currentScope(), this.withBindings(fields), options);
  }

  /** Starts a timer of this target (debug level). See `timer`. */
  timer(name: string, fields?: object): Timer {
    return new Timer(
      openSpan(spanSite(this.of, LogLevel.Debug, name), L.SPAN_KIND_TIMER, currentScope(), this.withBindings(fields)),
    );
  }

  private withBindings(fields: object | undefined): Record<string, unknown> | undefined {
    if (this.bound === null) return fields === undefined ? undefined : plainFields(fields);
    return mergeFields(this.bound.fields, fields);
  }
}

const loggers = new WeakMap<Target, Logger>();

/**
 * The logger of a target (a module, a class, a subsystem; dots group them: `http.client`). Without bindings it is always the same one.
 *
 * @example
 * import { getLogger } from 'ttlog';
 * getLogger('db') === getLogger('db'); // => true
 */
export function getLogger(target: string, bindings?: object): Logger {
  const of = target === '' ? state.rootTarget : targetOf(target);
  if (bindings !== undefined) return new Logger(of, new Bindings(mergeFields(undefined, bindings)));
  let logger = loggers.get(of);
  if (logger === undefined) loggers.set(of, (logger = new Logger(of, null)));
  return logger;
}
