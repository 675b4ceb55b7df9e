// What the assertions in a documented example become (see withAssertions in examples.ts).
import assert from 'node:assert/strict';

/** @param {unknown} actual @param {unknown} expected @param {string} where */
export function equal(actual, expected, where) {
  try {
    assert.deepEqual(ordinary(actual), expected);
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** @param {() => Promise<unknown>} run @param {string} text @param {string} where */
export async function throws(run, text, where) {
  try {
    await run();
  } catch (error) {
    const { name, code, message } = /** @type {{ name?: string, code?: string, message?: string }} */ (error ?? {});
    if (`${name} ${code} ${message}`.includes(text)) return;
    throw new Error(`${where}: expected an error that says ${text}, got ${String(error)}`, { cause: error });
  }
  throw new Error(`${where}: expected an error that says ${text}, none was thrown`);
}

/** An object without a prototype reads as the object literal it looks like. @param {unknown} value @returns {unknown} */
function ordinary(value) {
  if (Array.isArray(value)) return value.map(ordinary);
  if (typeof value !== 'object' || value === null) return value;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, ordinary(one)]));
}
