import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { root } from '../../scripts/entries.mjs';
import { countTo, runChild, temporaryPath } from '../support/child.js';
import { OtlpReceiver } from '../support/otlp-receiver.js';

// Other work on the machine must not fail them.
vi.setConfig({ testTimeout: 60_000 });

const receiver = new OtlpReceiver();
beforeAll(() => receiver.start());
afterAll(() => receiver.close());
beforeEach(() => receiver.reset());

interface ProgramOptions {
  readonly count?: number;
  readonly end?: string;
  readonly init?: string;
  readonly sink?: string;
}

/** Records numbers, as events in one span, then ends. The thread has to load what it sends with: 2 s are not enough where the machine has much to do. */
function program({ count = 5, end = '', init = 'exitTimeoutMs: 20_000', sink = '' }: ProgramOptions): string {
  return `
    import { info, init, withSpan } from 'ttlog';
    import { otlpSink } from 'ttlog/sinks';
    const handle = init({ service: 'shop', sinks: [otlpSink({ url: '${receiver.url}', ${sink} })], ${init} });
    withSpan('work', () => {
      for (let i = 0; i < ${count}; i++) info('Step', { i });
    });
    ${end}`;
}

/** In the order in which they were recorded: requests that are under way together may overtake each other. */
const arrived = (): number[] =>
  receiver.logs
    .filter(({ body }) => body === 'Step')
    .map(({ attributes }) => attributes['i'] as number)
    .toSorted((a, b) => a - b);

describe('every record reaches the receiver when the process', () => {
  const ends = [
    ['returns', '', 0],
    ['calls process.exit', 'process.exit(3);', 3],
    ['exits in a handler', `process.on('exit', () => process.exit(4));`, 4],
    ['throws', `throw new Error('boom');`, 1],
    ['leaves a rejection unhandled', `void Promise.reject(new Error('boom'));`, 1],
    [
      'exits at a signal that it handles',
      `process.on('SIGTERM', () => process.exit(5)); process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 10_000);`,
      5,
    ],
  ] as const;

  for (const [name, end, expected] of ends) {
    test.each([5, 2000])(`${name} after %i events`, async (count) => {
      const { status } = await runChild(program({ count, end }));
      expect(status).toBe(expected);
      expect(arrived()).toEqual(countTo(count));
      expect(receiver.spans.map((span) => span.name)).toEqual(['work']);
    });
  }

  test('exits after 20 000 events', async () => {
    const { status, stderr } = await runChild(program({ count: 20_000, end: 'process.exit(0);' }));
    expect([status, stderr]).toEqual([0, '']);
    expect(arrived()).toEqual(countTo(20_000));
  });

  test('is CommonJS, and exits', async () => {
    const code = program({ count: 5, end: 'process.exit(0);' })
      .replace(`import { info, init, withSpan } from 'ttlog';`, `const { info, init, withSpan } = require('ttlog');`)
      .replace(`import { otlpSink } from 'ttlog/sinks';`, `const { otlpSink } = require('ttlog/sinks');`);
    const { status, stderr } = await runChild(code, { type: 'commonjs' });
    expect([status, stderr]).toEqual([0, '']);
    expect(arrived()).toEqual(countTo(5));
  });

  test('returns, where sinks run on its own thread', async () => {
    const { status, stderr } = await runChild(program({ count: 2000, init: 'inThread: true, exitTimeoutMs: 20_000' }));
    expect([status, stderr]).toEqual([0, '']);
    expect(arrived()).toEqual(countTo(2000));
  });
});

describe('what is left is said', () => {
  const LEFT = /^ttlog: the process ends before everything is delivered.*sinks hold [67] records$/m; // one of them may be that of the failure

  test('where nobody listens, after exitTimeoutMs', async () => {
    await receiver.shut();
    const startedAt = performance.now();
    const { status, stderr } = await runChild(program({ end: 'process.exit(0);', init: 'exitTimeoutMs: 3000' }));
    await receiver.open();
    expect(status).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(stderr).toMatch(LEFT);
    expect(stderr).toContain('ECONNREFUSED');
  });

  test('where there is no answer', async () => {
    receiver.fault = () => 'hang';
    const { status, stderr } = await runChild(program({ end: 'process.exit(0);', init: 'exitTimeoutMs: 1500' }));
    expect(status).toBe(0);
    expect(stderr).toMatch(LEFT);
  });

  test('where sinks run on its own thread, which cannot wait at process.exit', async () => {
    const { status, stderr } = await runChild(
      program({ end: 'process.exit(0);', init: 'inThread: true, exitTimeoutMs: 300' }),
    );
    expect(status).toBe(0);
    expect(stderr).toMatch(LEFT);
  });

  test('where sinks run on its own thread, and nobody listens', async () => {
    await receiver.shut();
    const { status, stderr } = await runChild(program({ init: 'inThread: true, exitTimeoutMs: 300' }));
    await receiver.open();
    expect(status).toBe(0);
    expect(stderr).toMatch(LEFT);
  });
});

