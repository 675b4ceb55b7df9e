import { checkOptions, invalidOption } from '../core/errors.js';
import type { KeyStyle } from './key-style.js';
import { KEY_STYLES } from './key-style.js';

/** The options of `@Fields()`. A subclass inherits those it does not give. */
export interface FieldsOptions {
  /** Style of the keys of properties that have no name of their own. @default the names as they are */
  rename?: KeyStyle;
  /** Stands before every key, as it is: `'order_'`. @default '' */
  prefix?: string;
  /** Only these properties; `true`: only those with `@Field`. @default all own properties */
  only?: readonly string[] | true;
  /** For class-transformer's `since` and `until`. @default no version: neither hides anything */
  version?: number;
  /** For class-transformer's `groups`. @default none: what is in a group is hidden */
  groups?: readonly string[];
}

/** The options of `@Field()`. */
export interface FieldOptions<Value = never, Instance = never> {
  /** The key, instead of the restyled name of the property. */
  name?: string;
  /** Not recorded; a function decides it for each instance, given the value and the instance. @default false */
  skip?: boolean | ((value: Value, instance: Instance) => boolean);
  /**
   * `true`: "[Redacted]" instead of the value. `'hash'`: a keyed hash of it, equal for equal values ("[Redacted]" before `init()`). A
   * function: what it returns. Absent values stay absent. @default false
   */
  redact?: boolean | 'hash' | ((value: Value) => unknown);
  /** The fields of the value in place of the value; `'prefix'`: under keys that begin with this one's. @default false */
  flatten?: boolean | 'prefix';
  /** Recorded as text: `String(value)`, or as `util.inspect` shows it. @default as it is */
  as?: 'display' | 'inspect';
  /** Unit of the value; ends the key: `duration` with `'ms'` is `duration_ms`. */
  unit?: string;
}

/** Throws `TtlogError` `ERR_INVALID_OPTION`. */
export function checkFieldsOptions(options: FieldsOptions): FieldsOptions {
  checkOptions('@Fields()', options, ['rename', 'prefix', 'only', 'version', 'groups']);
  const { rename, prefix, only, version, groups } = options;
  if (rename !== undefined && !KEY_STYLES.includes(rename)) {
    throw invalidOption('rename', `one of ${KEY_STYLES.join(', ')}`, rename);
  }
  if (prefix !== undefined && typeof prefix !== 'string') throw invalidOption('prefix', 'a string', prefix);
  if (only !== undefined && only !== true) checkNames('only', only);
  if (version !== undefined && typeof version !== 'number') throw invalidOption('version', 'a number', version);
  if (groups !== undefined) checkNames('groups', groups);
  return options;
}

/** Throws `TtlogError` `ERR_INVALID_OPTION`. */
export function checkFieldOptions(options: FieldOptions): FieldOptions {
  checkOptions('@Field()', options, ['name', 'skip', 'redact', 'flatten', 'as', 'unit']);
  const { name, skip, redact, flatten, as, unit } = options;
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    throw invalidOption('name', 'a non-empty string', name);
  }
  if (skip !== undefined && typeof skip !== 'boolean' && typeof skip !== 'function') {
    throw invalidOption('skip', 'a boolean or a function', skip);
  }
  if (redact !== undefined && typeof redact !== 'boolean' && redact !== 'hash' && typeof redact !== 'function') {
    throw invalidOption('redact', "true, 'hash' or a function", redact);
  }
  if (flatten !== undefined && typeof flatten !== 'boolean' && flatten !== 'prefix') {
    throw invalidOption('flatten', "true or 'prefix'", flatten);
  }
  if (as !== undefined && as !== 'display' && as !== 'inspect') throw invalidOption('as', "'display' or 'inspect'", as);
  if (unit !== undefined && (typeof unit !== 'string' || unit === '')) {
    throw invalidOption('unit', "a unit such as 'ms'", unit);
  }
  return options;
}

function checkNames(option: string, value: unknown): void {
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string')) {
    throw invalidOption(option, 'a list of names', value, `Write ${option}: ['id'].`);
  }
}
