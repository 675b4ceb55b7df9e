import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { init } from 'ttlog';
import { readSnapshot } from '../../src/recorder/snapshot.js';
import { readLines, runChild, temporaryPath } from '../support/child.js';

let places = 0;

/** A service that logs to a file; `body` runs after init(). */
async function service(
  options: string,
  body: string,
): Promise<{ run: Awaited<ReturnType<typeof runChild>>; messages: unknown[] }> {
  const path = temporaryPath(`signals-${places++}.ndjson`);
  const run = await runChild(`
    import { info, init } from 'ttlog';
    import { fileSink } from 'ttlog/sinks';
    ${body.includes('// before init') ? body : ''}
    const handle = init({ service: 'shop', sinks: [fileSink({ path: ${JSON.stringify(path)} })], ${options} });
    const log = (n) => { for (let i = 0; i < n; i++) info('Order', { i }); };
    const stay = setInterval(() => {}, 1000);
    ${body.includes('// before init') ? "log(10); process.kill(process.pid, 'SIGTERM');" : body}`);
  return { run, messages: readLines(path).map(({ msg }) => msg) };
}

describe.each(['SIGTERM', 'SIGINT', 'SIGHUP'])('%s', (signal) => {
  test.each([5, 2000, 200_000])(
    'asked for: all of %i records arrive, and the process ends by the signal',
    async (count) => {
      const { run, messages } = await service(
        `signals: ['${signal}']`,
        `log(${count}); process.kill(process.pid, '${signal}');`,
      );
      expect(run).toMatchObject({ status: null, signal, stderr: '' });
      expect(messages).toHaveLength(count);
    },
  );

  test('not asked for: there is no handler', async () => {
    const { run } = await service(
      '',
      `console.log(process.listenerCount('${signal}')); process.kill(process.pid, '${signal}');`,
    );
    expect(run).toMatchObject({ status: null, signal, stdout: '0\n' });
  });
});

test.each([
  ['on', ''],
  ['once', ''],
  ['once', '// before init'],
  ['prependOnceListener', ''],
])("an application's own handler decides: process.%s %s", async (how, when) => {
  const handler = `process.${how}('SIGTERM', () => { console.log('mine'); info('Handled'); setTimeout(() => process.exit(7), 20); });`;
  const { run, messages } = await service(
    `signals: ['SIGTERM']`,
    when === '' ? `${handler} log(10); process.kill(process.pid, 'SIGTERM');` : `${when}\n${handler}`,
  );
  expect(run).toMatchObject({ status: 7, signal: null, stdout: 'mine\n' });
  expect(messages).toHaveLength(11);
});

test('shutdown() takes the handlers back', async () => {
  const { run } = await service(
    `signals: ['SIGTERM'], snapshots: { signal: 'SIGUSR2' }`,
    `await handle.shutdown(); console.log(process.listenerCount('SIGTERM'), process.listenerCount('SIGUSR2')); clearInterval(stay);`,
  );
  expect(run).toMatchObject({ status: 0, stdout: '0 0\n' });
});

test('snapshots: { signal } takes one and goes on', async () => {
  const dir = temporaryPath('by-signal');
  const { run } = await service(
    `snapshots: { dir: ${JSON.stringify(dir)}, signal: 'SIGUSR2' }`,
    `const { readdirSync, existsSync } = await import('node:fs');
     log(3); process.kill(process.pid, 'SIGUSR2');
     const taken = () => existsSync(${JSON.stringify(dir)}) && readdirSync(${JSON.stringify(dir)}).some((name) => /\\.ttlog\\.(gz|zst)$/.test(name));
     while (!taken()) await new Promise(setImmediate);
     info('Goes on'); await handle.shutdown(); clearInterval(stay);`,
  );
  expect(run).toMatchObject({ status: 0, stderr: '' });
  const [name, ...others] = readdirSync(dir);
  expect(others).toEqual([]);
  const { header, records } = await readSnapshot(`${dir}/${name}`);
  expect(header.reason).toBe('signal SIGUSR2');
  expect(records.map(({ message }) => message)).toEqual(['Order', 'Order', 'Order']);
});

test.each([
  ['process.exit(3);', 1],
  ['process.exit(0);', 0],
  [`throw new Error('crash');`, 1],
])('snapshots: { onExit } leaves one where the status is not 0: %s', async (end, count) => {
  const dir = temporaryPath(`on-exit-${places}`);
  await service(`snapshots: { dir: ${JSON.stringify(dir)}, onExit: true }`, `log(3); ${end}`);
  expect(count === 0 ? [] : readdirSync(dir)).toHaveLength(count);
});

test.each([
  [{ signals: ['SIGKILL'] }, /a signal to be the name of a signal that can be answered/],
  [{ signals: 'SIGTERM' }, /signals to be an array/],
  [{ snapshots: { signal: 'USR2' } }, /snapshots\.signal/],
])('wrong options are told: %j', (options, message) => {
  expect(() => init(options as never)).toThrow(message);
});
