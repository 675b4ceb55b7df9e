// A contender that does not produce its record is not a contender. Every verify() ends in one of these.

import { isDeepStrictEqual, inspect } from 'node:util';

/** Thrown by verify() and run(): the row is shown as INVALID with this message, and enters no ratio. */
export class InvalidRun extends Error {
  name = 'InvalidRun';
}

/** @param {string} what @param {unknown} actual @param {unknown} expected */
export function expectEqual(what, actual, expected) {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new InvalidRun(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Compares the keys that `expected` has, and no others: loggers add pid, time and the like. */
export function expectFields(what, actual, expected) {
  for (const [key, value] of Object.entries(expected)) expectEqual(`${what}.${key}`, actual?.[key], value);
}

function show(value) {
  return inspect(value, { breakLength: Infinity, maxStringLength: 120 });
}
