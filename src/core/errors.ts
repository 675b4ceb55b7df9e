/** What went wrong, for programs; the message is for people. */
export type TtlogErrorCode =
  | 'ERR_ALREADY_INITIALIZED'
  | 'ERR_INVALID_OPTION'
  | 'ERR_INVALID_DECORATOR_TARGET'
  | 'ERR_INVALID_FIELDS'
  | 'ERR_MISSING_PEER'
  | 'ERR_SNAPSHOT_FORMAT'
  | 'ERR_SNAPSHOT_FAILED'
  | 'ERR_BLACK_BOX'
  | 'ERR_SINK';

/**
 * The one error class of ttlog. Thrown when configuring or decorating, never when recording.
 * Its message says what was expected, what was got, and the fix.
 *
 * @example
 * import { setLevel, TtlogError } from 'ttlog';
 * let caught: unknown;
 * try { setLevel('loud' as never); } catch (error) { caught = error; }
 * caught instanceof TtlogError; // => true
 * (caught as TtlogError).code; // => 'ERR_INVALID_OPTION'
 */
export class TtlogError extends Error {
  /** A stable word for programs, such as `ERR_ALREADY_INITIALIZED`. */
  readonly code: TtlogErrorCode;

  constructor(code: TtlogErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'TtlogError';
    this.code = code;
  }

  /** Two builds of ttlog in one process are one ttlog: an error of either is an instance of both. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== TtlogError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && (value as Error).name === 'TtlogError' && 'code' in value;
  }
}

/** A wrong option, in the words every option error uses: `Expected capacity to be …, got …. <fix>`. */
export function invalidOption(name: string, expected: string, got: unknown, fix = ''): TtlogError {
  return new TtlogError(
    'ERR_INVALID_OPTION',
    `Expected ${name} to be ${expected}, got ${describe(got)}.${fix === '' ? '' : ` ${fix}`}`,
  );
}

/** A call that runs a function of the caller's was given none. */
export function noFunction(call: string, got: unknown, fix: string): TtlogError {
  return invalidOption(`fn of ${call}`, 'a function', got, fix);
}

/** Throws `ERR_INVALID_OPTION` where `options` is no object, or has a key that is none of these. */
export function checkOptions(of: string, options: unknown, known: readonly string[], fix = ''): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw invalidOption(`the options of ${of}`, 'an object', options, fix);
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw invalidOption(`an option of ${of}`, `one of ${known.join(', ')}`, key);
  }
}

/** Why something failed, in the words of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === 'function') return `a function (${value.name || 'anonymous'})`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}
