import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainEnvironment } from '../../scripts/run.mjs';

/** Runs an ES module in a folder, in a process of its own, and gives back the JSON value on its last line of output. */
export function runModule(folder: string, name: string, source: string): unknown {
  writeFileSync(join(folder, name), source);
  const lines = runScript(folder, [name]).trimEnd().split('\n');
  return JSON.parse(lines.at(-1) ?? '');
}

/** Runs node in a folder and gives back its standard output; an error with all it said unless it ends with status 0. */
export function runScript(folder: string, args: readonly string[]): string {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    env: plainEnvironment(),
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status ?? signal}\n${stdout}\n${stderr}`);
  return stdout;
}
