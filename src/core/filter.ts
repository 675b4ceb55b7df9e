import type { LogLevel } from './level.js';
import { LogLevel as Level, parseLevel } from './level.js';
import { invalidOption } from './errors.js';

/** A threshold for each target, compiled from directives such as `warn,db=debug,http.*=trace`. */
export interface Filter {
  readonly text: string;
  /** For targets that no rule names. */
  readonly base: LogLevel;
  /** True where the text says nothing (valid) at all. */
  readonly isEmpty?: boolean;
  /** The most specific first. */
  readonly rules: readonly FilterRule[];
}

interface FilterRule {
  /** A target's name; `*` stands for any run of characters. */
  readonly pattern: string;
  readonly level: LogLevel;
}

export const STANDARD_FILTER: Filter = { text: 'info', base: Level.Info, rules: [] };

/**
 * Compiles directives: `level`, `target=level` and `pattern.*=level`, separated by commas. Without a bare level, targets that no
 * rule names keep `info`. 'strict' throws `ERR_INVALID_OPTION` on the first bad directive, 'lenient' (the environment) skips it.
 */
export function compileFilter(directives: string, mode: 'strict' | 'lenient' = 'strict'): Filter {
  if (typeof directives !== 'string')
    throw invalidOption('the filter', "directives such as 'info,db=debug'", directives);
  let base: LogLevel | undefined;
  const rules: FilterRule[] = [];
  for (const directive of directives.split(',').map((part) => part.trim())) {
    if (directive === '') continue;
    const equals = directive.lastIndexOf('=');
    const level = parseLevel(directive.slice(equals + 1));
    const pattern = directive.slice(0, Math.max(equals, 0)).trim();
    if (level === undefined || (equals >= 0 && pattern === '')) {
      if (mode === 'lenient') continue;
      throw invalidOption(
        'a filter directive',
        "a level, or 'target=level'",
        directive,
        `Levels are trace, debug, info, warn, error, fatal, off, as in 'info,db=debug,http.*=trace'.`,
      );
    }
    if (equals < 0 || pattern === '*') base = level;
    else rules.push({ pattern, level });
  }
  // Of two rules for the same name the later one holds, as it does for bare levels.
  rules.reverse().sort((a, b) => specificity(b.pattern) - specificity(a.pattern));
  return {
    text: directives,
    base: base ?? STANDARD_FILTER.base,
    rules,
    isEmpty: base === undefined && rules.length === 0,
  };
}

/** An exact name beats a pattern, a longer pattern a shorter one. */
function specificity(pattern: string): number {
  return pattern.includes('*') ? pattern.length : 1_000_000 + pattern.length;
}

/** The threshold that holds for a target. */
export function resolveFilter(filter: Filter, target: string): LogLevel {
  for (const rule of filter.rules) if (matchesPattern(rule.pattern, target)) return rule.level;
  return filter.base;
}

/** `*` stands for any run of characters; no regular expression, so that no pattern can take exponential time. */
export function matchesPattern(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === text;
  const first = parts[0];
  const last = parts[parts.length - 1];
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  const until = text.length - last.length;
  for (let i = 1; i < parts.length - 1; i++) {
    const found = text.indexOf(parts[i], from);
    if (found < 0 || found + parts[i].length > until) return false;
    from = found + parts[i].length;
  }
  return true;
}
