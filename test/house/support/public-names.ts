import { posix } from 'node:path';
import { parseSync } from 'rolldown/utils';
import type { SourceFiles } from './source-files.js';

/** A name that an entry of the package exports, and where it is declared. */
export interface PublicName {
  readonly name: string;
  /** Whether it exists in JavaScript. */
  readonly isValue: boolean;
  /** The file that declares it. */
  readonly file: string;
  /** The text of the TSDoc comment right before its declaration. */
  readonly doc: string | undefined;
}

interface Declared {
  isValue: boolean;
  doc: string | undefined;
}

interface Forwarded {
  readonly from: string;
  readonly name: string;
  readonly isType: boolean;
}

interface ModuleFacts {
  readonly declared: Map<string, Declared>;
  /** Local or exported name → where it comes from. */
  readonly imported: Map<string, Forwarded>;
  /** Exported name → the local name, or the module it is forwarded from. */
  readonly exported: Map<string, { local: string; isType: boolean } | Forwarded>;
}

/** Everything that an entry exports, followed to its declaration. Entries export by name: `export *` is an error. */
export function publicNames(entry: string, files: SourceFiles): PublicName[] {
  const facts = new Map<string, ModuleFacts>();
  const factsOf = (file: string): ModuleFacts => {
    let known = facts.get(file);
    if (known === undefined) {
      const source = files.get(file);
      if (source === undefined) throw new Error(`${file} does not exist`);
      facts.set(file, (known = moduleFacts(file, source)));
    }
    return known;
  };

  const follow = (file: string, name: string, isType: boolean): Omit<PublicName, 'name'> => {
    const { exported, imported, declared } = factsOf(file);
    const found = exported.get(name);
    if (found === undefined) throw new Error(`${file} does not export ${name}`);
    const typeOnly = isType || found.isType;
    const forwarded = 'from' in found ? found : imported.get(found.local);
    if (forwarded !== undefined)
      return follow(resolve(file, forwarded.from), forwarded.name, typeOnly || forwarded.isType);
    const local = 'local' in found ? found.local : name;
    const declaration = declared.get(local);
    if (declaration === undefined) throw new Error(`${file} exports ${local}, which it does not declare`);
    return { isValue: declaration.isValue && !typeOnly, file, doc: declaration.doc };
  };

  return [...factsOf(entry).exported.keys()].sort().map((name) => ({ name, ...follow(entry, name, false) }));
}

const resolve = (file: string, specifier: string): string =>
  posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts');

function moduleFacts(file: string, source: string): ModuleFacts {
  const { program, comments, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0].message}`);
  const facts: ModuleFacts = { declared: new Map(), imported: new Map(), exported: new Map() };
  const nameOf = (node: { type: string; name?: string; value?: unknown }): string => node.name ?? String(node.value);
  const docBefore = (offset: number): string | undefined => {
    const comment = comments.findLast((one) => one.end <= offset);
    const adjacent =
      comment?.type === 'Block' && comment.value.startsWith('*') && source.slice(comment.end, offset).trim() === '';
    return adjacent ? comment.value : undefined;
  };
  const declare = (name: string, isValue: boolean, offset: number) => {
    const earlier = facts.declared.get(name);
    // Overloads, and a type beside a value of the same name: their comments together.
    const docs = [earlier?.doc, docBefore(offset)].filter((one) => one !== undefined);
    facts.declared.set(name, {
      isValue: isValue || (earlier?.isValue ?? false),
      doc: docs.length > 0 ? docs.join('\n') : undefined,
    });
  };

  for (const statement of program.body) {
    if (statement.type === 'ImportDeclaration') {
      for (const one of statement.specifiers) {
        if (one.type !== 'ImportSpecifier') continue;
        const isType = statement.importKind === 'type' || one.importKind === 'type';
        facts.imported.set(one.local.name, { from: statement.source.value, name: nameOf(one.imported), isType });
      }
      continue;
    }
    if (statement.type === 'ExportAllDeclaration' || statement.type === 'ExportDefaultDeclaration') {
      if (statement.type === 'ExportAllDeclaration')
        throw new Error(`${file}: export * hides what is public; name each export`);
      continue;
    }
    const exporting = statement.type === 'ExportNamedDeclaration';
    if (exporting) {
      for (const one of statement.specifiers) {
        const isType = statement.exportKind === 'type' || one.exportKind === 'type';
        const target =
          statement.source === null
            ? { local: nameOf(one.local), isType }
            : { from: statement.source.value, name: nameOf(one.local), isType };
        facts.exported.set(nameOf(one.exported), target);
      }
    }
    const declaration = exporting ? statement.declaration : statement;
    if (declaration === null) continue;
    const decorators = declaration.type === 'ClassDeclaration' ? declaration.decorators : [];
    const start = Math.min(statement.start, ...decorators.map((one) => one.start));
    for (const [name, isValue] of declaredNames(declaration)) {
      declare(name, isValue, start);
      if (exporting) facts.exported.set(name, { local: name, isType: false });
    }
  }
  return facts;
}

type Statement = ReturnType<typeof parseSync>['program']['body'][number];

function declaredNames(node: Statement): [name: string, isValue: boolean][] {
  switch (node.type) {
    case 'VariableDeclaration':
      return node.declarations.flatMap(({ id }) =>
        id.type === 'Identifier' ? [[id.name, true] as [string, boolean]] : [],
      );
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
    case 'ClassDeclaration':
      return node.id === null ? [] : [[node.id.name, true]];
    case 'TSEnumDeclaration':
      return [[node.id.name, true]];
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return [[node.id.name, false]];
    default:
      return [];
  }
}