test('what failed is sent again at the end, without waiting for the next attempt', async () => {
  receiver.fault = (_, before) => (before < 2 ? { status: 503 } : undefined);
  const { status } = await runChild(
    program({
      sink: 'retry: { minMs: 60_000, maxMs: 60_000 }, batchIntervalMs: 1',
      end: `setInterval(() => { if (handle.stats().sinkErrors >= 2) process.exit(0); }, 10);`,
    }),
  );
  expect(status).toBe(0);
  expect(arrived()).toEqual(countTo(5));
  expect(receiver.spans).toHaveLength(1);
});

test('it sends while records come faster than they can be read', async () => {
  const { status, stdout } = await runChild(`
    import { info, init } from 'ttlog';
    import { otlpSink } from 'ttlog/sinks';
    const handle = init({ capacityBytes: 1024 * 1024, sinks: [otlpSink({ url: '${receiver.url}', batchIntervalMs: 50 })] });
    info('Step', { i: -1 });
    await handle.flush();
    const end = Date.now() + 1500;
    let i = 0;
    while (Date.now() < end) info('Step', { i: i++ });
    console.log(Date.now());
    process.exit(0);`);
  expect(status).toBe(0);
  const endedAt = Number(stdout) - performance.timeOrigin;
  expect(receiver.requests.filter(({ at }) => at < endedAt - 200).length).toBeGreaterThan(3);
});

test('a recorder thread that died unnoticed is started once more at the end', async () => {
  const { status, stderr } = await runChild(`
    import { info, init } from 'ttlog';
    import { otlpSink } from 'ttlog/sinks';
    const deadly = \`export default () => {
      if (process.env.DIED === undefined) setTimeout(() => { throw new Error('dead'); }, 1);
      process.env.DIED = 'yes';
      return () => {};
    }\`;
    init({
      sinks: [{ module: 'data:text/javascript,' + encodeURIComponent(deadly) }, otlpSink({ url: '${receiver.url}' })],
      exitTimeoutMs: 10_000,
    });
    info('Step', { i: 0 });
    // This thread never returns to its event loop.
    const { control } = globalThis[Symbol.for('ttlog.core/1')];
    while (Atomics.load(control, 2) !== 3) Atomics.wait(control, 5, 0, 5);
    info('Step', { i: 1 });
    process.exit(0);`);
  expect(status).toBe(0);
  // What the first one had taken was in its memory.
  const died = receiver.logs.find(({ body }) => String(body).startsWith('The recorder thread died'));
  expect(arrived().at(-1)).toBe(1);
  expect(arrived().includes(0) || Number(died?.attributes['lost']) >= 1).toBe(true);
  expect(stderr).toBe('');
});

test('its own requests are not recorded, wherever they are made', async () => {
  // In every thread, also in the recorder's.
  const preload = temporaryPath('preload.mjs');
  writeFileSync(preload, `import { instrumentHttp } from '${root}dist/esm/http/index.js'; instrumentHttp();`);
  const code = program({
    sink: `traces: 'trace', batchIntervalMs: 1`,
    end: `await handle.flush(); await handle.flush();`,
    init: 'INIT',
  });
  for (const init of ['', 'inThread: true']) {
    await receiver.reset();
    const { status, stderr } = await runChild(code.replace('INIT', init), {
      env: { NODE_OPTIONS: `--import ${preload}` },
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(receiver.spans.map(({ name }) => name)).toEqual(['work']);
  }
});

test('a service of which no line says so: TTLOG_OTLP for ttlog/auto', async () => {
  const { status, stderr } = await runChild(
    `import { createServer } from 'node:http';
    const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1', async () => {
      await (await fetch('http://127.0.0.1:' + server.address().port + '/orders')).text();
      server.close();
      process.exit(0);
    });`,
    { args: ['--import', `${root}dist/esm/http/auto.js`], env: { TTLOG_OTLP: receiver.url, TTLOG_CONSOLE: 'off' } },
  );
  expect([status, stderr]).toEqual([0, '']);
  const [call, request] = [3, 2].map((kind) => receiver.spans.find((span) => span.kind === kind));
  expect(request).toMatchObject({ traceId: call?.traceId, parentSpanId: call?.spanId, status: { code: 0 } });
  expect(receiver.metrics.get('ttlog.span.duration')?.points.length).toBe(2);
});

test('without the serialisers it says what to install', async () => {
  const { status, stdout } = await runChild(`
    process.chdir('/');
    const { otlpSink } = await import('ttlog/sinks');
    try {
      otlpSink();
    } catch (error) {
      console.log(error.code, error.message);
    }`);
  expect(status).toBe(0);
  expect(stdout).toContain('ERR_MISSING_PEER');
  expect(stdout).toContain('npm install @opentelemetry/otlp-transformer');
});
