import { vm } from './lazy-node.js';

/** See program.ts. */
export type Program = typeof import('./program.js');

/** `source` is the text that the package carries. */
export function evaluateProgram(source: string): Program {
  const exports = {};
  compile(source)(exports, (name) => process.getBuiltinModule(name));
  return exports as Program;
}

function compile(source: string): (exports: object, require: (name: string) => unknown) => void {
  const text = `${source}\n//# sourceURL=ttlog-recorder.cjs`;
  try {
    // In the realm of whoever loaded ttlog: under Jest it is not that of node:vm's functions.
    // oxlint-disable-next-line typescript/no-implied-eval
    return new Function('exports', 'require', text) as never;
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    // --disallow-code-generation-from-strings, which does not mean code of ours.
    return vm().compileFunction(text, ['exports', 'require']) as never;
  }
}
