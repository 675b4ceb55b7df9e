/** The option `redact` of init(): checked, made plain enough to be handed to other threads, and made into a redactor. */
import { checkOptions, invalidOption } from '../core/errors.js';
import type { CensorFunction, Redactor, RedactSettings } from '../core/redact.js';
import { CENSOR, createRedactor, DEFAULT_REDACTED_KEYS } from '../core/redact.js';
import type { PathSegment } from './redact-paths.js';
import { ANY, ANY_DEPTH, compilePaths } from './redact-paths.js';
import type { RedactPatternName } from './redact-patterns.js';
import { PATTERN_NAMES, toValuePattern } from './redact-patterns.js';
import type { Censor } from './redaction-rules.js';
import { redactionRules } from './redaction-rules.js';

/**
 * What must not be recorded, and what is recorded instead. It is applied before a value reaches memory: to fields, context, bindings,
 * arguments and emitted events alike, and whichever backend is installed.
 *
 * @example
 * import { info, init } from 'ttlog';
 * import { memorySink } from 'ttlog/sinks';
 * const memory = memorySink();
 * const handle = init({
 *   sinks: [memory],
 *   redact: { keys: { extend: ['iban'] }, paths: ['req.headers.*', 'users.*.email'], patterns: ['credit_card', 'jwt'] },
 * });
 * info('Paid', { iban: 'DE89370400440532013000', users: [{ id: 7, email: 'a@example.com' }], note: 'by 4111 1111 1111 1111' });
 * await handle.shutdown();
 * memory.records[0]?.values; // => { iban: '[Redacted]', users: [{ id: 7, email: '[Redacted]' }], note: 'by [Redacted]' }
 */
export interface RedactOptions {
  /**
   * Names of keys, at any depth, in any style, as whole words: `api_key` is `apiKey`, `API-KEY`, `stripe_api_key`. A list replaces the
   * default one (`[]`: none); `{ extend }` adds to it.
   *
   * @default the names that commonly hold secrets: password, secret, token, authorization, cookie, api_key, …
   */
  keys?: readonly string[] | { readonly extend: readonly string[] };
  /**
   * Paths from the name of the field on. `*` stands for one segment, `**` for any number of them; indexes of arrays are segments.
   * `'req.headers.*'`, `'**.card.number'`, `'users[*].email'`, `'labels["a.b"]'`. Names are compared as they are written.
   *
   * @default []
   */
  paths?: readonly string[];
  /**
   * What secrets look like: names of built-in patterns and regular expressions. What they find in a string is replaced there. Where there
   * are any, strings are recorded up to 8192 characters.
   *
   * @default []
   */
  patterns?: readonly (RegExp | RedactPatternName)[];
  /** Search messages, names of spans, messages and stacks of errors, and URL objects with `patterns` too. @default false */
  text?: boolean;
  /**
   * What is recorded instead: a text; `'hash'`, a keyed hash, equal for equal values; `'remove'`, nothing, not even the key; or what a
   * function makes of the value and its path. Where the function throws it is "[Redacted]".
   *
   * @default '[Redacted]'
   * @example
   * import { info, init } from 'ttlog';
   * import { memorySink } from 'ttlog/sinks';
   * const memory = memorySink();
   * const handle = init({
   *   sinks: [memory],
   *   redact: { paths: ['user.phone'], censor: (value, path) => `${path.at(-1)} …${String(value).slice(-2)}` },
   * });
   * info('Called', { user: { phone: '+49 30 123456' } });
   * await handle.shutdown();
   * memory.records[0]?.values; // => { user: { phone: 'phone …56' } }
   */
  // oxlint-disable-next-line typescript/no-redundant-type-constituents -- the words are said for those who read it
  censor?: string | 'hash' | 'remove' | CensorFunction;
}

/** The option, checked. */
export interface NormalRedact {
  readonly settings: RedactSettings;
  /** The censor where it is a function: other threads have the default text instead. */
  readonly censor: CensorFunction | undefined;
}

const KNOWN: readonly (keyof RedactOptions)[] = ['keys', 'paths', 'patterns', 'text', 'censor'];
const MAX_CENSOR_LENGTH = 256;
const MAX_PATHS = 1024;
const MAX_SEGMENTS = 64;
const PATH_FIX =
  "Segments are names, * (one segment) and ** (any number), as in 'req.headers.*', '**.card.number', 'labels[\"a.b\"]'.";

/** Throws `TtlogError` `ERR_INVALID_OPTION` where the option is wrong; undefined where nothing is said. */
export function normaliseRedact(
  redact: readonly string[] | false | RedactOptions | undefined,
): NormalRedact | undefined {
  if (redact === undefined) return undefined;
  if (redact === false) return normalRedact({ keys: [] });
  if (Array.isArray(redact)) return normalRedact({ keys: redact as readonly string[] });
  if (typeof redact !== 'object' || redact === null) {
    throw invalidOption(
      'redact',
      'a list of names, false, or an object',
      redact,
      "Say redact: { keys: { extend: ['iban'] } }.",
    );
  }
  return normalRedact(redact as RedactOptions);
}

