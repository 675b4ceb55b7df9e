/**
 * Redaction that looks at more than names: where in an event a value is, what a text looks like, and what takes the place of what is
 * hidden. Cold: only values that such a rule may concern come here.
 */
import { copyValue } from './copy-value.js';
import { TRUNCATED_MARK } from './encode.js';
import type { Field } from './field.js';
import type { PathState } from './redact-paths.js';
import type { RedactionRules, ValuePattern } from './redact.js';
import { state } from './state.js';

/** Texts are searched, and therefore recorded, up to here (UTF-16 units) where there are value patterns: what is long takes bounded time. */
const MAX_SEARCHED = 8192;
/** Searched behind that, so that what begins before the cut is found whole. */
const LOOKAHEAD = 256;
/** Shorter numbers are not worth a search. */
const LEAST_SEARCHED_NUMBER = 1e11;
const MAX_HASHED = 65_536;

/** A place in a field, from its top-level name on. */
export class Where {
  /** True where a rule says that the value here must not be recorded. */
  readonly hidden: boolean;
  private readonly rules: RedactionRules | null;
  private readonly outer: Where | null;
  private readonly name: string;
  readonly paths: PathState | null;
  private readonly isSearched: boolean;

  /** Without rules nothing is looked at: what is below has been redacted. */
  constructor(
    rules: RedactionRules | null,
    outer: Where | null,
    name: string,
    isSensitive: boolean,
    isSearched: boolean,
  ) {
    this.rules = rules;
    this.outer = outer;
    this.name = name;
    const before = outer === null ? rules?.paths : outer.paths;
    this.paths = before?.step(name) ?? null;
    this.hidden = isSensitive || this.paths?.isEnd === true;
    this.isSearched = isSearched;
  }

  /** True where what is here is to be left out, name and all. */
  get isDropped(): boolean {
    return this.hidden && this.rules!.censor === 'remove';
  }

  /** True where what is here is hidden behind a text: it is not even looked at. */
  get isUnread(): boolean {
    return this.hidden && (this.rules!.censor === 'text' || this.rules!.censor === 'remove');
  }

  /** The value under a key of an object or a map. */
  below(key: string): Where {
    return this.rules === null
      ? this
      : new Where(this.rules, this, key, state.redactor.isSensitive(key), this.rules.patterns.length > 0);
  }

  /** An item of an array or a set, an entry of a map under a key that is no text: names say nothing here, paths do. */
  item(index: number | string): Where {
    return this.rules === null
      ? this
      : new Where(this.rules, this, String(index), false, this.rules.patterns.length > 0);
  }

  /** The message and the stack of an error are texts, which are searched only where that is switched on. */
  textBelow(key: string): Where {
    return this.rules === null
      ? this
      : new Where(this.rules, this, key, state.redactor.isSensitive(key), this.rules.text);
  }

  /** A value as it may be recorded: what looks like a secret is replaced. Objects are looked into by whoever writes them. */
  clean(value: unknown): unknown {
    if (!this.isSearched) return value;
    switch (typeof value) {
      case 'string':
        return this.search(value);
      case 'symbol':
        return this.search(value.toString());
      case 'number':
        return Number.isInteger(value) && Math.abs(value) >= LEAST_SEARCHED_NUMBER ? this.cleanNumber(value) : value;
      case 'bigint':
        return BigInt.asIntN(128, value) === value ? this.cleanNumber(value) : value;
      default:
        return value;
    }
  }

  /** The text of an object that has become one (a URL): as a message. */
  cleanText(text: string): string {
    return this.rules?.text === true ? this.search(text) : text;
  }

  /** What stands for the value here. Never throws. Its result is recorded as it is. */
  replacement(read: () => unknown): unknown {
    return this.isUnread ? state.redactor.censor : censored(this.rules!.censor, read, () => this.path());
  }

  private cleanNumber(value: number | bigint): unknown {
    const text = String(value);
    const found = this.search(text);
    return found === text ? value : found;
  }

  private search(text: string): string {
    return searchText(this.rules!, text, () => this.path());
  }

  private path(): string[] {
    const path = [this.name];
    for (let at = this.outer; at !== null; at = at.outer) path.push(at.name);
    return path.reverse();
  }
}

/** Below what a rule has made: it is recorded as it is. */
export const REDACTED = new Where(null, null, '', false, false);

/** A top-level field, or null where a look at names is all it needs. */
export function whereOf(name: string): Where | null {
  const { rules } = state.redactor;
  if (rules === null) return null;
  const isSensitive = state.redactor.isSensitive(name);
  const where = new Where(rules, null, name, isSensitive, rules.patterns.length > 0);
  const isPlain = rules.censor === 'text' && rules.patterns.length === 0;
  return isPlain && (isSensitive || where.paths === null || where.paths.isDead) ? null : where;
}

