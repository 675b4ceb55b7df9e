/** The names of a function's parameters, read from its source. */

export interface Parameter {
  /** undefined for a pattern (`{ a, b }`). */
  readonly name: string | undefined;
  readonly isRest: boolean;
}

/** Longer parameter lists than this are not read. */
const MAX_SOURCE_LENGTH = 65_536;
const IDENTIFIER = /^(\.\.\.)?\s*([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)\s*(=(?!>)|$)/u;

/** undefined where they cannot be known: native code, bound functions, classes. */
export function parameterNames(fn: (...args: never[]) => unknown): readonly Parameter[] | undefined {
  const source = Function.prototype.toString.call(fn);
  if (source.endsWith('[native code] }') || /^class\b/.test(source)) return undefined;
  const texts = parameterTexts(source.slice(0, MAX_SOURCE_LENGTH));
  return texts?.map((text) => {
    const match = IDENTIFIER.exec(text.trim());
    return { name: match?.[2], isRest: text.trim().startsWith('...') };
  });
}

/** What people call a parameter in two letters. */
const SHORT_WORDS: ReadonlySet<string> = new Set([
  'at', 'by', 'cb', 'db', 'el', 'fn', 'id', 'ip', 'no', 'ok', 'os', 'qs', 'to', 'ts', 'tx', 'ui', 'us',
]); // prettier-ignore

/** True for what a minifier leaves: nothing but names of one or two letters that are no words. */
export function looksMinified(parameters: readonly Parameter[]): boolean {
  return parameters.every(({ name }) => name === undefined || (name.length <= 2 && !SHORT_WORDS.has(name)));
}

/** The text of each parameter, without comments. */
function parameterTexts(source: string): string[] | undefined {
  const start = listStart(source);
  if (typeof start !== 'number') return start;
  const texts: string[] = [];
  let text = '';
  let depth = 0;
  for (let i = start; i < source.length;) {
    const char = source[i];
    const end = skipped(source, i, text);
    if (end > i) {
      if (!source.startsWith('//', i) && !source.startsWith('/*', i)) text += source.slice(i, end);
      i = end;
      continue;
    }
    if (depth === 0 && (char === ',' || char === ')')) {
      if (text.trim() !== '') texts.push(text);
      if (char === ')') return texts;
      text = '';
    } else {
      if ('([{'.includes(char)) depth++;
      if (')]}'.includes(char)) depth--;
      text += char;
    }
    i++;
  }
  return undefined;
}

/** Behind the opening parenthesis of the parameters; for `x => …` the one parameter itself. */
function listStart(source: string): number | string[] | undefined {
  let text = '';
  for (let i = 0; i < source.length;) {
    const end = source[i] === '[' ? groupEnd(source, i) : skipped(source, i, text);
    if (end > i) {
      i = end;
      continue;
    }
    if (source[i] === '(') return i + 1;
    if (source.startsWith('=>', i)) return [text.replace(/^\s*async\s/, '').trim()];
    text += source[i];
    i++;
  }
  return undefined;
}

/** Where the string, template, comment or regular expression that begins at `i` ends; `i` where none does. */
function skipped(source: string, i: number, before: string): number {
  const char = source[i];
  if (char === '"' || char === "'") return quotedEnd(source, i, char);
  if (char === '`') return templateEnd(source, i);
  if (char !== '/') return i;
  if (source[i + 1] === '/') return indexAfter(source, '\n', i);
  if (source[i + 1] === '*') return indexAfter(source, '*/', i + 2);
  // A slash behind an operator begins a regular expression; behind a value it divides.
  return /(^|[=(,[{:?!&|;+\-*%<>~^])\s*$/.test(before) ? regexEnd(source, i) : i;
}

function indexAfter(source: string, mark: string, from: number): number {
  const index = source.indexOf(mark, from);
  return index < 0 ? source.length : index + mark.length;
}

function quotedEnd(source: string, i: number, quote: string): number {
  for (let at = i + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === quote) return at + 1;
  }
  return source.length;
}

function templateEnd(source: string, i: number): number {
  for (let at = i + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '`') return at + 1;
    else if (source.startsWith('${', at)) at = groupEnd(source, at + 1) - 1;
  }
  return source.length;
}

function regexEnd(source: string, i: number): number {
  let inClass = false;
  for (let at = i + 1; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) return at + 1;
  }
  return source.length;
}

/** Behind the bracket that closes the one at `i`. */
function groupEnd(source: string, i: number): number {
  let depth = 0;
  for (let at = i; at < source.length;) {
    const end = skipped(source, at, source.slice(i, at));
    if (end > at) {
      at = end;
      continue;
    }
    if ('([{'.includes(source[at])) depth++;
    if (')]}'.includes(source[at]) && --depth === 0) return at + 1;
    at++;
  }
  return source.length;
}
