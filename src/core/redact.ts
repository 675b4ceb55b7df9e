import { flatCopy } from './target.js';

/**
 * Redaction before anything reaches the ring. A name is judged once (when a callsite first sees it, or from a bounded cache for
 * nested keys), so unredacted logging pays nothing for it.
 */
export interface Redactor {
  /** True where a value under this key must not be recorded. */
  isSensitive(key: string): boolean;
  /** The text that is recorded instead, where nothing else is or can be. */
  readonly censor: string;
  /** null where names and that text are all there is. */
  readonly rules: RedactionRules | null;
}

/** What looks at more than names: where in an event a value is, what a text looks like. The runtime makes it of options. */
export interface RedactionRules {
  /** A top-level field, or null where a look at names is all it needs. */
  whereOf(name: string): Where | null;
  /** A message, or another text that is no value. */
  cleanMessage(message: string): string;
  /** What has been redacted already: it is recorded as it is. */
  readonly redacted: Where;
  /** Lists of fields that have been redacted by these rules. */
  readonly done: WeakSet<object>;
}

/** A place in a field, from its top-level name on. */
export interface Where {
  /** True where a rule says that the value here must not be recorded. */
  readonly hidden: boolean;
  /** Where that is a matter of its name alone: the place of what has been made of it (see `cleared`); null elsewhere. */
  readonly opened: Where | null;
  /** True where what is here is to be left out, name and all. */
  readonly isDropped: boolean;
  /** True where what is here is hidden behind a text: it is not even looked at. */
  readonly isUnread: boolean;
  /** The place of what is recorded here: what a rule has made is recorded as it is. */
  readonly shown: Where;
  /** The value under a key of an object. */
  below(key: string): Where;
  /** An item of an array or a set. */
  item(index: number): Where;
  /** An entry of a map. */
  entry(key: unknown): Where;
  /** A part of an error: its message and its stack are texts, which are searched only where that is switched on. */
  inError(key: string): Where;
  /** A value as it may be recorded: what looks like a secret is replaced. Objects are looked into by whoever writes them. */
  clean(value: unknown): unknown;
  /** The text of an object that has become one (a URL): as a message. */
  cleanText(text: string): string;
  /** What stands for the value here. Never throws. Its result is recorded as it is. */
  replacement(read: () => unknown): unknown;
}

/** Makes what is recorded instead of a value. `path`: the names on the way to it, the field's own first; empty for a message. */
export type CensorFunction = (value: unknown, path: readonly string[]) => unknown;

/** The option in a form that can be compared, and handed to other threads (but for a censor that is a function). */
export interface RedactSettings {
  readonly keys: readonly string[];
  readonly paths: readonly string[];
  readonly patterns: readonly (string | { readonly source: string; readonly flags: string })[];
  readonly text: boolean;
  readonly censor: string;
}

/** What is recorded instead, where nobody says otherwise. */
export const CENSOR = '[Redacted]';

/** The default keys. Each matches as whole words in any style: `api_key` is `apiKey`, `API-KEY`, `stripe_api_key`. */
export const DEFAULT_REDACTED_KEYS: readonly string[] = [
  'password', 'passwd', 'passphrase', 'pwd', 'secret', 'token', 'authorization', 'proxy_authorization', 'cookie', 'set_cookie',
  'api_key', 'apikey', 'access_key', 'private_key', 'client_secret', 'credential', 'credentials', 'session_id', 'ssn', 'cvv', 'cvc', 'card_number', 'credit_card',
]; // prettier-ignore

/** Names that contain a sensitive word without being sensitive: counts and kinds of tokens. */
const HARMLESS =
  /^(?:(?:max|min|num|total|input|output|prompt|completion|cached?|used|remaining)_tokens?|tokens?_(?:count|used|limit|type|usage|remaining|total)|token_?type)$/;

const CACHE_LIMIT = 4096;
const MAX_NAME_LENGTH = 256;

export function createRedactor(
  keys: readonly string[] = DEFAULT_REDACTED_KEYS,
  censor: string = CENSOR,
  rules: RedactionRules | null = null,
): Redactor {
  const sensitive = new Set(keys.map((key) => words(key).join('_')));
  const longest = Math.max(0, ...[...sensitive].map((key) => key.split('_').length));
  const cache = new Map<string, boolean>();
  return {
    censor,
    rules,
    isSensitive(key) {
      const known = cache.get(key);
      if (known !== undefined) return known;
      const verdict = judge(words(key), sensitive, longest);
      if (cache.size < CACHE_LIMIT && key.length <= MAX_NAME_LENGTH) cache.set(flatCopy(key), verdict);
      return verdict;
    },
  };
}

/** True where some run of whole words of the name is a sensitive key. Singular and plural are one, and so is `password2`. */
function judge(name: string[], sensitive: ReadonlySet<string>, longest: number): boolean {
  if (HARMLESS.test(name.join('_'))) return false;
  for (let from = 0; from < name.length; from++) {
    for (let count = 1; count <= longest && from + count <= name.length; count++) {
      const run = name.slice(from, from + count).join('_');
      if (isListed(run, sensitive) || (/\d$/.test(run) && isListed(run.replace(/_?\d+$/, ''), sensitive))) return true;
    }
  }
  return false;
}

function isListed(run: string, sensitive: ReadonlySet<string>): boolean {
  return sensitive.has(run) || (run.endsWith('s') && sensitive.has(run.slice(0, -1)));
}

/** `userAPIKey`, `user-api-key`, `USER_API_KEY` → ['user', 'api', 'key']. Over-long names are judged by their first 256 characters. */
function words(name: string): string[] {
  return name
    .slice(0, MAX_NAME_LENGTH)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}
