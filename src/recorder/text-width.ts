// How many columns of a terminal a text takes: wide characters two, marks that join another none.

/** What most texts are. */
// oxlint-disable-next-line no-control-regex
const ASCII = /^[\u0000-\u007f]*$/;
/** East Asian Wide and Fullwidth, in the blocks where they are all there is. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u;
const NO_COLUMN = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

let segmenter: Intl.Segmenter | undefined;

/** Columns of a terminal. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of charactersOf(text)) width += widthOfCharacter(character);
  return width;
}

/** The text, or as much of it as fits with an ellipsis behind it. */
export function cutToWidth(text: string, columns: number): string {
  // Never more columns than two a unit.
  if (text.length * 2 <= columns || widthOf(text) <= columns) return text;
  if (columns <= 1) return '…'.slice(0, Math.max(columns, 0));
  let cut = '';
  let left = columns - 1;
  for (const character of charactersOf(text)) {
    left -= widthOfCharacter(character);
    if (left < 0) break;
    cut += character;
  }
  return `${cut}…`;
}

/** As `padEnd`, by columns. */
export function padToWidth(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(columns - widthOf(text), 0));
}

/** What a reader sees as one character: a family of emoji is one. */
function* charactersOf(text: string): Generator<string> {
  if (ASCII.test(text) || typeof Intl === 'undefined') yield* text;
  else {
    segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    for (const { segment } of segmenter.segment(text)) yield segment;
  }
}

function widthOfCharacter(character: string): number {
  if (character.length === 1 && character < '\u0300') return 1;
  return WIDE.test(character) ? 2 : NO_COLUMN.test(character) ? 0 : 1;
}
