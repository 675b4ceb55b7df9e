// Text tables: aligned, names to the left, numbers to the right, colours only where somebody sees them.

const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] };

/** NO_COLOR beats FORCE_COLOR beats "is it a terminal". @param {{ isTTY?: boolean }} stream */
export function painter(stream, env = process.env) {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0';
  const enabled = env.NO_COLOR ? false : forced || stream.isTTY === true;
  return (style, text) => {
    if (!enabled) return text;
    const [on, off] = CODES[style];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}

/**
 * Lays cells out in columns. Every column but the first is right-aligned; a row may end early. Widths are taken
 * from the plain text and the style is put around the padded cell, so that colours never shift a column.
 *
 * @param {{ cells: string[], style?: string }[]} rows
 * @param {(style: string, text: string) => string} paint
 * @param {number[]} [minWidths] so that tables below one another line up
 */
export function layOut(rows, paint, minWidths = []) {
  const widths = [...minWidths];
  for (const { cells } of rows) {
    cells.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows.map(({ cells, style }) => {
    const padded = cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])));
    const line = padded.join('  ').trimEnd();
    return style ? paint(style, line) : line;
  });
}
