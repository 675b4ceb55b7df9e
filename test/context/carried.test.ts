// A context on its way: real workers, real child processes, a queue. Over the built package.
import { expect, test } from 'vitest';
import { readLines, runChild, temporaryPath } from '../support/child.js';

const prologue = `
  import { once } from 'node:events';
  import { spawn } from 'node:child_process';
  import { Worker } from 'node:worker_threads';
  import { exportContext, info, init, withCarrier, withContext, withSpan } from 'ttlog';
  import { fileSink } from 'ttlog/sinks';
  const path = process.env.LOG;
`;

interface Line {
  msg: string;
  trace_id: string;
  span_id: string;
  request_id: string;
  token?: string;
  pid: number;
  thread_id?: number;
}

async function linesOf(name: string, code: string): Promise<Record<string, Line>> {
  const path = temporaryPath(`${name}.ndjson`);
  const { status, stderr } = await runChild(prologue + code, { env: { LOG: path } });
  expect([status, stderr]).toEqual([0, '']);
  const lines = readLines(path) as unknown as Line[];
  return Object.fromEntries(lines.map((line) => [line.msg, line]));
}

/** What the receiving side knows of the sending one. */
function carriedIn({ sent, received, consume }: Record<string, Line>) {
  return {
    request: [sent?.request_id, received?.request_id, consume?.request_id],
    sameTrace: received?.trace_id === sent?.trace_id && consume?.trace_id === sent?.trace_id,
    sameSpan: received?.span_id === consume?.span_id && received?.span_id !== sent?.span_id,
    token: consume?.token,
  };
}

const CARRIED = { request: ['r-1', 'r-1', 'r-1'], sameTrace: true, sameSpan: true, token: '[Redacted]' };

test('into a worker, in its workerData', async () => {
  const lines = await linesOf('worker', `
    init({ service: 'shop', level: 'debug', sinks: [fileSink({ path })] });
    const code = \`
      const { workerData } = require('node:worker_threads');
      const { info, withCarrier, withSpan } = require('ttlog');
      withCarrier(workerData.carrier, () => withSpan('consume', () => info('received')));
    \`;
    await withContext({ request_id: 'r-1', token: 'x' }, () => withSpan('publish', async () => {
      info('sent');
      await once(new Worker(code, { eval: true, execArgv: [], workerData: { carrier: exportContext() } }), 'exit');
    }));
  `); // prettier-ignore
  expect(carriedIn(lines)).toEqual(CARRIED);
  expect(lines['received']?.thread_id).toBeGreaterThan(0);
});

test('into a child process, in its environment', async () => {
  const lines = await linesOf('child', `
    const handle = init({ service: 'shop', level: 'debug', sinks: [fileSink({ path })] });
    const code = \`
      import { info, init, withCarrier, withSpan } from 'ttlog';
      import { fileSink } from 'ttlog/sinks';
      init({ service: 'child', level: 'debug', sinks: [fileSink({ path: process.env.LOG })] });
      withCarrier(process.env.CONTEXT, () => withSpan('consume', () => info('received')));
    \`;
    await withContext({ request_id: 'r-1', token: 'x' }, () => withSpan('publish', async () => {
      info('sent');
      const env = { ...process.env, CONTEXT: JSON.stringify(exportContext()) };
      await once(spawn(process.execPath, ['--input-type=module', '--eval', code], { env, stdio: 'inherit' }), 'exit');
    }));
    await handle.shutdown();
  `); // prettier-ignore
  expect(carriedIn(lines)).toEqual(CARRIED);
  expect(lines['received']?.pid).not.toBe(lines['sent']?.pid);
});

test('through a queue that others drain', async () => {
  const lines = await linesOf('queue', `
    const handle = init({ service: 'shop', level: 'debug', sinks: [fileSink({ path })] });
    const queue = [];
    withContext({ request_id: 'r-1', token: 'x' }, () => withSpan('publish', () => {
      info('sent');
      queue.push(JSON.stringify({ headers: exportContext(), body: 1 }));
    }));
    await withContext({ request_id: 'of the consumer' }, async () => {
      for (const message of queue) {
        const { headers } = JSON.parse(message);
        await withCarrier(headers, () => withSpan('consume', async () => { await null; info('received'); }));
      }
    });
    await handle.shutdown();
  `); // prettier-ignore
  expect(carriedIn(lines)).toEqual(CARRIED);
});
