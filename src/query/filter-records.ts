import { matchesPattern } from '../core/filter.js';
import type { LogLevel } from '../core/level.js';
import { parseLevel } from '../core/level.js';

/** What to show of a snapshot; what is absent does not restrict. */
export interface RecordFilter {
  /** From this level on. */
  readonly level?: LogLevel;
  /** A target's name; `*` stands for any run of characters. */
  readonly target?: string;
  /** A trace id, or its first digits. */
  readonly trace?: string;
}

/** What events and spans have in common, as far as filters look. */
interface Filterable {
  readonly level: LogLevel;
  readonly target: string;
  readonly traceId?: string | undefined;
}

/** A level by name or number; `undefined` where it is none, or `off`, at which nothing is recorded. */
export function levelOf(text: string): LogLevel | undefined {
  const level = parseLevel(/^\d$/.test(text) ? Number(text) : text);
  return level === 6 ? undefined : level;
}

/** The filter as a function. */
export function compileRecordFilter(filter: RecordFilter): (record: Filterable) => boolean {
  const { level = 0, target } = filter;
  const trace = filter.trace?.toLowerCase();
  return (record) =>
    record.level >= level &&
    (target === undefined || matchesPattern(target, record.target)) &&
    (trace === undefined || (record.traceId?.startsWith(trace) ?? false));
}
