/** What a call in a browser is made of. */
import type { Own } from './browser-instance.js';
import { format } from './format.js';
import { readOr } from './stringify.js';

type Fields = Record<string, unknown>;

const isPlainObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An error as pino has it in browsers. */
export function standardError(error: Error): Fields {
  const made: Fields = { type: error.constructor.name, msg: error.message, stack: error.stack };
  for (const key in error) if (made[key] === undefined) made[key] = (error as unknown as Fields)[key];
  return made;
}

/** The arguments with what serializers make of them; the caller's objects stay as they are. */
export function applied(
  own: Own,
  args: readonly unknown[],
  names: readonly string[] | false,
  errors: boolean,
): unknown[] {
  if (names === false) return [...args];
  const { serializers } = own;
  return args.map((arg) => {
    if (errors && arg instanceof Error) return standardError(arg);
    if (!isPlainObject(arg)) return arg;
    const keys = names.filter((name) => name in arg && name in serializers);
    if (keys.length === 0) return arg;
    const made = Object.assign(Object.create(Object.getPrototypeOf(arg) as object | null) as Fields, arg);
    for (const key of keys) made[key] = readOr(() => serializers[key](arg[key]));
    return made;
  });
}

/** The arguments as one object, and with `asObjectBindingsOnly` what is left of them behind it. */
export function toObject(own: Own, name: string, given: readonly unknown[], time: unknown): unknown[] {
  const { browser, levels, messageKey, redaction } = own.root;
  const { level, log } = browser.formatters ?? {};
  const value = levels.values[name];
  const made: Fields = {
    ...(time ? { time } : {}),
    ...(level === undefined ? { level: value } : level(name, value)),
  };
  const args = [...given];
  const isObject = args[0] !== null && typeof args[0] === 'object';
  let left = own.inherited.length + (own.bindings === undefined ? 0 : 1) + 1;
  if (isObject) while (left-- > 0 && typeof args[0] === 'object') Object.assign(made, args.shift());
  const isWhole = !browser.asObjectBindingsOnly;
  if (isWhole) {
    const [first, ...rest] = args;
    const message = isObject || typeof first === 'string' ? format(first, rest, jsonOr) : first;
    if (message !== undefined) made[messageKey] = message;
  }
  const formatted = log === undefined ? made : log(made);
  const shown = redaction === null ? formatted : redaction.object(formatted);
  return isWhole ? [shown] : [shown, ...args];
}

export function jsonOr(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return '"[Circular]"';
  }
}
