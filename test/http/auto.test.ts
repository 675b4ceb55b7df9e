// `node --import ttlog/auto`: over the built package, in processes of their own.
import { readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { autoOptions } from '../../src/http/auto-options.js';
import { parseLines, readLines, runChild, temporaryPath } from '../support/child.js';

/** A server that answers itself by fetch, once. */
const APP = {
  module: `
    import { createServer } from 'node:http';
    const server = createServer((request, response) => response.end('hello'));
    server.listen(0, '127.0.0.1', async () => {
      await (await fetch('http://127.0.0.1:' + server.address().port + (process.env.ASK ?? '/orders'))).text();
      server.closeAllConnections();
      server.close();
    });
  `,
  commonjs: `
    const { createServer } = require('node:http');
    const server = createServer((request, response) => response.end('hello'));
    server.listen(0, '127.0.0.1', async () => {
      await (await fetch('http://127.0.0.1:' + server.address().port + '/orders')).text();
      server.closeAllConnections();
      server.close();
    });
  `,
};
const IMPORT = ['--import', 'ttlog/auto'];
const REQUIRE = ['--require', 'ttlog/auto'];

const messages = (stdout: string) => parseLines(stdout).map(({ msg }) => msg);

test.each([
  ['--import, an ES module', IMPORT, 'module', {}],
  ['--import, CommonJS', IMPORT, 'commonjs', {}],
  ['--require, an ES module', REQUIRE, 'module', {}],
  ['--require, CommonJS', REQUIRE, 'commonjs', {}],
  ['both builds at once', [...REQUIRE, ...IMPORT], 'module', {}],
  ['NODE_OPTIONS, which threads inherit', [], 'module', { NODE_OPTIONS: IMPORT.join(' ') }],
  ['NODE_OPTIONS with --require', [], 'commonjs', { NODE_OPTIONS: REQUIRE.join(' ') }],
] as const)('%s', async (_what, args, type, env) => {
  const options = { args, type, env: { ...env, TTLOG_SERVICE: 'shop', TTLOG: 'debug' } };
  const { status, stdout, stderr } = await runChild(APP[type], options);
  expect([status, stderr]).toEqual([0, '']);
  const lines = parseLines(stdout);
  expect(lines.map(({ target, msg }) => `${String(target)}: ${String(msg)}`).sort()).toEqual([
    'http.client: GET',
    'http: request completed',
    'shop: GET',
  ]);
  expect(new Set(lines.map(({ trace_id }) => trace_id)).size).toBe(1);
});

test('a crash leaves a snapshot, where one is asked for', async () => {
  const dir = temporaryPath('snapshots');
  const { status, stderr } = await runChild(`throw new Error('mine')`, { args: IMPORT, env: { TTLOG_SNAPSHOTS: dir } });
  expect(status).toBe(1);
  expect(stderr).toContain('Error: mine');
  expect(readdirSync(dir)).toHaveLength(1);
});

test('into a file, and not to the console', async () => {
  const path = temporaryPath('auto.ndjson');
  const env = { TTLOG_FILE: path, TTLOG_CONSOLE: 'off' };
  const { stdout, stderr } = await runChild(APP.module, { args: IMPORT, env });
  expect([stdout, stderr]).toEqual(['', '']);
  expect(readLines(path).map(({ msg }) => msg)).toEqual(['request completed']);
});

test('requests that are ignored, and sides that are off', async () => {
  const ignore = { TTLOG: 'debug', TTLOG_HTTP: 'server', TTLOG_HTTP_IGNORE: '/health, /live*', ASK: '/live/2?x=1' };
  expect((await runChild(APP.module, { args: IMPORT, env: ignore })).stdout).toBe('');
  const client = { TTLOG: 'debug', TTLOG_HTTP: 'client' };
  expect(messages((await runChild(APP.module, { args: IMPORT, env: client })).stdout)).toEqual(['GET']);
  const off = { TTLOG: 'debug', TTLOG_HTTP: 'off' };
  expect((await runChild(APP.module, { args: IMPORT, env: off })).stdout).toBe('');
});

test('a worker takes part in it', async () => {
  const path = temporaryPath('worker.cjs');
  writeFileSync(path, APP.commonjs);
  const code = `
    import { Worker } from 'node:worker_threads';
    new Worker(${JSON.stringify(path)}, { execArgv: ['--import', 'ttlog/auto'] });
  `;
  const { status, stdout, stderr } = await runChild(code, { args: IMPORT });
  expect([status, stderr]).toEqual([0, '']);
  expect(parseLines(stdout)).toEqual([
    expect.objectContaining({ msg: 'request completed', thread_id: expect.any(Number) }),
  ]);
});

test('what is wrong in the environment is told, and does not stop anything', async () => {
  const env = {
    TTLOG: 'loud=1,x',
    LOG_LEVEL: 'verbose',
    TTLOG_CAPACITY: 'many',
    TTLOG_SAMPLE: '7',
    TTLOG_HTTP: 'sideways',
    TTLOG_CONSOLE: 'loud',
    TTLOG_RECORD: '=',
    TTLOG_PROMOTE: 'maybe',
  };
  const { status, stdout, stderr } = await runChild(APP.module, { args: IMPORT, env });
  expect([status, stderr]).toEqual([0, '']);
  const [completed, ...told] = parseLines(stdout).reverse();
  expect(completed).toMatchObject({ msg: 'request completed' });
  const names = ['CAPACITY', 'CONSOLE', 'HTTP', 'PROMOTE', 'RECORD', 'SAMPLE'];
  const ignored = names.map((name) => `TTLOG_${name} in the environment is ignored`);
  const [ttlog, level] = [
    'TTLOG in the environment is neither a level nor directives, and is ignored',
    'LOG_LEVEL in the environment is no level, and is ignored',
  ];
  expect(new Set(told.map(({ msg }) => msg))).toEqual(new Set([...ignored, ttlog, level]));
  for (const { reason } of told) expect(reason).toMatch(/^Expected /);
});

test('an application that calls init() itself is told that ttlog runs already', async () => {
  const { status, stderr } = await runChild(`import { init } from 'ttlog'; init({ service: 'mine' });`, {
    args: IMPORT,
  });
  expect(status).toBe(1);
  expect(stderr).toContain('ERR_ALREADY_INITIALIZED');
});

describe('what the environment says', () => {
  test('nothing', () => {
    const { ttlog, http, wrong } = autoOptions({});
    expect([ttlog, http, wrong]).toEqual([
      { service: 'app' },
      { server: { baggage: [] }, client: { baggage: [] } },
      [],
    ]);
  });

  test('everything', () => {
    const { ttlog, http, wrong } = autoOptions({
      TTLOG_SERVICE: 'shop',
      TTLOG_RECORD: 'info,db=trace',
      TTLOG_CAPACITY: '1024',
      TTLOG_SNAPSHOTS: 'on',
      TTLOG_BLACK_BOX: '/dev/shm/shop',
      TTLOG_PROMOTE: 'on',
      TTLOG_REDACT: 'iban, phone',
      TTLOG_CONSOLE: 'json',
      TTLOG_FILE: '/tmp/x.ndjson',
      TTLOG_HTTP_IGNORE: '/health,/live*',
      TTLOG_HTTP_ID_HEADER: 'X-Id',
      TTLOG_SAMPLE: '0.5',
      TTLOG_BAGGAGE: 'tenant, user',
    });
    expect(wrong).toEqual([]);
    expect(ttlog).toMatchObject({
      service: 'shop',
      record: 'info,db=trace',
      capacity: 1024,
      snapshots: true,
      blackBox: '/dev/shm/shop',
      promote: true,
      redact: { keys: { extend: ['iban', 'phone'] } },
    });
    expect(ttlog.sinks).toHaveLength(2);
    const { server, client } = http;
    expect(client).toEqual({ baggage: ['tenant', 'user'] });
    expect(server).toMatchObject({ idHeader: 'X-Id', sample: 0.5, baggage: ['tenant', 'user'] });
    const { ignore } = server as { ignore: (request: { url: string }) => boolean };
    expect(['/health', '/health?x', '/live/1', '/other', '/healthy'].map((url) => ignore({ url }))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test.each([
    ['OTEL_SERVICE_NAME', { OTEL_SERVICE_NAME: 'otel', npm_package_name: 'npm' }, 'otel'],
    ['the package that npm runs', { npm_package_name: 'npm' }, 'npm'],
  ])('the name of the service may come from %s', (_what, environment, service) => {
    expect(autoOptions(environment).ttlog.service).toBe(service);
  });

  test('words for on and off', () => {
    expect(autoOptions({ TTLOG_SNAPSHOTS: '0' }).ttlog.snapshots).toBe(false);
    expect(autoOptions({ TTLOG_SNAPSHOTS: './dir' }).ttlog.snapshots).toBe('./dir');
    expect(autoOptions({ TTLOG_CONSOLE: 'off' }).ttlog.sinks).toEqual([]);
    expect(autoOptions({ TTLOG_HTTP_ID_HEADER: 'off' }).http.server).toMatchObject({ idHeader: false });
    expect(autoOptions({ TTLOG_HTTP: 'on' }).http).toMatchObject({ server: {}, client: {} });
    expect(autoOptions({ TTLOG_HTTP: 'off' }).http).toEqual({ server: false, client: false });
  });
});
