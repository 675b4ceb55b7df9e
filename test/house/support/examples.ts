import { parseSync } from 'rolldown/utils';
import { lineAt } from './module-imports.js';

/** A piece of documentation that is a program. */
export interface Example {
  /** `src/core/level.ts:4`, or `README.md:12`. */
  readonly where: string;
  readonly code: string;
}

const BLOCK_TAG =
  /^@(?:alpha|beta|default|defaultValue|deprecated|example|experimental|internal|param|privateRemarks|public|remarks|returns|see|since|template|throws|typeParam)\b/;

/** The `@example` blocks of every TSDoc comment in a source file. The code may stand in a ```ts fence, or bare. */
export function tsdocExamples(file: string, source: string): Example[] {
  const { comments } = parseSync(file, source);
  const examples: Example[] = [];
  for (const comment of comments) {
    if (comment.type !== 'Block' || !comment.value.startsWith('*')) continue;
    const firstLine = lineAt(source, comment.start);
    const lines = comment.value
      .slice(1)
      .split('\n')
      .map((line, index) => (index === 0 ? line.trim() : line.replace(/^\s*\* ?/, '').trimEnd()));
    for (const [index, line] of lines.entries()) {
      if (!/^@example\b/.test(line)) continue;
      examples.push({ where: `${file}:${firstLine + index}`, code: exampleBody(lines.slice(index + 1)) });
    }
  }
  return examples;
}

/** The lines that belong to an `@example`: its fence's content, or all up to the next block tag. */
function exampleBody(lines: readonly string[]): string {
  const start = lines.findIndex((line) => line !== '');
  if (start >= 0 && lines[start].startsWith('```')) {
    const end = lines.indexOf('```', start + 1);
    return lines.slice(start + 1, end < 0 ? undefined : end).join('\n');
  }
  const end = lines.findIndex((line) => BLOCK_TAG.test(line));
  return lines
    .slice(0, end < 0 ? undefined : end)
    .join('\n')
    .trim();
}

/** Whether a TSDoc comment has an `@example`. */
export const hasExample = (doc: string): boolean => /^\s*\*?\s*@example\b/m.test(doc);

