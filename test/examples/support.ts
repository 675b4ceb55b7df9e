// Examples as programs: compiled as their READMEs say, sent requests, ended by SIGTERM.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { root } from '../../scripts/entries.mjs';
import { plainEnvironment } from '../../scripts/run.mjs';

/** A line of NDJSON. */
export type Line = Record<string, unknown> & { msg: string; target: string; level: number };

export function compileExample(folder: string): void {
  execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', `${folder}/tsconfig.build.json`], {
    stdio: 'inherit',
  });
}

/** Runs the program, sends it requests, and ends it by SIGTERM: all that it has written. */
export async function runExample(folder: string, drive: (url: string) => Promise<void>): Promise<Line[]> {
  const { TTLOG: _ttlog, LOG_LEVEL: _level, ...env } = plainEnvironment();
  const child = spawn(process.execPath, ['--enable-source-maps', 'dist/main.js'], {
    cwd: folder,
    env: { ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const lines: Line[] = [];
    const ready = new Promise<number>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (text) => {
        const line = JSON.parse(text) as Line;
        lines.push(line);
        if (line.msg === 'Listening') resolve(line['port'] as number);
      });
    });
    const closed = once(child, 'close');
    const ended = (async () => {
      const [status] = (await closed) as [number | null];
      throw new Error(`ended with status ${status} before it was listening`);
    })();
    const port = await Promise.race([ready, ended]);
    await drive(`http://127.0.0.1:${port}`);
    child.kill('SIGTERM');
    await ended.catch(() => {});
    expect(child.exitCode).toBe(0);
    return lines;
  } finally {
    child.kill('SIGKILL');
  }
}