function normalRedact(options: RedactOptions): NormalRedact {
  checkOptions('redact', options, KNOWN);
  const { text = false, censor = CENSOR } = options;
  if (typeof text !== 'boolean') throw invalidOption('redact.text', 'a boolean', text);
  if (typeof censor !== 'function' && (typeof censor !== 'string' || censor.length > MAX_CENSOR_LENGTH)) {
    throw invalidOption(
      'redact.censor',
      `a text of at most ${MAX_CENSOR_LENGTH} characters, 'hash', 'remove' or a function`,
      censor,
    );
  }
  const paths = listOf('redact.paths', options.paths, 'a list of paths', MAX_PATHS);
  for (const [index, path] of paths.entries()) parsePath(`redact.paths[${index}]`, path);
  const patterns = listOf(
    'redact.patterns',
    options.patterns,
    'a list of regular expressions and names of patterns',
    MAX_PATHS,
  );
  if (text && patterns.length === 0) {
    throw invalidOption(
      'redact.patterns',
      'given where redact.text is true',
      options.patterns,
      "Say patterns: ['bearer', 'jwt', 'credit_card'].",
    );
  }
  return {
    settings: {
      keys: normaliseKeys(options.keys),
      paths,
      patterns: patterns.map((pattern, index) => normalisePattern(`redact.patterns[${index}]`, pattern)),
      text,
      censor: typeof censor === 'function' ? CENSOR : censor,
    },
    censor: typeof censor === 'function' ? censor : undefined,
  };
}

function normaliseKeys(keys: RedactOptions['keys']): readonly string[] {
  if (keys === undefined) return DEFAULT_REDACTED_KEYS;
  const isExtended = typeof keys === 'object' && keys !== null && !Array.isArray(keys);
  if (isExtended && Object.keys(keys).join() !== 'extend') {
    throw invalidOption(
      'redact.keys',
      'a list of names, or { extend: [...] }',
      keys,
      "Say keys: { extend: ['iban'] }.",
    );
  }
  const name = isExtended ? 'redact.keys.extend' : 'redact.keys';
  const list = listOf(
    name,
    isExtended ? (keys as { extend: readonly string[] }).extend : keys,
    'a list of names',
    Infinity,
  );
  for (const [index, key] of list.entries()) {
    if (typeof key !== 'string' || !/[a-z0-9]/i.test(key)) throw invalidOption(`${name}[${index}]`, 'a name', key);
  }
  return isExtended ? [...DEFAULT_REDACTED_KEYS, ...list] : list;
}

function normalisePattern(name: string, pattern: RegExp | string): RedactSettings['patterns'][number] {
  if (pattern instanceof RegExp) return { source: pattern.source, flags: pattern.flags };
  if (typeof pattern !== 'string' || toValuePattern(pattern) === undefined) {
    throw invalidOption(name, `a regular expression or one of ${PATTERN_NAMES.join(', ')}`, pattern);
  }
  return pattern;
}

function listOf<T>(name: string, list: readonly T[] | undefined, expected: string, most: number): readonly T[] {
  if (list === undefined) return [];
  if (!Array.isArray(list) || list.length > most)
    throw invalidOption(name, most === Infinity ? expected : `${expected} (at most ${most})`, list);
  return [...(list as readonly T[])];
}

/** `a.b`, `a[0]`, `a["b.c"]`, `*`, `**`. */
function parsePath(name: string, path: string): PathSegment[] {
  const wrong = (): Error => invalidOption(name, 'a path', path, PATH_FIX);
  if (typeof path !== 'string' || path === '' || path.length > 4096) throw wrong();
  const segments: PathSegment[] = [];
  const part = /(\.?)([^.[\]"'*]+|\*\*?)|\[(\d+|\*)\]|\["([^"]*)"\]|\['([^']*)'\]/y;
  while (part.lastIndex < path.length) {
    const isFirst = part.lastIndex === 0;
    const found = part.exec(path);
    if (found === null || segments.length === MAX_SEGMENTS) throw wrong();
    const [, dot, plain, bracket, double, single] = found;
    // A dot is before each plain segment but the first.
    if (plain !== undefined && (dot === '') !== isFirst) throw wrong();
    const wild = plain ?? bracket;
    segments.push(wild === '**' ? ANY_DEPTH : wild === '*' ? ANY : (wild ?? double ?? single));
  }
  return segments;
}

/** The redactor of checked options. */
export function redactorOf({ settings, censor }: NormalRedact): Redactor {
  const { keys, paths, patterns, text } = settings;
  const named = settings.censor === 'hash' || settings.censor === 'remove' ? settings.censor : undefined;
  const kind: Censor = censor ?? named ?? 'text';
  const shown = named === undefined ? settings.censor : CENSOR;
  if (paths.length === 0 && patterns.length === 0 && kind === 'text') return createRedactor(keys, shown);
  const rules = redactionRules({
    paths: paths.length === 0 ? null : compilePaths(paths.map((path) => parsePath('redact.paths', path))),
    patterns: patterns.map((pattern) =>
      toValuePattern(typeof pattern === 'string' ? pattern : new RegExp(pattern.source, pattern.flags))!,
    ),
    text,
    censor: kind,
  });
  return createRedactor(keys, shown, rules);
}
