/** Where a call was made, as well as a stack tells: `file:line:column`. */
const OWN_FRAMES = /\b(?:LOG|methodOf|outOf|callerLocation)\b|Object\.apply|Function\.apply|node:internal|node_modules/;

export function callerLocation(): string | undefined {
  for (const line of (new Error().stack ?? '').split('\n').slice(1)) {
    if (OWN_FRAMES.test(line)) continue;
    const [, file, row, column] = /\((.*?):(\d+):(\d+)\)/.exec(line) ?? /at\s+(.*?):(\d+):(\d+)/.exec(line) ?? [];
    if (file !== undefined) return `${file}:${row}:${column}`;
  }
  return undefined;
}
