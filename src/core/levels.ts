import { isSuppressed } from './current-scope.js';
import { invalidOption } from './errors.js';
import type { Filter } from './filter.js';
import { compileFilter } from './filter.js';
import type { LevelName } from './level.js';
import { LogLevel, parseLevel } from './level.js';
import { filtersChanged, state, targetNamed } from './state.js';

/**
 * Sets what sinks deliver: one level for every target. Reaches every logger at once; records below it stay in the ring.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` where the input is no level.
 * @example
 * import { setLevel } from 'ttlog';
 * setLevel('debug');
 */
export function setLevel(level: LogLevel | LevelName): void {
  const parsed = parseLevel(level);
  if (parsed === undefined)
    throw invalidOption(
      'level',
      'a LogLevel or its name',
      level,
      "Say setLevel('info'); for directives there is setFilter().",
    );
  state.deliverFilter = { text: String(level), base: parsed, rules: [] };
  filtersChanged();
  state.backend?.setLevel(parsed);
}

/**
 * Sets what sinks deliver, target by target: `'info,db=debug,http.*=trace'`. `*` stands for any run of characters; an exact name beats a
 * pattern, a longer pattern a shorter one. Without a bare level the others deliver `info`.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` where a directive is none.
 * @example
 * import { setFilter } from 'ttlog';
 * setFilter('warn,db=debug,http.*=trace');
 */
export function setFilter(directives: string): void {
  state.deliverFilter = compileFilter(directives);
  filtersChanged();
}

/**
 * Sets what the ring keeps (default `trace`: everything): a level, or directives as in `setFilter`. What is below it costs a comparison.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` where the input is neither.
 * @example
 * import { isEnabled, setRecord } from 'ttlog';
 * setRecord('info,db=trace');
 * isEnabled('debug', 'db'); // => true
 * isEnabled('debug', 'http'); // => false
 */
export function setRecord(levelOrDirectives: LogLevel | LevelName | (string & {})): void {
  state.recordFilter = toFilter(levelOrDirectives);
  filtersChanged();
}

/** One level, or directives. */
export function toFilter(levelOrDirectives: LogLevel | LevelName | (string & {})): Filter {
  const parsed = parseLevel(levelOrDirectives);
  if (parsed !== undefined) return { text: String(levelOrDirectives), base: parsed, rules: [] };
  if (typeof levelOrDirectives !== 'string')
    throw invalidOption('level', 'a LogLevel, its name, or directives', levelOrDirectives);
  return compileFilter(levelOrDirectives);
}

/**
 * Would an event of this level be recorded, for the given target (default: the service)?
 *
 * @example
 * import { isEnabled } from 'ttlog';
 * isEnabled('trace'); // => true
 */
export function isEnabled(level: LogLevel | LevelName, target?: string): boolean {
  const parsed = parseLevel(level);
  if (parsed === undefined || parsed >= LogLevel.Off || isSuppressed(parsed)) return false;
  return parsed >= (target === undefined ? state.rootTarget : targetNamed(target)).recordLevel;
}
