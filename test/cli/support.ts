import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import type { Terminal } from '../../src/cli/terminal.js';
import { debug, error, fatal, info, trace, warn } from '../../src/core/log.js';
import { listOpenSpans, writeSnapshotSync } from '../../src/recorder/snapshot.js';
import { inContext, inside, open } from '../support/recording.js';
import { newRing } from '../snapshot/support.js';

/** A terminal that keeps what it is given. */
export function fakeTerminal(
  options: { color?: boolean; width?: number } = {},
): Terminal & { output: string; warnings: string } {
  return {
    color: options.color ?? false,
    width: options.width ?? Number.POSITIVE_INFINITY,
    output: '',
    warnings: '',
    write(text) {
      this.output += text;
    },
    warn(text) {
      this.warnings += text;
    },
  };
}

/** The command as the package has it: one file, run by node. */
export async function bundleCommand(dir: string): Promise<string> {
  const file = join(dir, 'command.mjs');
  const build = await rolldown({
    input: fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url)),
    platform: 'node',
    transform: { target: 'es2022' },
  });
  await build.write({ file, format: 'esm' });
  await build.close();
  return file;
}

export interface Ending {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

export function runCommand(file: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ending> {
  const child = spawn(process.execPath, [file, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ stdout, stderr, status }));
  });
}

/** A snapshot of a shop in which one order is in trouble. */
export function writeShop(dir: string): string {
  const ring = newRing();
  info('Listening', { port: 3000 });
  const health = open('GET /health', {}, { target: 'Http' });
  health.end();
  const request = open('POST /orders', { order_id: 17 }, { target: 'OrdersController' });
  inContext({ request_id: 'r-1' }, () => trace('Cache miss', { key: 'order:17' }));
  const load = inside(request, () => open('load', {}, { target: 'OrdersRepository' }));
  inside(load, () => debug('Loaded', { rows: 3 }));
  load.end();
  const charge = inside(request, () => open('charge', { amount: 12.5 }, { target: 'PaymentsService' }));
  inside(charge, () => warn('Card declined', { attempt: 3 }));
  charge.fail(new Error('card declined'));
  const notify = inside(request, () => open('notify', {}, { target: 'Mailer' }));
  inside(notify, () => error('Mail failed', { err: new Error('smtp down', { cause: new Error('no route') }) }));
  fatal('Going down');
  class PaymentError extends Error {
    override name = 'PaymentError';
    code = 'E_DECLINED';
  }
  const thrown = new PaymentError('card declined', { cause: new TypeError('fetch failed') });
  const openSpans = listOpenSpans('app');
  const { path } = writeSnapshotSync({
    dir,
    service: 'shop',
    reason: 'crash',
    origin: 'uncaughtException',
    error: thrown,
    rings: [ring],
    openSpans,
  });
  notify.end();
  request.end();
  return path;
}