/** True for a field that is to be left out. */
export function isDroppedField(name: string): boolean {
  return state.redactor.rules !== null && whereOf(name)?.isDropped === true;
}

/** An entry of a map. */
export function whereOfEntry(where: Where, key: unknown): Where {
  if (typeof key === 'string') return where.below(key);
  return where.item(typeof key === 'object' || typeof key === 'function' || typeof key === 'symbol' ? '' : String(key));
}

/** A part of an error. */
export function whereInError(where: Where, key: string): Where {
  return key === 'message' || key === 'stack' ? where.textBelow(key) : where.below(key);
}

/** True where the message of an error at this place must not be recorded: not in its stack, and in no text made of it. */
export function hidesMessage(where: Where | null): boolean {
  return where === null ? state.redactor.isSensitive('message') : where.hidden || where.below('message').hidden;
}

/** What an error says, where that becomes a text of its own. */
export function shownMessage(error: Error): string {
  const isHidden = hidesMessage(whereOf('err')) || state.redactor.isSensitive('err');
  return isHidden ? state.redactor.censor : error.message;
}

/** A stack without the message that it repeats, which is not to be recorded. */
export function without(stack: unknown, message: unknown): unknown {
  return typeof stack === 'string' && typeof message === 'string' && message !== ''
    ? stack.split(message).join(state.redactor.censor)
    : stack;
}

/** A message, or another text that is no value: searched only where that is switched on. */
export function cleanMessage(message: string): string {
  const { rules } = state.redactor;
  return rules !== null && rules.text && typeof message === 'string' ? searchText(rules, message, () => []) : message;
}

function searchText(rules: RedactionRules, text: string, path: () => readonly string[]): string {
  const isLong = text.length > MAX_SEARCHED;
  let found = isLong ? text.slice(0, MAX_SEARCHED + LOOKAHEAD) : text;
  for (const pattern of rules.patterns) found = replaceSecrets(pattern, found, (secret) => part(rules, secret, path));
  return isLong ? found.slice(0, MAX_SEARCHED) + TRUNCATED_MARK : found;
}

function replaceSecrets(
  { regexp, secretLength }: ValuePattern,
  text: string,
  replace: (secret: string) => string,
): string {
  let replaced = '';
  let from = 0;
  regexp.lastIndex = 0;
  for (let found = regexp.exec(text); found !== null; found = regexp.exec(text)) {
    const { index } = found;
    const length = found[0] === '' ? 0 : secretLength(found[0]);
    const secret = text.slice(index, index + length);
    if (length > 0) {
      replaced += text.slice(from, index) + replace(secret);
      from = index + length;
    }
    // What is none may have one in it: a year before the number of a card.
    regexp.lastIndex = Math.max(index + length, index + 1);
  }
  return from === 0 && replaced === '' ? text : replaced + text.slice(from);
}

/** A part of a text can only be replaced by a text. */
function part(rules: RedactionRules, secret: string, path: () => readonly string[]): string {
  if (rules.censor === 'remove') return '';
  const made = censored(rules.censor, () => secret, path);
  if (made === undefined || made === null) return '';
  return typeof made === 'object' || typeof made === 'function' || typeof made === 'symbol'
    ? state.redactor.censor
    : String(made);
}

/** A function that logs would otherwise be asked about what it logs, without end. */
let censoring = false;

function censored(censor: RedactionRules['censor'], read: () => unknown, path: () => readonly string[]): unknown {
  if (censoring) return state.redactor.censor;
  censoring = true;
  try {
    if (typeof censor === 'function') return censor(read(), path());
    if (censor === 'hash') return hashed(read());
  } catch {
    // what cannot be read, or a function that throws
  } finally {
    censoring = false;
  }
  return state.redactor.censor;
}

function hashed(value: unknown): unknown {
  if (value === undefined || value === null) return value;
  const { hash } = state.host;
  if (hash === null) return state.redactor.censor;
  const text = typeof value === 'object' ? JSON.stringify(copyValue(value), plainly) : String(value);
  return hash(text.length > MAX_HASHED ? `${text.length}:${text.slice(0, MAX_HASHED)}` : text);
}

function plainly(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Map || value instanceof Set ? [...(value as Iterable<unknown>)] : value;
}

/** Fields that have been redacted by the rules that hold now: what comes back from a backend is not redacted twice. */
export function markRedacted(fields: readonly Field[]): readonly Field[] {
  if (state.redactor.rules !== null) state.redactor.done.add(fields);
  return fields;
}

export function isMarkedRedacted(fields: readonly Field[]): boolean {
  return state.redactor.done.has(fields);
}