/** Every fenced block of a markdown file, with its language and the line its code begins at. */
export function fencedBlocks(markdown: string): { language: string; code: string; line: number }[] {
  const blocks: { language: string; code: string; line: number }[] = [];
  let open: { fence: string; language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^ {0,3}(`{3,}|~{3,})\s*(.*?)\s*$/.exec(line);
    if (open === undefined) {
      if (fence) open = { fence: fence[1], language: fence[2], line: index + 2, lines: [] };
    } else if (fence && fence[2] === '' && fence[1].startsWith(open.fence)) {
      blocks.push({ language: open.language, code: open.lines.join('\n'), line: open.line });
      open = undefined;
    } else {
      open.lines.push(line);
    }
  }
  if (open !== undefined) throw new Error(`line ${open.line - 1}: the fence is never closed`);
  return blocks;
}

/** What stands behind `ts` on a fence: the code before a migration, which is shown and not run. */
const SHOWN_ONLY = 'before';

/** The ```ts blocks of a markdown file; those that say ```ts before are not run. */
export function markdownExamples(file: string, markdown: string): Example[] {
  return fencedBlocks(markdown).flatMap(({ language, code, line }) => {
    const [name, ...words] = language.split(/\s+/);
    if (name !== 'ts' && name !== 'typescript') return [];
    if (words.length === 0) return [{ where: `${file}:${line}`, code }];
    if (words.join(' ') === SHOWN_ONLY) return [];
    throw new Error(
      `${file}:${line - 1}: expected nothing or "${SHOWN_ONLY}" behind ${name}, got "${words.join(' ')}"`,
    );
  });
}

/** What is wrong with a page of docs/migration: whoever reads what there was before is to see what becomes of it, and that is run. */
export function migrationComplaints(file: string, markdown: string): string[] {
  const blocks = fencedBlocks(markdown);
  const isBefore = (language: string) => language === `ts ${SHOWN_ONLY}`;
  const complaints = blocks
    .filter(({ language }, i) => isBefore(language) && blocks[i + 1]?.language !== 'ts')
    .map(({ line }) => `${file}:${line}: a block "before" without one "after" behind it`);
  return blocks.some(({ language }) => isBefore(language))
    ? complaints
    : [...complaints, `${file}: expected at least one block that begins with \`\`\`ts ${SHOWN_ONLY}`];
}

/**
 * Turns the `// => <expression>` comments of an example into assertions: a statement that ends on that line has that
 * value, deeply. What is compared is the expression, the value of a `const`, or what a `console.log` prints; and
 * `// => throws <text>` wants an error whose name, code or message has the text. A `// =>` that belongs to no
 * statement is an error, so that no example asserts nothing by accident.
 */
export function withAssertions({ where, code }: Example): { code: string; assertions: number } {
  const { program, comments, errors } = parseSync('example.ts', code);
  if (errors.length > 0) throw new Error(`${where} does not parse: ${errors[0].message}`);
  const edits: { start: number; end: number; text: string }[] = [];
  const statements = statementsOf(program);

  let assertions = 0;
  for (const comment of comments) {
    const expected = comment.type === 'Line' ? /^\s*=>\s*(.+?)\s*$/.exec(comment.value)?.[1] : undefined;
    if (expected === undefined) continue;
    const statement = statements.find(
      (one) => one.end <= comment.start && /^[ \t]*;?[ \t]*$/.test(code.slice(one.end, comment.start)),
    );
    const subject = statement && subjectOf(statement, code);
    const at = `${where}+${lineAt(code, comment.start) - 1}`;
    if (statement === undefined || subject === undefined) {
      throw new Error(`${at} "// => ${expected}" follows no expression, const or console.log(value)`);
    }
    const throws = /^throws\s+(.+)$/.exec(expected)?.[1];
    if (throws !== undefined && subject.kind === 'const') throw new Error(`${at} a const cannot be what throws`);
    const label = JSON.stringify(`${at} ${subject.text}`);
    const check =
      throws === undefined
        ? `__example.equal((${subject.text}), (${expected}), ${label});`
        : `await __example.throws(async () => { ${subject.text} }, ${JSON.stringify(throws)}, ${label});`;
    // A const stays, with the check behind it; an expression is replaced by its check.
    if (subject.kind === 'const') edits.push({ start: comment.start, end: comment.end, text: `; ${check}` });
    else edits.push({ start: statement.start, end: statement.end, text: check });
    assertions++;
  }

  let edited = code;
  for (const { start, end, text } of edits.sort((a, b) => b.start - a.start))
    edited = edited.slice(0, start) + text + edited.slice(end);
  return { code: edited, assertions };
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** Every statement at any depth that an assertion may stand behind. */
function statementsOf(program: object): Node[] {
  const found: Node[] = [];
  const walk = (value: unknown) => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (typeof value !== 'object' || value === null) return;
    const node = value as Node;
    if (node.type === 'ExpressionStatement' || node.type === 'VariableDeclaration') found.push(node);
    Object.values(node).forEach(walk);
  };
  walk(program);
  return found;
}

function subjectOf(statement: Node, code: string): { kind: 'const' | 'expression'; text: string } | undefined {
  const textOf = (node: Node) => code.slice(node.start, node.end);
  if (statement.type === 'VariableDeclaration') {
    const [only, ...more] = statement['declarations'] as { id: Node & { name?: string } }[];
    return only?.id.name === undefined || more.length > 0 ? undefined : { kind: 'const', text: only.id.name };
  }
  const expression = statement['expression'] as Node & {
    callee?: Node & { object?: { name?: string }; property?: { name?: string } };
    arguments?: Node[];
  };
  const isConsoleLog = expression.callee?.object?.name === 'console' && expression.callee.property?.name === 'log';
  if (!isConsoleLog) return { kind: 'expression', text: textOf(expression) };
  const [only, ...more] = expression.arguments!;
  return only === undefined || more.length > 0 ? undefined : { kind: 'expression', text: textOf(only) };
}
