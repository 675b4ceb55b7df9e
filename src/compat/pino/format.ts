/**
 * Messages with placeholders, as pino fills them in: `%s`, `%d`, `%f`, `%i`, `%j`, `%o`, `%O`, `%%`. A placeholder without an argument, and
 * `%d` or `%i` for null and undefined, stay as they are; arguments without a placeholder are left out.
 */
import { throwsMark } from '../../core/field.js';

export type Stringify = (value: unknown) => string | undefined;

export function format(message: unknown, args: readonly unknown[], stringify: Stringify): unknown {
  if (typeof message === 'object' && message !== null)
    return args.length === 0 ? message : [message, ...args].map((one) => stringify(one)).join(' ');
  if (typeof message !== 'string' || args.length === 0) return message;
  let text = '';
  let copied = 0;
  let next = 0;
  for (let i = message.indexOf('%'); i >= 0 && i < message.length - 1; i = message.indexOf('%', i)) {
    const letter = message[i + 1];
    const filled = letter === '%' ? '%' : next < args.length ? attempt(letter, args[next], stringify) : undefined;
    if (filled === undefined) {
      // Whatever stands behind a %, one argument is used up by it.
      next++;
      i++;
      continue;
    }
    if (letter !== '%') next++;
    text += message.slice(copied, i) + filled;
    i += 2;
    copied = i;
  }
  return copied === 0 ? message : text + message.slice(copied);
}

/** A value that cannot be made a text says so: logging throws nothing into its caller. */
function attempt(letter: string, value: unknown, stringify: Stringify): string | undefined {
  try {
    return fillIn(letter, value, stringify);
  } catch (error) {
    return throwsMark(error);
  }
}

/** undefined where the placeholder stays. */
function fillIn(letter: string, value: unknown, stringify: Stringify): string | undefined {
  switch (letter) {
    case 'd':
    case 'f':
      return value === null || value === undefined ? undefined : String(Number(value));
    case 'i':
      return value === null || value === undefined ? undefined : String(Math.floor(Number(value)));
    case 's':
      return String(value);
    case 'j':
    case 'o':
    case 'O':
      if (value === undefined) return undefined;
      if (typeof value === 'string') return `'${value}'`;
      if (typeof value === 'function') return value.name || '<anonymous>';
      return String(stringify(value));
    default:
      return undefined;
  }
}
