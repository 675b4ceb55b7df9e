/**
 * What must not stand in a line of text as it is: control characters (they move the cursor, colour a terminal or end the line),
 * their C1 twins, the line separators of Unicode, and the marks that turn the direction of writing.
 */
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const UNSAFE_ALL = new RegExp(UNSAFE.source, 'g');
const JSON_SPECIAL =
  // oxlint-disable-next-line no-control-regex
  /["\\\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/;
const JSON_EXTRA = /[\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const SHORT_NAMES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

/** A JSON string, quotes included, that is one line and harmless on a terminal. Parsing it gives the text back. */
export function jsonString(text: string): string {
  if (!JSON_SPECIAL.test(text)) return `"${text}"`;
  return harmlessJson(JSON.stringify(text));
}

/** JSON.stringify leaves C1 control characters and turning marks as they are; a terminal must not get them. */
export function harmlessJson(json: string): string {
  return json.replace(JSON_EXTRA, unicodeEscape);
}

/** The text with every unsafe character spelt out, for people. */
export function printable(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return text.replace(UNSAFE_ALL, (character) => SHORT_NAMES[character] ?? unicodeEscape(character));
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
