import { parseSync, Visitor } from 'rolldown/utils';

export interface ModuleImport {
  readonly specifier: string;
  /** Whether nothing of it is left in the JavaScript. */
  readonly typeOnly: boolean;
  readonly line: number;
}

/** Every module that a source file mentions: import, re-export, import(), require(), import types and references. */
export function moduleImports(file: string, source: string): ModuleImport[] {
  const { program, comments, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0].message}`);
  const found: ModuleImport[] = [];
  // A name that is computed is not one of ours: a user's own module, or an optional peer.
  const add = (specifier: unknown, typeOnly: boolean, offset: number) => {
    if (typeof specifier !== 'string') return;
    found.push({ specifier, typeOnly, line: lineAt(source, offset) });
  };
  const literal = (node: { type: string; value?: unknown }) => (node.type === 'Literal' ? node.value : undefined);

  new Visitor({
    ImportDeclaration(node) {
      const allTypes =
        node.specifiers.length > 0 && node.specifiers.every((one) => 'importKind' in one && one.importKind === 'type');
      add(node.source.value, node.importKind === 'type' || allTypes, node.start);
    },
    ExportNamedDeclaration(node) {
      if (node.source === null) return;
      const allTypes = node.specifiers.length > 0 && node.specifiers.every((one) => one.exportKind === 'type');
      add(node.source.value, node.exportKind === 'type' || allTypes, node.start);
    },
    ExportAllDeclaration(node) {
      add(node.source.value, node.exportKind === 'type', node.start);
    },
    ImportExpression(node) {
      add(literal(node.source), false, node.start);
    },
    TSImportType(node) {
      add(literal(node.source), true, node.start);
    },
    TSImportEqualsDeclaration(node) {
      if (node.moduleReference.type !== 'TSExternalModuleReference') return;
      add(node.moduleReference.expression.value, node.importKind === 'type', node.start);
    },
    CallExpression(node) {
      const argument = node.arguments[0];
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'require' || argument === undefined) return;
      add(literal(argument), false, node.start);
    },
  }).visit(program);

  for (const comment of comments) {
    const reference = /^\/\s*<reference\s+(?:types|path|lib)\s*=\s*["']([^"']+)["']/.exec(comment.value);
    if (comment.type === 'Line' && reference) add(reference[1], true, comment.start);
  }
  return found;
}

/** The line number (from 1) of an offset. */
export function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}
