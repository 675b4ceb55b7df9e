// A contender that does not produce its record is not a contender. Every verify() ends in one of these.

import { isDeepStrictEqual, inspect } from 'node:util';

/** Thrown by verify() and run(): the row is shown as INVALID with this message, and enters no ratio. */
export class InvalidRun extends Error {
  name = 'InvalidRun';
}

/** @param {string} what @param {unknown} actual @param {unknown} expected */
export function expectEqual(what, actual, expected) {
  // Most values are primitives, and there may be ten million of them.
  if (actual === expected || isDeepStrictEqual(actual, expected)) return;
  throw new InvalidRun(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Compares the keys that `expected` has, and no others: loggers add pid, time and the like. */
export function expectFields(what, actual, expected) {
  for (const [key, value] of Object.entries(expected)) expectEqual(`${what}.${key}`, actual?.[key], value);
}

function show(value) {
  return inspect(value, { breakLength: Infinity, maxStringLength: 120 });
}

/**
 * Compares NDJSON text line by line.
 *
 * @param {string} text
 * @param {number} count
 * @param {(i: number) => object} expected of the i-th line, the keys that matter
 * @param {Record<string, number>} [losses] what the logger itself has counted: each has to be 0
 */
export function verifyLines(text, count, expected, losses = {}) {
  for (const [what, lost] of Object.entries(losses)) expectEqual(what, lost, 0);
  const lines = text.trimEnd().split('\n');
  expectEqual('lines', lines.length, count);
  lines.forEach((line, i) => expectFields(`line ${i}`, JSON.parse(line), expected(i)));
}
