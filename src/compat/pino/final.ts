import { streamSym } from './symbols.js';

type Handler<L> = (error: Error | null | undefined, finalLogger: L, ...args: any[]) => void;

/**
 * What pino had up to version 6, for handlers at the end of a process: a logger that has everything written after each call. Loggers of
 * ttlog need none: what they have recorded is delivered whatever ends the process.
 *
 * @param handler Made into a handler of events, which is given that logger. Without one, the logger is what is returned.
 * @example
 * import pino, { final } from 'ttlog/pino';
 * const lines: string[] = [];
 * const log = pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) });
 * const onExit = final(log, (error, finalLogger, event: string) => finalLogger.info(event));
 * onExit(null, 'beforeExit');
 * lines; // => ['{"level":30,"msg":"beforeExit"}\n']
 */
export function final<L extends object>(logger: L): L;
export function final<L extends object>(logger: L, handler: Handler<L>): (error?: Error | null, ...args: any[]) => void;
export function final(logger: any, handler?: Handler<any>): unknown {
  if (typeof logger?.child !== 'function') throw new Error('expected a pino logger instance');
  if (handler !== undefined && typeof handler !== 'function')
    throw new Error('if supplied, the handler parameter should be a function');
  const finalLogger = flushing(logger);
  if (handler === undefined) return finalLogger;
  return (error: Error | null = null, ...args: unknown[]) => {
    try {
      flush(logger);
    } catch {
      // a stream that is not open any more
    }
    return handler(error, finalLogger, ...args);
  };
}

function flushing(logger: any): object {
  return new Proxy(logger, {
    get: (target, key) => {
      const value = Reflect.get(target, key, target);
      if (typeof value !== 'function' || !(key in target.levels.values)) return value;
      return (...args: unknown[]) => {
        value.apply(target, args);
        flush(target);
      };
    },
  }) as object;
}

const flush = (logger: any): void => logger[streamSym].flushSync?.();
