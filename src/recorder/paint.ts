// Lines of coloured pieces, cut to the terminal's width. Text from a snapshot goes through `printable` before it comes here.

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

/** The pieces that fit; the one that does not is cut. Counted in UTF-16 units, which is right for all but wide characters. */
function fit(pieces: readonly Piece[], width: number): Piece[] {
  const fitting: Piece[] = [];
  let left = width;
  for (const [text, style] of pieces) {
    if (text.length > left) {
      fitting.push([left > 1 ? `${text.slice(0, left - 1)}…` : '…'.slice(0, left), style]);
      break;
    }
    fitting.push([text, style]);
    left -= text.length;
  }
  return fitting;
}
