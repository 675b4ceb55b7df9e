/**
 * The levels of a record, least important first. `Off` is a threshold only: nothing is logged at it.
 *
 * @example
 * import { LogLevel, setLevel, isEnabled } from 'ttlog';
 * setLevel(LogLevel.Warn);
 * LogLevel.Warn; // => 3
 */
export const LogLevel = { Trace: 0, Debug: 1, Info: 2, Warn: 3, Error: 4, Fatal: 5, Off: 6 } as const;

/** A level as a number: 0 (trace) to 5 (fatal); 6 (off) as a threshold. */
export type LogLevel = (typeof LogLevel)[keyof typeof LogLevel];

/** A level as a word, as it is written in `TTLOG`, in options and in directives. */
export type LevelName = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'off';

/** The level table: a level's number is its index here. */
const LEVEL_NAMES: readonly LevelName[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'off'];

/** `undefined` where the input is no level; names are matched without regard to case. */
export function parseLevel(input: unknown): LogLevel | undefined {
  if (typeof input === 'number')
    return Number.isInteger(input) && input >= 0 && input <= 6 ? (input as LogLevel) : undefined;
  if (typeof input !== 'string') return undefined;
  const name = input.trim().toLowerCase();
  const index = LEVEL_NAMES.indexOf((name === 'warning' ? 'warn' : name) as LevelName);
  return index < 0 ? undefined : (index as LogLevel);
}

/** `'info'` for 2. */
export function levelName(level: LogLevel): LevelName {
  return LEVEL_NAMES[level] ?? 'off';
}
