// Fastify's logger contract, which is pino's: child loggers with serializers and a level of their own, printf messages.
import { format } from 'node:util';
import type { FastifyBaseLogger } from 'fastify';
import { currentScope } from '../core/current-scope.js';
import { checkOptions, invalidOption } from '../core/errors.js';
import { needsNoLine, noteLoggedErrors } from '../core/error-lines.js';
import { throwsMark } from '../core/field.js';
import { isErrorValue } from '../core/is-error.js';
import { levelName, LogLevel, parseLevel, type LevelName } from '../core/level.js';
import { log } from '../core/log.js';
import { mergeFields, plainFields } from '../core/plain-fields.js';
import { Bindings, type Scope } from '../core/scope.js';
import { targetOrRoot } from '../core/state.js';
import { propertyOf } from './property-of.js';
import { scopeWithin } from './request-logger.js';
import { shownRequest, shownResponse } from './request-values.js';

type Serializers = Readonly<Record<string, (value: never) => unknown>>;

/** What `fastifyLogger` takes. */
export interface FastifyLoggerOptions {
  /**
   * Calls below it are no calls at all. Leave it at `trace` to have everything in the ring: what is delivered is said by the `level` of `init()`.
   *
   * @default 'trace'
   */
  level?: LevelName | 'silent';
  /** Target of its records. @default the service */
  target?: string;
  /** How values of these keys are shown; `req` and `res` are `{ id, method, url }` and `{ statusCode }`, as Fastify's. @default {} */
  serializers?: Serializers;
}

/** What `child()` takes besides bindings. */
interface ChildOptions {
  readonly level?: string;
  readonly serializers?: Serializers;
  /** In front of every message. */
  readonly msgPrefix?: string;
}

/** What the lines of one application have in common. */
interface Family {
  readonly target: string;
  /** The plugin is there: what Fastify says of each request by itself is in the completion record. */
  recordsRequests: boolean;
}

/** What makes one logger of a family another than the next. */
interface Own {
  readonly level: LogLevel;
  readonly bindings: Bindings | null;
  readonly serializers: Serializers;
  readonly prefix: string;
  /** The scope of its request; null: that which is running. */
  readonly home: Scope | null;
}

const BRAND = Symbol.for('ttlog.http/1/fastify-logger');

/** What Fastify, its plugins and its users use of pino's loggers. Calls never throw; options that are wrong do. */
class FastifyLogger implements FastifyBaseLogger {
  readonly [BRAND] = true;
  private readonly family: Family;
  private own: Own;

  constructor(family: Family, own: Own) {
    this.family = family;
    this.own = own;
  }

  get level(): string {
    return this.own.level === LogLevel.Off ? 'silent' : levelName(this.own.level);
  }

  set level(name: string) {
    this.own = { ...this.own, level: levelOf('level', name) };
  }

  get serializers(): Serializers {
    return this.own.serializers;
  }

  trace(first?: unknown, ...rest: unknown[]): void {
    if (this.own.level <= LogLevel.Trace) this.write(LogLevel.Trace, first, rest);
  }

  debug(first?: unknown, ...rest: unknown[]): void {
    if (this.own.level <= LogLevel.Debug) this.write(LogLevel.Debug, first, rest);
  }

  info(first?: unknown, ...rest: unknown[]): void {
    if (this.own.level <= LogLevel.Info && !this.isOfFastify(first, rest)) this.write(LogLevel.Info, first, rest);
  }

  warn(first?: unknown, ...rest: unknown[]): void {
    if (this.own.level <= LogLevel.Warn) this.write(LogLevel.Warn, first, rest);
  }

  error(first?: unknown, ...rest: unknown[]): void {
    if (this.own.level > LogLevel.Error) return;
    this.write(this.isTold(first) ? LogLevel.Debug : LogLevel.Error, first, rest);
  }

  fatal(first?: unknown, ...rest: unknown[]): void {
    if (this.own.level <= LogLevel.Fatal) this.write(LogLevel.Fatal, first, rest);
  }

  silent(): void {}

  child(bindings: object, options: ChildOptions = {}): FastifyLogger {
    const { own } = this;
    const serializers =
      options.serializers === undefined ? own.serializers : { ...own.serializers, ...options.serializers };
    const added = serialized(bindings, serializers);
    return new FastifyLogger(this.family, {
      level: options.level === undefined ? own.level : levelOf('level', options.level),
      bindings: Object.keys(added).length === 0 ? own.bindings : new Bindings(mergeFields(own.bindings?.fields, added)),
      serializers,
      prefix: own.prefix + (options.msgPrefix ?? ''),
      home: own.home,
    });
  }

  bindings(): Record<string, unknown> {
    return { ...this.own.bindings?.fields };
  }

  isLevelEnabled(level: string): boolean {
    const parsed = parseLevel(level);
    if (parsed === undefined || parsed >= LogLevel.Off) return false;
    return parsed >= this.own.level && parsed >= this.target().recordLevel;
  }

  /** The same for one request. The id that Fastify has bound is in the scope. */
  ofRequest(home: Scope, boundId: unknown): FastifyLogger {
    const entries = Object.entries(this.own.bindings?.fields ?? {}).filter(([, value]) => value !== boundId);
    const bindings = entries.length === 0 ? null : new Bindings(Object.fromEntries(entries));
    return new FastifyLogger(this.family, { ...this.own, bindings, home });
  }

  /** From now on the plugin records each request. */
  leaveRequests(): void {
    this.family.recordsRequests = true;
  }

  private target() {
    return targetOrRoot(this.family.target);
  }

