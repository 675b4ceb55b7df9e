import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { moduleImports } from './module-imports.js';
import type { SourceFiles } from './source-files.js';

interface AreaRule {
  /** Areas of src/ whose modules it may import. */
  readonly from: readonly string[];
  /** Areas of which it may import types only. */
  readonly typesFrom?: readonly string[];
  /** Single files of other areas that it may import. */
  readonly files?: readonly string[];
  /** Packages that it may import (all of them optional peers). */
  readonly packages?: readonly string[];
  /** Packages of which it may import types only: whoever uses them has them. */
  readonly packageTypes?: readonly string[];
  /** Whether it may import node's own modules. @default true */
  readonly node?: boolean;
}

const NEST = ['@nestjs/common', '@nestjs/core', 'rxjs', 'reflect-metadata'];

/** "May import" of the house, area by area. An area is a folder of src/; index.ts is the face. */
export const AREAS: Readonly<Record<string, AreaRule>> = {
  core: { from: [], node: false },
  context: { from: ['core'] },
  decorators: { from: ['core', 'context'], packages: ['reflect-metadata', 'class-transformer', 'rxjs'] },
  recorder: { from: ['core'] },
  sinks: {
    from: ['core'],
    typesFrom: ['recorder'],
    files: [
      'src/recorder/built-in-sink.ts',
      'src/recorder/sink.ts',
      'src/recorder/line-names.ts',
      'src/recorder/otlp/outlet.ts',
      'src/recorder/peer.ts',
      'src/recorder/lazy-node.ts',
      'src/recorder/version.ts',
    ],
  },
  runtime: { from: ['core', 'context', 'recorder', 'sinks'] },
  nestjs: { from: ['core', 'context', 'decorators', 'sinks', 'runtime', 'http'], packages: NEST },
  http: {
    from: ['core', 'context', 'decorators', 'sinks', 'runtime'],
    packageTypes: ['express', 'fastify', 'koa', 'hono'],
  },
  ...compatLayers({
    shared: [],
    console: [],
    debug: [],
    winston: ['winston-transport'],
    bunyan: [],
    pino: [],
    opentelemetry: [
      '@opentelemetry/api',
      '@opentelemetry/api-logs',
      '@opentelemetry/core',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-logs',
      '@opentelemetry/sdk-trace-base',
    ],
  }),
  testing: { from: ['core', 'context', 'recorder', 'runtime'] },
  query: { from: ['core', 'recorder'] },
  cli: { from: ['query', 'recorder'] },
  ui: { from: ['query', 'recorder'] },
  macros: { from: [], typesFrom: ['core'] },
  'index.ts': { from: ['core', 'context', 'recorder', 'sinks', 'runtime'] },
};

/** Each folder of src/compat is an area of its own: one layer does not know another, nor what the others stand in for. */
function compatLayers(packagesOf: Readonly<Record<string, readonly string[]>>): Record<string, AreaRule> {
  const from = ['core', 'context', 'decorators', 'sinks', 'runtime', 'compat/shared'];
  // OpenTelemetry's spans are the same, whether they go over the wire or to an SDK.
  const files = ['src/recorder/otlp/records.ts', 'src/recorder/sink.ts', 'src/recorder/record.ts'];
  return Object.fromEntries(
    Object.entries(packagesOf).map(([layer, packages]) => [
      `compat/${layer}`,
      { from, packages, ...(layer === 'opentelemetry' && { files }) },
    ]),
  );
}

/** The folder of src/ that a file lives in (of src/compat, the layer's), or the file's own name directly under src/. */
const areaOf = (file: string): string => {
  const [, folder = '', layer = ''] = file.split('/');
  return folder === 'compat' ? `compat/${layer}` : folder;
};

/** One line for each import that the house does not allow; empty when all is well. */
export function forbiddenImports(files: SourceFiles): string[] {
  const complaints: string[] = [];
  for (const [file, source] of files) {
    const area = areaOf(file);
    const rule = AREAS[area];
    if (rule === undefined) {
      complaints.push(`${file}: src/${area} is no area of the house`);
      continue;
    }
    for (const { specifier, typeOnly, line } of moduleImports(file, source)) {
      const why = complaint(file, area, rule, specifier, typeOnly, files);
      if (why !== undefined) complaints.push(`${file}:${line} ${why}`);
    }
  }
  return complaints;
}

function complaint(
  file: string,
  area: string,
  rule: AreaRule,
  specifier: string,
  typeOnly: boolean,
  files: SourceFiles,
): string | undefined {
  if (specifier === 'virtual:ttlog-recorder-source') {
    return area === 'recorder' ? undefined : `imports the recorder's source, which is src/recorder's`;
  }
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts');
    if (!specifier.endsWith('.js') || !files.has(target))
      return `imports ${specifier}, which is no file of src/ (NodeNext style: './name.js' for name.ts)`;
    if (target === 'src/index.ts') return `imports src/index.ts, which is for users only`;
    const targetArea = areaOf(target);
    if (targetArea === area || rule.from.includes(targetArea) || rule.files?.includes(target)) return undefined;
    if (rule.typesFrom?.includes(targetArea)) return typeOnly ? undefined : `imports ${target} for more than its types`;
    return `imports ${target}: ${area} may import ${[...rule.from, ...(rule.files ?? [])].join(', ') || 'nothing'}`;
  }
  if (specifier.startsWith('node:'))
    return rule.node === false ? `imports ${specifier}: ${area} knows no node` : undefined;
  if (builtinModules.includes(specifier)) return `imports ${specifier} without 'node:'`;
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  if (rule.packageTypes?.includes(name))
    return typeOnly ? undefined : `imports the package ${name} for more than its types`;
  return rule.packages?.includes(name) ? undefined : `imports the package ${name}`;
}
