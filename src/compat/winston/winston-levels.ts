import { LogLevel } from '../../core/level.js';

/** Winston's npm, syslog and cli levels. Names of one's own are looked up in ttlog's, else they are info. */
export const WINSTON_LEVELS: Readonly<Record<string, LogLevel>> = {
  emerg: LogLevel.Fatal,
  alert: LogLevel.Fatal,
  crit: LogLevel.Fatal,
  error: LogLevel.Error,
  warning: LogLevel.Warn,
  warn: LogLevel.Warn,
  notice: LogLevel.Info,
  help: LogLevel.Info,
  data: LogLevel.Info,
  info: LogLevel.Info,
  http: LogLevel.Debug,
  verbose: LogLevel.Debug,
  prompt: LogLevel.Debug,
  debug: LogLevel.Debug,
  input: LogLevel.Trace,
  silly: LogLevel.Trace,
};
