/**
 * Values as JSON. What `JSON.stringify` cannot write (cycles, bigints) is written by `safeStringify`: keys sorted, cycles and what is too
 * deep named, what is too broad counted. The text is what pino's lines have.
 */
import { throwsMark } from '../../core/field.js';

export type SafeStringify = (value: unknown) => string | undefined;

const TOO_COMPLEX = '"[unable to serialize, circular reference is too complex to analyze]"';

export function stringify(value: unknown, safe: SafeStringify): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    try {
      return safe(value);
    } catch {
      return TOO_COMPLEX;
    }
  }
}

/** Longer ones `JSON.stringify` writes faster. */
const MAX_LOOP = 48;

/** A string as JSON. */
export function asString(text: string): string {
  const { length } = text;
  if (length > MAX_LOOP) return JSON.stringify(text);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code === 34 || code === 92 || code >= 0xd800) return JSON.stringify(text);
  }
  return `"${text}"`;
}

/** @throws Error where a limit is no whole number ≥ 1. */
export function safeStringify(depthLimit: number | undefined, edgeLimit: number | undefined): SafeStringify {
  const maxDepth = limit('maximumDepth', depthLimit);
  const maxBreadth = limit('maximumBreadth', edgeLimit);

  const write = (key: string, given: unknown, ancestors: object[]): string | undefined => {
    let value = given;
    if (typeof value === 'object' && value !== null && typeof (value as { toJSON?: unknown }).toJSON === 'function')
      value = (value as { toJSON(key: string): unknown }).toJSON(key);
    switch (typeof value) {
      case 'string':
        return JSON.stringify(value);
      case 'number':
        return Number.isFinite(value) ? String(value) : 'null';
      case 'boolean':
      case 'bigint':
        return String(value);
      case 'object':
        break;
      default:
        return undefined;
    }
    if (value === null) return 'null';
    if (ancestors.includes(value)) return '"[Circular]"';
    const array = Array.isArray(value) ? (value as unknown[]) : undefined;
    const isArray = array !== undefined;
    const keys = isArray ? [] : Object.keys(value).sort();
    const size = array?.length ?? keys.length;
    if (size === 0) return isArray ? '[]' : '{}';
    if (ancestors.length >= maxDepth) return isArray ? '"[Array]"' : '"[Object]"';
    ancestors.push(value);
    const parts: string[] = [];
    const shown = Math.min(size, maxBreadth);
    for (let i = 0; i < shown; i++) {
      if (isArray) parts.push(write(String(i), array[i], ancestors) ?? 'null');
      else {
        const text = write(keys[i], (value as Record<string, unknown>)[keys[i]], ancestors);
        if (text !== undefined) parts.push(`${JSON.stringify(keys[i])}:${text}`);
      }
    }
    // One item more than the limit is not announced in an array: so it is in pino's lines.
    if (isArray && size - 1 > maxBreadth) parts.push(`"... ${items(size - maxBreadth - 1)} not stringified"`);
    if (!isArray && size > maxBreadth) parts.push(`"...":"${items(size - maxBreadth)} not stringified"`);
    ancestors.pop();
    return isArray ? `[${parts.join(',')}]` : `{${parts.join(',')}}`;
  };
  return (value) => write('', value, []);
}

function limit(name: string, value: number | undefined): number {
  if (value === undefined) return Infinity;
  if (typeof value !== 'number') throw new TypeError(`The "${name}" argument must be of type number`);
  if (!Number.isInteger(value)) throw new TypeError(`The "${name}" argument must be an integer`);
  if (value < 1) throw new RangeError(`The "${name}" argument must be >= 1`);
  return value;
}

const items = (count: number): string => (count === 1 ? '1 item' : `${count} items`);

/** What `read` returns, or a text that says that it throws: recording throws nothing into its caller. */
export function readOr(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return throwsMark(error);
  }
}
