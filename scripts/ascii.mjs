// Text of ASCII alone is read three times as fast: it needs no decoding, and V8 keeps it one byte a character. (0.6 ms instead of 2 for all that
// `import 'ttlog'` reads.)

/**
 * The same program: outside of strings, templates, regular expressions and comments our code has no other characters.
 *
 * @param {string} code
 */
export const asciiOf = (code) =>
  code.replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A plugin for rolldown. Its printer would write characters of strings as they are again, so this comes after it. */
export function asciiOnly() {
  return {
    name: 'ttlog:ascii-only',
    /** @param {unknown} _options @param {Record<string, { type: string, code?: string }>} bundle */
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) if (chunk.code !== undefined) chunk.code = asciiOf(chunk.code);
    },
  };
}
