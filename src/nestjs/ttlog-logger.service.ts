import type { LoggerService, LogLevel as NestLogLevel } from '@nestjs/common';
import type { LevelName } from '../core/level.js';
import { LogLevel, parseLevel } from '../core/level.js';
import { setLevel } from '../core/levels.js';
import { currentScope } from '../core/current-scope.js';
import { log } from '../core/log.js';
import { targetOrRoot } from '../core/state.js';
import { BOOTSTRAP_FAILURE, deliverBootstrapFailure } from './bootstrap-failure.js';
import { readCall } from './nest-log-arguments.js';
import { NESTS_REPORTS, recordRequestFailure } from './request-failure.js';
import { startOrReuse } from './running-ttlog.js';
import type { TtlogModuleOptions } from './ttlog-module-options.interface.js';

/** Nest's words for the levels. */
const LEVELS: Readonly<Record<NestLogLevel, LevelName>> = {
  verbose: 'trace',
  debug: 'debug',
  log: 'info',
  warn: 'warn',
  error: 'error',
  fatal: 'fatal',
};

/**
 * Nest's `LoggerService` over ttlog: what `new Logger('Orders')` of `@nestjs/common` and Nest itself say becomes events whose target
 * is the logger's context.
 *
 * 1. The last argument, where it is a string, is the context, as Nest's facade appends it.
 * 2. `error` and `fatal` take a stack before it; it is recorded as `err`, and so is an Error in any place.
 * 3. Objects are fields, as message as behind one. What is neither is in the field `params`.
 * 4. `log` is ttlog's info, `verbose` its trace.
 *
 * @example
 * import { Logger, Module } from '@nestjs/common';
 * import { NestFactory } from '@nestjs/core';
 * import { memorySink } from 'ttlog/sinks';
 * import { TtlogLogger, TtlogModule } from 'ttlog/nestjs';
 *
 * const memory = memorySink();
 * @Module({ imports: [TtlogModule.forRoot({ service: 'shop', sinks: [memory] })] })
 * class AppModule {}
 *
 * const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
 * app.useLogger(app.get(TtlogLogger));
 * new Logger('Orders').log('Order placed', { order_id: 7 });
 * await app.close();
 * const record = memory.records.find((one) => one.message === 'Order placed');
 * [record?.target, record?.values]; // => ['Orders', { order_id: 7 }]
 */
export class TtlogLogger implements LoggerService {
  private readonly context: string;

  /** @param context Target of calls that name none. Default: the service. */
  constructor(context = '') {
    this.context = context;
  }

  /** Info level. Never throws. */
  log(message: unknown, ...rest: unknown[]): void {
    this.record(LogLevel.Info, message, rest);
  }

  /** Error level: `(message, stack?, context?)`, or with objects and Errors in their place. Never throws. */
  error(message: unknown, ...rest: unknown[]): void {
    this.record(LogLevel.Error, message, rest);
  }

  /** Warn level. Never throws. */
  warn(message: unknown, ...rest: unknown[]): void {
    this.record(LogLevel.Warn, message, rest);
  }

  /** Debug level. Never throws. */
  debug(message: unknown, ...rest: unknown[]): void {
    this.record(LogLevel.Debug, message, rest);
  }

  /** Trace level. Never throws. */
  verbose(message: unknown, ...rest: unknown[]): void {
    this.record(LogLevel.Trace, message, rest);
  }

  /** Fatal level, with the arguments of `error`. Never throws. */
  fatal(message: unknown, ...rest: unknown[]): void {
    this.record(LogLevel.Fatal, message, rest);
  }

  /** What is delivered from now on: the least important of these levels and what is above it. Everything is still recorded. */
  setLogLevels(levels: NestLogLevel[]): void {
    const asked = levels.map((level) => parseLevel(LEVELS[level]) ?? LogLevel.Off);
    setLevel(Math.min(LogLevel.Off, ...asked) as LogLevel);
  }

  private record(level: LogLevel, message: unknown, rest: readonly unknown[]): void {
    const last = rest[rest.length - 1];
    const context = typeof last === 'string' ? last : this.context;
    // A stack stands where a context would; telling them apart is for those that are recorded.
    const mayHaveStack = level >= LogLevel.Error;
    if (!mayHaveStack && level < targetOrRoot(context).recordLevel) return;
    const read = readCall(mayHaveStack, message, rest);
    const name = read.context ?? this.context;
    const target = targetOrRoot(name);
    if (mayHaveStack && NESTS_REPORTS.has(name)) recordRequestFailure(target, read);
    else if (level >= target.recordLevel) log(target, level, currentScope(), null, read.message, read.fields);
    if (name === BOOTSTRAP_FAILURE) deliverBootstrapFailure();
  }
}

/**
 * A logger for `NestFactory.create(AppModule, { logger })`, so that Nest's first line goes through ttlog already. What is logged
 * before ttlog runs is in the ring and delivered, with its own time, once it does: there is no need for `bufferLogs`.
 *
 * @param options Start ttlog with these right away, unless it is running; `TtlogModule` then joins in. Without them it is
 *   `TtlogModule` that starts it.
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import { Module } from '@nestjs/common';
 * import { NestFactory } from '@nestjs/core';
 * import { memorySink } from 'ttlog/sinks';
 * import { createTtlogLogger, TtlogModule } from 'ttlog/nestjs';
 *
 * const memory = memorySink();
 * @Module({ imports: [TtlogModule.forRoot({ service: 'shop', sinks: [memory] })] })
 * class AppModule {}
 *
 * const app = await NestFactory.createApplicationContext(AppModule, { logger: createTtlogLogger() });
 * await app.close();
 * memory.records[0]?.message; // => 'Starting Nest application...'
 */
export function createTtlogLogger(options?: TtlogModuleOptions): TtlogLogger {
  if (options !== undefined) startOrReuse(options);
  return new TtlogLogger();
}
