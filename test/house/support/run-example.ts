import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import { root } from '../../../scripts/entries.mjs';
import { plainEnvironment } from '../../../scripts/run.mjs';
import { withAssertions, type Example } from './examples.js';

/** Inside the repository, so that `ttlog` is the package itself: dist/, by its own exports map. */
const workspace = `${root}.tmp/examples-${process.pid}/`;

/** Removes what the runs left behind. */
export const cleanUpExamples = (): void => rmSync(workspace, { recursive: true, force: true });

/** A folder for one more example, inside the package. */
export function exampleFolder(): string {
  mkdirSync(workspace, { recursive: true });
  return mkdtempSync(workspace);
}

export interface ExampleRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs an example in a process of its own, in an empty working directory; `// =>` comments assert. */
export async function runExample(example: Example): Promise<ExampleRun> {
  const runtime = `import * as __example from ${JSON.stringify(new URL('./example-runtime.mjs', import.meta.url).href)};`;
  // On one line with the example's first, so that line numbers in stack traces are the example's.
  return runProgram(`${runtime} void __example; ${withAssertions(example).code}`);
}

/** Runs a TypeScript program as it stands. */
export async function runProgram(code: string): Promise<ExampleRun> {
  const file = join(exampleFolder(), 'example.mjs');
  writeFileSync(file, toJavaScript(code));
  const cwd = mkdtempSync(join(tmpdir(), 'ttlog-example-'));
  try {
    return await runFile(file, cwd);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** TypeScript with legacy decorators and metadata, as a Nest project compiles it. */
export function toJavaScript(code: string): string {
  return transformSync(code, {
    swcrc: false,
    configFile: false,
    isModule: true,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, verbatimModuleSyntax: true },
      externalHelpers: false,
    },
  }).code;
}

function runFile(file: string, cwd: string): Promise<ExampleRun> {
  const { TTLOG: _ttlog, LOG_LEVEL: _level, FORCE_COLOR: _color, ...env } = plainEnvironment();
  const child = spawn(process.execPath, [file], {
    cwd,
    env: { ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (signal !== null) stderr += `\nended by ${signal} (an example has 20 s)`;
      resolve({ status, stdout, stderr });
    });
  });
}
