/** What the demo says between the lines of the shop's own log. */
const isColored = wantsColor();
const paint = (code: string, text: string): string => (isColored ? `\u001b[${code}m${text}\u001b[0m` : text);

let scenes = 0;

/** A new scene. */
export function heading(text: string): void {
  const title = ` ${++scenes}  ${text} `;
  process.stdout.write(`\n${paint('1;36', `━━${title}${'━'.repeat(Math.max(3, 76 - title.length))}`)}\n\n`);
}

/** A line of the story. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A request that is about to be sent, or its answer. */
export function request(text: string): void {
  process.stdout.write(`${paint('1', `▸ ${text}`)}\n`);
}

export function answer(text: string): void {
  process.stdout.write(`${paint('1', `◂ ${text}`)}\n`);
}

/** Output of somebody else, set apart. */
export function quote(text: string): void {
  for (const line of text.trimEnd().split('\n')) process.stdout.write(`${paint('2', '│')} ${line}\n`);
}

function wantsColor(): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no } = process.env;
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  return process.stdout.isTTY && (no === undefined || no === '');
}
