import { spawn } from 'node:child_process';

/** How a process ended, and what it said. */
export interface Ending {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
  readonly signal: string | null;
}

/** Runs a script under this very Node, in an environment of nothing but `env`. */
export function runProcess(
  file: string,
  flags: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<Ending> {
  const child = spawn(process.execPath, [...flags, file], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      // The one thing that differs from process to process: node's warnings have its id in them.
      resolve({ stdout, stderr: stderr.replaceAll(`(node:${child.pid})`, '(node:PID)'), status, signal });
    });
  });
}
