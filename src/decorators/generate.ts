/** Code made at run time, where that is allowed: straight lines instead of loops over keys. */

let allowed = true;

/**
 * Makes a function from source, with `values` in scope under their names. undefined where the process forbids it
 * (`--disallow-code-generation-from-strings`, a content security policy): the caller then does the same with closures.
 */
export function generate(body: string, values: Readonly<Record<string, unknown>>): unknown {
  if (!allowed) return undefined;
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- names are quoted by JSON.stringify, everything else is ours
    const make = new Function(...Object.keys(values), `'use strict';\n${body}`) as (...args: unknown[]) => unknown;
    return make(...Object.values(values));
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    allowed = false;
    return undefined;
  }
}

/** For tests: as in a process that forbids it. Returns what held before. */
export function allowGeneration(allow: boolean): boolean {
  const before = allowed;
  allowed = allow;
  return before;
}
