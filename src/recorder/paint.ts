// Lines of coloured pieces, cut to the terminal's width. Text from a snapshot goes through `printable` before it comes here.
import { cutToWidth, widthOf } from './text-width.js';

/** A colour or weight; `plain` is none. */
export type Style =
  | 'plain'
  | 'bold'
  | 'dim'
  | 'red'
  | 'green'
  | 'yellow'
  | 'blue'
  | 'magenta'
  | 'cyan'
  | 'gray'
  | 'alarm';

const CODES: Readonly<Record<Style, string>> = {
  plain: '',
  bold: '1',
  dim: '2',
  red: '31',
  green: '32',
  yellow: '33',
  blue: '34',
  magenta: '35',
  cyan: '36',
  gray: '90',
  alarm: '1;37;41',
};

/** The six levels, in one width. */
export const LEVEL_WORDS: readonly string[] = ['TRACE', 'DEBUG', 'INFO ', 'WARN ', 'ERROR', 'FATAL'];

/** Styles of the six levels. */
export const LEVEL_STYLES: readonly Style[] = ['gray', 'cyan', 'green', 'yellow', 'red', 'alarm'];

/** A piece of a line. */
export type Piece = readonly [text: string, style?: Style];

/** One line with its newline. Where the terminal ends is where it is cut, with an ellipsis. */
export function line(pieces: readonly Piece[], color: boolean, width = Number.POSITIVE_INFINITY): string {
  return `${fit(pieces, width)
    .map(([text, style = 'plain']) => paint(text, style, color))
    .join('')
    .trimEnd()}\n`;
}

function paint(text: string, style: Style, color: boolean): string {
  return color && style !== 'plain' && text !== '' ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
}

/** The pieces that fit; the one that does not is cut. */
function fit(pieces: readonly Piece[], width: number): readonly Piece[] {
  if (width === Number.POSITIVE_INFINITY) return pieces;
  const fitting: Piece[] = [];
  let left = width;
  for (const [text, style] of pieces) {
    const columns = widthOf(text);
    if (columns > left) {
      fitting.push([cutToWidth(text, left), style]);
      break;
    }
    fitting.push([text, style]);
    left -= columns;
  }
  return fitting;
}
