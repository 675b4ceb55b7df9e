// Typechecks every project: the source, the core alone (no Node types), the tests under both kinds of decorators, the
// scripts and the examples (against dist/, as their users see it).
import { existsSync } from 'node:fs';
import { root } from './entries.mjs';
import { runNode } from './run.mjs';

const projects = [
  'tsconfig.json',
  'tsconfig.core.json',
  'src/nestjs/tsconfig.json',
  'test/tsconfig.json',
  'test/tsconfig.standard.json',
  'tsconfig.scripts.json',
  'examples/express/tsconfig.json',
  'examples/fastify/tsconfig.json',
  'examples/nestjs/tsconfig.json',
  'examples/opentelemetry/tsconfig.json',
];

for (const project of projects) {
  if (!existsSync(root + project)) {
    console.error(`typecheck: ${project} does not exist`);
    process.exitCode = 1;
    continue;
  }
  const inOrder = await runNode([`${root}node_modules/typescript/bin/tsc`, '-p', root + project]);
  console.log(`typecheck: ${project} ${inOrder ? 'ok' : 'FAILED'}`);
  if (!inOrder) process.exitCode = 1;
}
