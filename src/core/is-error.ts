/**
 * True for errors of any realm: under Jest, and behind `vm`, what Node itself throws is no instance of the Error that is seen here.
 * Throws where a proxy does.
 */
export function isError(value: object): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** The same of whatever value. Never throws: a proxy that was revoked is none. */
export function isErrorValue(value: unknown): value is Error {
  try {
    return typeof value === 'object' && value !== null && isError(value);
  } catch {
    return false;
  }
}
