// What commands have in common on their command lines.
import type { RecordFilter } from '../query/filter-records.js';
import { levelOf } from '../query/filter-records.js';
import { UsageError } from './usage.js';

/** For `parseArgs`: which records are shown. */
export const FILTER_OPTIONS = {
  level: { type: 'string' },
  target: { type: 'string' },
  trace: { type: 'string' },
} as const;

export function parseFilter(values: { level?: string; target?: string; trace?: string }): RecordFilter {
  const level = values.level === undefined ? undefined : levelOf(values.level);
  if (values.level !== undefined && level === undefined) {
    throw new UsageError(`Expected --level to be trace, debug, info, warn, error or fatal, got ${values.level}`);
  }
  if (values.trace !== undefined && !/^[0-9a-f]{1,32}$/i.test(values.trace)) {
    throw new UsageError(`Expected --trace to be up to 32 hexadecimal digits, got ${values.trace}`);
  }
  return {
    ...(level === undefined ? {} : { level }),
    ...(values.target === undefined ? {} : { target: values.target }),
    ...(values.trace === undefined ? {} : { trace: values.trace }),
  };
}

export function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`Expected ${name} to be a whole number, got ${text}`);
  return Number(text);
}

/** undefined where the text is no process id. */
export function parsePid(text: string): number | undefined {
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}
