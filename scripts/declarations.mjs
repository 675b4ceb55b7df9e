// tsc emits a declaration for every module; the package needs those that its entries lead to.
import { cpSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';

/**
 * Copies the declarations that can be reached from some entries.
 *
 * @param {string} from a folder of .d.ts files, with a trailing slash
 * @param {readonly string[]} entryFiles relative to it, without `.d.ts`
 * @param {readonly string[]} to folders, with a trailing slash
 */
export function copyDeclarations(from, entryFiles, to) {
  const waiting = entryFiles.map((file) => `${file}.d.ts`);
  const seen = new Set(waiting);
  for (const file of waiting) {
    for (const specifier of relativeImports(file, readFileSync(from + file, 'utf8'))) {
      const next = posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.d.ts');
      if (!seen.has(next)) waiting.push(next);
      seen.add(next);
    }
    for (const folder of to) cpSync(from + file, folder + file);
  }
}

/** @param {string} file @param {string} source @returns {string[]} */
function relativeImports(file, source) {
  /** @type {string[]} */
  const found = [];
  const add = (/** @type {{ source: unknown } } */ { source: from }) => {
    const value = /** @type {{ value?: unknown } | null} */ (from)?.value;
    if (typeof value === 'string' && value.startsWith('.')) found.push(value);
  };
  const visitor = { ImportDeclaration: add, ExportNamedDeclaration: add, ExportAllDeclaration: add, TSImportType: add };
  new Visitor(visitor).visit(parseSync(file, source).program);
  return found;
}
