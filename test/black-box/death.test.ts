import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readLines } from '../support/child.js';
import { boxesIn, boxOf, messages, places, service } from './support.js';

const place = places();

const DEATHS: [string, string, string[]?][] = [
  ['SIGKILL', `process.kill(process.pid, 'SIGKILL');`],
  ['abort()', 'process.abort();'],
  ['SIGSEGV', `process.kill(process.pid, 'SIGSEGV');`],
  [
    'V8 out of memory',
    `const kept = []; for (let i = 0; ; i++) { kept.push({ i }); if (i % 10_000 === 0) { trace('Growing', { i }); say('told ' + i); } }`,
    ['--max-old-space-size=24'],
  ],
  ['a native stack that overflows', `process.kill(process.pid, 'SIGBUS');`],
];

describe.each(DEATHS)('%s', (_name, death, flags) => {
  test('every record up to the last instruction is in the ring file', async () => {
    const run = await service(
      place(),
      `const open = span('import', { file: 'a.csv' });
       withContext({ request_id: 'r-1' }, () => { for (let i = 0; i < 3000; i++) trace('Row', { i }); });
       say('ready');
       ${death}`,
      '',
      flags,
    );
    expect(run.stdout).toMatch(/^ready/);
    expect(run.status === 0).toBe(false);
    const { header, records, openSpans, damage } = boxOf(place());
    expect(damage).toEqual([]);
    expect(messages(records, 'Before init')).toHaveLength(1);
    expect(messages(records, 'Row').map(({ values }) => values['i'])).toEqual(
      Array.from({ length: 3000 }, (_, i) => i),
    );
    expect(messages(records, 'Row')[0].values).toEqual({ request_id: 'r-1', i: 0 });
    expect(openSpans.map(({ name }) => name)).toEqual(['import']);
    expect(header).toMatchObject({
      service: 'shop',
      process: { pid: expect.any(Number) as number, nodeVersion: process.version },
    });
    const told = [...run.stdout.matchAll(/^told (\d+)$/gm)].map((match) => Number(match[1]));
    expect(messages(records, 'Growing').map(({ values }) => values['i'])).toEqual(expect.arrayContaining(told));
  });
});

test('the next start delivers what was owed, makes a snapshot, says so, and clears up', async () => {
  // The recorder thread has had no time at all.
  await service(place(), `for (let i = 0; i < 2000; i++) info('Order', { i }); process.kill(process.pid, 'SIGKILL');`);
  const pid = boxOf(place()).header.process.pid;
  const next = await service(place(), `info('Second life'); await handle.shutdown();`);
  expect(next).toMatchObject({ status: 0, stderr: '' });

  const lines = readLines(place().log);
  const orders = lines.filter(({ msg }) => msg === 'Order');
  expect([...new Set(orders.map(({ i }) => i))]).toEqual(Array.from({ length: 2000 }, (_, i) => i));
  expect(new Set(orders.map(({ pid: of }) => of))).toEqual(new Set([pid]));
  const told = lines.filter(({ target }) => target === 'ttlog');
  expect(told).toMatchObject([{ level: 40, predecessor_pid: pid, records: 2001, open_spans: [] }]);
  // Raw, or compressed by now: by zstd where Node has it.
  const snapshot = String(told[0]['snapshot']);
  expect(['', '.gz', '.zst'].some((suffix) => existsSync(snapshot + suffix))).toBe(true);
  expect(lines.at(-1)).toMatchObject({ msg: 'Second life' });
  expect(boxesIn(place())).toEqual([]);
});

test('of several starts at once, one takes over', async () => {
  await service(place(), `warn('Last words'); span('open'); process.kill(process.pid, 'SIGKILL');`);
  await Promise.all([1, 2, 3].map(() => service(place(), 'await handle.shutdown();')));
  const lines = readLines(place().log);
  expect(lines.filter(({ target }) => target === 'ttlog')).toMatchObject([{ open_spans: ['open'] }]);
  expect(lines.filter(({ msg }) => msg === 'Last words').length).toBeGreaterThan(0);
  expect(boxesIn(place())).toEqual([]);
});

test('a process that lives keeps its black box, and can be read meanwhile', async () => {
  const second = `
    import { init } from 'ttlog';
    await init({ service: 'shop', blackBox: ${JSON.stringify(place().boxes)}, sinks: [] }).shutdown();`;
  const run = await service(
    place(),
    `import { execFileSync } from 'node:child_process';
     import { existsSync } from 'node:fs';
     info('First', { n: 1 });
     say(execFileSync(process.execPath, ['dist/esm/cli.js', 'view', handle.blackBox]).toString());
     execFileSync(process.execPath, ['--input-type=module', '--eval', ${JSON.stringify(second)}]);
     say('still there: ' + existsSync(handle.blackBox));
     await handle.shutdown();`,
  );
  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect(run.stdout).toMatch(/INFO\s+shop\s+First\s+n=1/);
  expect(run.stdout).toMatch(/^still there: true$/m);
  expect(boxesIn(place())).toEqual([]);
});

test.each([
  ['shutdown()', 'await handle.shutdown();', 0],
  ['process.exit()', 'process.exit(3);', 3],
  ['an uncaught exception', `throw new Error('gone');`, 1],
])('%s is no death without a word: nothing is left', async (_name, end, status) => {
  const run = await service(place(), `info('Bye'); ${end}`);
  expect(run.status).toBe(status);
  expect(boxesIn(place())).toEqual([]);
  expect(readLines(place().log)).toMatchObject([{ msg: 'Bye' }]);
});

test('rings of workers are kept too', async () => {
  const worker = `
    const { trace } = require('ttlog');
    const { parentPort, threadId } = require('node:worker_threads');
    for (let i = 0; i < 100; i++) trace('In worker', { i });
    parentPort.postMessage('done'); parentPort.on('message', () => {});`;
  await service(
    place(),
    `const workers = [1, 2].map(() => new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [] }));
     await Promise.all(workers.map((each) => once(each, 'message')));
     process.kill(process.pid, 'SIGKILL');`,
  );
  const { records } = boxOf(place());
  const inWorkers = messages(records, 'In worker');
  expect(inWorkers).toHaveLength(200);
  expect(new Set(inWorkers.map(({ threadId }) => threadId)).size).toBe(2);
});