  /** What Fastify says when a request comes and when it is over: the root span and the completion record say it. */
  private isOfFastify(first: unknown, [message]: readonly unknown[]): boolean {
    if (!this.family.recordsRequests) return false;
    if (message === 'incoming request') return propertyOf(first, 'req') !== undefined;
    return message === 'request completed' && propertyOf(first, 'res') !== undefined;
  }

  /** Fastify's default error handler says what a span, or the application, has said already. */
  private isTold(first: unknown): boolean {
    const error = propertyOf(first, 'err');
    if (error === undefined || propertyOf(first, 'req') === undefined || propertyOf(first, 'res') === undefined)
      return false;
    return needsNoLine(error, this.scope());
  }

  private scope(): Scope | undefined {
    const { home } = this.own;
    return home === null ? currentScope() : scopeWithin(home);
  }

  private write(level: LogLevel, first: unknown, rest: readonly unknown[]): void {
    const target = this.target();
    if (level < target.recordLevel) return;
    const { bindings, serializers, prefix } = this.own;
    const scope = this.scope();
    const { fields, message } = sorted(first, rest);
    const shown = fields === undefined ? undefined : serialized(fields, serializers);
    log(target, level, scope, bindings, prefix + message, shown);
    // What is recorded is what a serializer made of an error.
    if (level >= LogLevel.Error && fields !== undefined && shown !== fields)
      noteLoggedErrors(plainFields(fields), level, target, scope);
  }
}

/** Pino's call shapes, and ttlog's own: fields after the message. Never throws. */
function sorted(first: unknown, rest: readonly unknown[]): { fields: object | undefined; message: string } {
  if (typeof first === 'string') {
    const [only] = rest;
    if (rest.length === 1 && typeof only === 'object' && only !== null && !first.includes('%'))
      return { fields: only, message: first };
    return { fields: undefined, message: formatted(first, rest) };
  }
  const fields =
    typeof first === 'object' && first !== null ? first : first === undefined ? undefined : { value: first };
  const [message, ...values] = rest;
  if (message !== undefined) return { fields, message: formatted(message, values) };
  return { fields, message: fields === undefined ? '' : messageOf(fields) };
}

/** An error on its own speaks for itself. */
function messageOf(fields: object): string {
  const error = isErrorValue(fields) ? fields : propertyOf(fields, 'err');
  return isErrorValue(error) ? String(propertyOf(error, 'message')) : '';
}

function formatted(message: unknown, values: readonly unknown[]): string {
  try {
    return values.length === 0 && typeof message === 'string' ? message : format(message, ...values);
  } catch {
    return String(message);
  }
}

/** The same object where no serializer has a say. */
function serialized(fields: object, serializers: Serializers): object {
  if (isErrorValue(fields)) return fields;
  let shown: Record<string, unknown> | undefined;
  for (const key in serializers) {
    try {
      const value = (fields as Record<string, unknown>)[key];
      if (value === undefined) continue;
      const result = serializers[key](value as never);
      if (result !== value) (shown ??= { ...fields })[key] = result;
    } catch (error) {
      (shown ??= mergeFields(fields, undefined))[key] = throwsMark(error);
    }
  }
  return shown ?? fields;
}

function levelOf(option: string, name: unknown): LogLevel {
  const level = name === 'silent' ? LogLevel.Off : parseLevel(name);
  if (level === undefined) throw invalidOption(option, 'trace, debug, info, warn, error, fatal or silent', name);
  return level;
}

/** Errors are recorded as they are, with their causes. */
const asItIs = (error: unknown): unknown => error;

/**
 * A logger for Fastify's `loggerInstance`: what Fastify, its plugins and `request.log` say goes to ttlog. It takes pino's call shapes, and ttlog's.
 * Its type is Fastify's own, so that the application is a `FastifyInstance` as any; `bindings()` and `isLevelEnabled()` are there, too.
 *
 * With `ttlogFastify` registered, `request.log` belongs to its request, and each request leaves one completion record instead of Fastify's two
 * lines.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import { fastify } from 'fastify';
 * import { init } from 'ttlog';
 * import { fastifyLogger } from 'ttlog/fastify';
 * import { memorySink } from 'ttlog/sinks';
 *
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * const app = fastify({ loggerInstance: fastifyLogger() });
 * app.log.info({ port: 8080 }, 'Listening on %s', 'localhost');
 * await app.close();
 * await handle.shutdown();
 *
 * const [{ message, values }] = memory.records;
 * [message, values]; // => ['Listening on localhost', { port: 8080 }]
 */
export function fastifyLogger(options: FastifyLoggerOptions = {}): FastifyBaseLogger {
  checkOptions('fastifyLogger()', options, ['level', 'target', 'serializers']);
  const { level = 'trace', target = '', serializers = {} } = options;
  if (typeof target !== 'string') throw invalidOption('target', 'a name', target);
  if (typeof serializers !== 'object' || !Object.values(serializers).every((one) => typeof one === 'function'))
    throw invalidOption('serializers', 'an object of functions', serializers);
  return new FastifyLogger(
    { target, recordsRequests: false },
    {
      level: levelOf('level', level),
      bindings: null,
      serializers: { req: shownRequest, res: shownResponse, err: asItIs, ...serializers },
      prefix: '',
      home: null,
    },
  );
}

/** One of ours, of whichever build; undefined for any other. */
export function ourLogger(logger: unknown): FastifyLogger | undefined {
  const isOurs = typeof logger === 'object' && logger !== null && BRAND in logger;
  return isOurs ? (logger as FastifyLogger) : undefined;
}
