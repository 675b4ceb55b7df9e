/** pino's levels: numbers with names, to which an application may add its own. */
import type { LogLevel } from '../../core/level.js';
import { LogLevel as Level } from '../../core/level.js';

export const STANDARD_LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;

export type Levels = Record<string, number>;
/** Is a call of level `current` one that a logger of level `expected` writes? */
export type LevelComparison = (current: number, expected: number) => boolean;

/** Names to numbers and back. */
export interface LevelMapping {
  /** The number of each level. */
  values: { [level: string]: number };
  /** The name of each number. */
  labels: { [level: number]: string };
}

/** `silent` is a threshold, no level: it is known by name, and not listed. */
export function levelMapping(custom: Levels | null | undefined, onlyCustom: boolean): LevelMapping {
  const all: Levels = { ...(onlyCustom ? {} : STANDARD_LEVELS), ...custom };
  const values = Object.assign(Object.create(Object.prototype, { silent: { value: Infinity } }) as Levels, all);
  const labels = Object.create(Object.prototype, { Infinity: { value: 'silent' } }) as LevelMapping['labels'];
  for (const [label, value] of Object.entries(all)) labels[value] = label;
  return { values, labels };
}

export function assertDefaultLevel(level: unknown, { values }: LevelMapping): void {
  const isKnown =
    typeof level === 'number'
      ? level === Infinity || Object.values(values).includes(level)
      : (level as string) in values;
  if (!isKnown) throw new Error(`default level:${String(level)} must be included in custom levels`);
}

export function assertNoCollisions({ labels, values }: LevelMapping, custom: Levels | null | undefined): void {
  for (const [label, value] of Object.entries(custom ?? {})) {
    if (label in values) throw new Error('levels cannot be overridden');
    if (value in labels) throw new Error('pre-existing level values cannot be used for new levels');
  }
}

export function levelComparison(option: unknown): LevelComparison {
  if (option === 'ASC') return (current, expected) => current >= expected;
  if (option === 'DESC') return (current, expected) => current <= expected;
  if (typeof option === 'function') return option as LevelComparison;
  throw new Error('Levels comparison should be one of "ASC", "DESC" or "function" type');
}

/** Names of other houses. */
const KNOWN_WORDS: Readonly<Record<string, LogLevel>> = {
  silly: Level.Trace, verbose: Level.Trace, trace: Level.Trace, debug: Level.Debug, http: Level.Info, info: Level.Info, notice: Level.Info,
  warn: Level.Warn, warning: Level.Warn, error: Level.Error, err: Level.Error, crit: Level.Fatal, critical: Level.Fatal,
  alert: Level.Fatal, emerg: Level.Fatal, emergency: Level.Fatal, fatal: Level.Fatal,
}; // prettier-ignore

/**
 * The level of the ring for one of pino's: by its name where that says it, else the standard level at or below its number. Numbers that grow
 * the other way say nothing, so those are info.
 */
export function ringLevel(label: string, value: number, growsDown: boolean): LogLevel {
  const named = Object.hasOwn(KNOWN_WORDS, label) ? KNOWN_WORDS[label] : undefined;
  if (named !== undefined) return named;
  if (growsDown) return Level.Info;
  return Math.max(Level.Trace, Math.min(Level.Fatal, Math.floor(value / 10) - 1)) as LogLevel;
}
