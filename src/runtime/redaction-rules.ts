/**
 * Redaction that looks at more than names: where in an event a value is, what a text looks like, and what takes the place of what is
 * hidden. Cold: only values that such a rule may concern come here.
 */
import { copyValue } from '../core/copy-value.js';
import { TRUNCATED_MARK } from '../core/encode.js';
import type { CensorFunction, RedactionRules, Where } from '../core/redact.js';
import { state } from '../core/state.js';
import type { PathState } from './redact-paths.js';

/** Texts are searched, and therefore recorded, up to here (UTF-16 units) where there are value patterns: what is long takes bounded time. */
const MAX_SEARCHED = 8192;
/** Searched behind that, so that what begins before the cut is found whole. */
const LOOKAHEAD = 256;
/** Shorter numbers are not worth a search. */
const LEAST_SEARCHED_NUMBER = 1e11;
const MAX_HASHED = 65_536;

/** What secrets look like. */
export interface ValuePattern {
  /** Global. */
  readonly regexp: RegExp;
  /** How many characters of what it finds are secret, from the first on: a check digit is beyond regular expressions. */
  readonly secretLength: (match: string) => number;
}

/** What takes the place of what is hidden. */
export type Censor = 'text' | 'hash' | 'remove' | CensorFunction;

/** What `init({ redact })` may say beyond names. */
interface Rules {
  /** Before the first name; null without paths. */
  readonly paths: PathState | null;
  readonly patterns: readonly ValuePattern[];
  /** Messages, stacks and URLs are searched too. */
  readonly text: boolean;
  readonly censor: Censor;
}

/** Rules in the form that the core asks. */
export function redactionRules(rules: Rules): RedactionRules {
  const { paths, patterns, text, censor } = rules;
  const isPlain = censor === 'text' && patterns.length === 0;
  return {
    redacted: REDACTED,
    done: new WeakSet(),
    whereOf(name) {
      const isSensitive = state.redactor.isSensitive(name);
      const where = new Place(rules, null, name, isSensitive, patterns.length > 0);
      return isPlain && (isSensitive || paths === null || where.leadsNowhere) ? null : where;
    },
    cleanMessage(message) {
      return text && typeof message === 'string' ? searchText(rules, message, () => []) : message;
    },
  };
}

class Place implements Where {
  readonly hidden: boolean;
  readonly #rules: Rules;
  readonly #outer: Place | null;
  readonly #name: string;
  readonly #paths: PathState | null;
  readonly #isSearched: boolean;

  constructor(rules: Rules, outer: Place | null, name: string, isSensitive: boolean, isSearched: boolean) {
    this.#rules = rules;
    this.#outer = outer;
    this.#name = name;
    const before = outer === null ? rules.paths : outer.#paths;
    this.#paths = before?.step(name) ?? null;
    this.hidden = isSensitive || this.#paths?.isEnd === true;
    this.#isSearched = isSearched;
  }

  /** True where no path goes on. */
  get leadsNowhere(): boolean {
    return this.#paths?.isDead === true;
  }

  get opened(): Where | null {
    if (!this.hidden || this.#paths?.isEnd === true) return null;
    return new Place(this.#rules, this.#outer, this.#name, false, this.#isSearched);
  }

  get isDropped(): boolean {
    return this.hidden && this.#rules.censor === 'remove';
  }

  get isUnread(): boolean {
    return this.hidden && (this.#rules.censor === 'text' || this.#rules.censor === 'remove');
  }

  get shown(): Where {
    return this.hidden ? REDACTED : this;
  }

  below(key: string): Where {
    return new Place(this.#rules, this, key, state.redactor.isSensitive(key), this.#rules.patterns.length > 0);
  }

  /** Names say nothing here, paths do. */
  item(index: number | string): Where {
    return new Place(this.#rules, this, String(index), false, this.#rules.patterns.length > 0);
  }

  /** A key that is no text is as an index. */
  entry(key: unknown): Where {
    if (typeof key === 'string') return this.below(key);
    return this.item(
      typeof key === 'object' || typeof key === 'function' || typeof key === 'symbol' ? '' : String(key),
    );
  }

  inError(key: string): Where {
    if (key !== 'message' && key !== 'stack') return this.below(key);
    return new Place(this.#rules, this, key, state.redactor.isSensitive(key), this.#rules.text);
  }

  clean(value: unknown): unknown {
    if (!this.#isSearched) return value;
    switch (typeof value) {
      case 'string':
        return this.#search(value);
      case 'symbol':
        return this.#search(value.toString());
      case 'number':
        return Number.isInteger(value) && Math.abs(value) >= LEAST_SEARCHED_NUMBER ? this.#cleanNumber(value) : value;
      case 'bigint':
        return BigInt.asIntN(128, value) === value ? this.#cleanNumber(value) : value;
      default:
        return value;
    }
  }

  cleanText(text: string): string {
    return this.#rules.text ? this.#search(text) : text;
  }

  replacement(read: () => unknown): unknown {
    return this.isUnread ? state.redactor.censor : censored(this.#rules.censor, read, () => this.#path());
  }

  #cleanNumber(value: number | bigint): unknown {
    const text = String(value);
    const found = this.#search(text);
    return found === text ? value : found;
  }

  #search(text: string): string {
    return searchText(this.#rules, text, () => this.#path());
  }

  #path(): string[] {
    const path = [this.#name];
    for (let at = this.#outer; at !== null; at = at.#outer) path.push(at.#name);
    return path.reverse();
  }
}

/** Below what a rule has made: nothing is looked at. */
const REDACTED: Where = {
  hidden: false,
  opened: null,
  isDropped: false,
  isUnread: false,
  get shown() {
    return REDACTED;
  },
  below: () => REDACTED,
  item: () => REDACTED,
  entry: () => REDACTED,
  inError: () => REDACTED,
  clean: (value) => value,
  cleanText: (text) => text,
  replacement: (read) => read(),
};

function searchText(rules: Rules, text: string, path: () => readonly string[]): string {
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
function part(rules: Rules, secret: string, path: () => readonly string[]): string {
  if (rules.censor === 'remove') return '';
  const made = censored(rules.censor, () => secret, path);
  if (made === undefined || made === null) return '';
  return typeof made === 'object' || typeof made === 'function' || typeof made === 'symbol'
    ? state.redactor.censor
    : String(made);
}

/** A function that logs would otherwise be asked about what it logs, without end. */
let censoring = false;

function censored(censor: Censor, read: () => unknown, path: () => readonly string[]): unknown {
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
