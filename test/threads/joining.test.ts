import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSnapshot } from '../../src/recorder/snapshot.js';
import { readLines, temporaryPath } from '../support/child.js';
import { runProgram, runThreads } from './support.js';

const quoted = (path: string): string => JSON.stringify(path);

test('workers that were started before init() are found, and what they had recorded is judged by its filter', async () => {
  const path = temporaryPath('before.log');
  await runThreads(`
    const idle = work("debug('Idle'); parentPort.postMessage(1); parentPort.once('message', () => info('Idle again'));");
    const shared = new Int32Array(new SharedArrayBuffer(4));
    // Never returns to its event loop, and leaves its ring time to be found: what nobody reads yet is overwritten.
    const busy = work("info('Busy'); parentPort.postMessage(1); while (Atomics.wait(data, 0, 0, 1) === 'timed-out') info('Spin');", shared);
    await Promise.all([told(idle), told(busy)]);
    let heard;
    const both = new Promise((resolve) => (heard = resolve));
    const seen = new Set();
    const handle = init({
      level: 'debug',
      sinks: [fileSink({ path: ${quoted(path)} }), (batch) => {
        for (const { message } of batch) seen.add(message);
        if (seen.has('Idle') && seen.has('Busy') && seen.has('Spin')) heard();
      }],
    });
    await both;
    Atomics.store(shared, 0, 1);
    idle.postMessage(1);
    await Promise.all([ended(idle), ended(busy)]);
    await handle.shutdown();`);
  const messages = new Set(readLines(path).map((line) => line['msg']));
  expect(messages).toEqual(new Set(['Idle', 'Busy', 'Spin', 'Idle again']));
});

test('workers that are just starting when init() is called are found, also those that end at once', async () => {
  const said = await runThreads(`
    const brief = [1, 2, 3].map(() => work("info('Brief'); debug('Detail');"));
    const idle = work("info('Idle'); parentPort.once('message', () => info('Idle again'));");
    const memory = memorySink();
    const handle = init({ level: 'debug', sinks: [memory] });
    await Promise.all(brief.map(ended));
    const has = (message) => memory.records.some((record) => record.message === message);
    while (!has('Idle')) await new Promise((resolve) => setTimeout(resolve, 1)).then(() => handle.flush());
    idle.postMessage(1);
    await ended(idle);
    await handle.flush();
    say(memory.records.map(({ message }) => message).sort());
    await handle.shutdown();`);
  const briefly = ['Brief', 'Brief', 'Brief', 'Detail', 'Detail', 'Detail'];
  expect(said).toEqual([[...briefly, 'Idle', 'Idle again']]);
});

test('workers that have ended before init() leave it what they recorded, however they ended', async () => {
  const said = await runThreads(`
    const code = "debug('Detail'); info('Step', { i: data }); ";
    const FAIL = "throw new Error('no');", STAY = "parentPort.postMessage(1); " + FOREVER;
    const workers = ['', 'process.exit(1);', FAIL, STAY].map((end, i) => work(code + end, i));
    const ids = workers.map(({ threadId }) => threadId);
    for (const worker of workers) worker.on('error', () => {}).on('message', () => worker.terminate());
    await Promise.all(workers.map(ended));
    const memory = memorySink();
    const handle = init({ sinks: [memory], level: 'info' });
    await handle.flush();
    const { recorded } = handle.stats();
    say({ recorded, seen: memory.records.map(({ message, values, threadId }) => [message, values.i, ids.indexOf(threadId)]) });
    await handle.shutdown();`);
  const { recorded, seen } = said[0] as { recorded: number; seen: unknown[] };
  expect(recorded).toBe(8);
  expect(seen).toHaveLength(4);
  expect(seen).toEqual(expect.arrayContaining([0, 1, 2, 3].map((i) => ['Step', i, i])));
});

test('a worker that is terminated between two ttlogs leaves the second what it recorded', async () => {
  const said = await runThreads(`
    const first = memorySink();
    const handle = init({ sinks: [first] });
    const worker = work("parentPort.on('message', (m) => { info('Step', { m }); parentPort.postMessage(m); }); info('Step', { m: 0 }); parentPort.postMessage(0);");
    await told(worker);
    await handle.shutdown();
    const answer = told(worker);
    worker.postMessage(1);
    await answer;
    await worker.terminate();
    const second = memorySink();
    const again = init({ sinks: [second] });
    await again.flush();
    say([first, second].map(({ records }) => records.map((record) => record.values.m)));
    await again.shutdown();`);
  expect(said).toEqual([[[0], [1]]]);
});

test('what a worker delivers by itself is not delivered again by the main thread', async () => {
  const path = temporaryPath('alone.log');
  const said = await runThreads(`
    const worker = work(\`
      info('Before');
      const handle = init({ sinks: [require('ttlog/sinks').fileSink({ path: data })] });
      info('Own');
      parentPort.postMessage(1);
      parentPort.once('message', async () => { info('Last'); await handle.shutdown(); });\`, ${quoted(path)});
    await told(worker);
    const memory = memorySink();
    const handle = init({ sinks: [memory] });
    info('Main');
    worker.postMessage(1);
    await ended(worker);
    await handle.flush();
    say(memory.records.map(({ message }) => message));
    await handle.shutdown();`);
  expect(said).toEqual([['Main']]);
  expect(readLines(path).map((line) => line['msg'])).toEqual(['Before', 'Own', 'Last']);
});

test('what is kept for init() is bounded, and it says what is lost', async () => {
  const said = await runThreads(`
    for (let i = 0; i < 7; i++) await ended(work("for (let i = 0; i < 2000; i++) trace('Fill', { text: i + 'x'.repeat(5000) }); info('Done');"));
    const memory = memorySink();
    const handle = init({ sinks: [memory] });
    await handle.flush();
    const done = memory.records.filter(({ message }) => message === 'Done').length;
    const [{ message, values }] = memory.records.filter(({ target }) => target === 'ttlog');
    say({ done, message, values });
    await handle.shutdown();`);
  const message = 'Records of threads that ended before init() were not kept';
  expect(said).toEqual([{ done: 3, message, values: { lost: 4 * 2001 } }]);
});

test('setLevel() and setFilter() in the main thread reach workers, also one that never returns to its event loop', async () => {
  const said = await runThreads(`
    const memory = memorySink();
    const handle = init({ sinks: [memory], stallTimeoutMs: 10_000 });
    const shared = new Int32Array(new SharedArrayBuffer(8));
    const busy = work("parentPort.postMessage(1); let i = 0; while (Atomics.load(data, 0) === 0) { info('Tick'); debug('Detail'); }", shared);
    const idle = work("const log = t.getLogger('db'); parentPort.postMessage(1); parentPort.on('message', (m) => { if (m === 0) process.exit(); log.debug('Query'); parentPort.postMessage(1); });");
    await Promise.all([told(busy), told(idle)]);
    const detail = () => memory.records.some((record) => record.message === 'Detail');
    await handle.flush();
    const before = detail();
    setLevel('debug');
    while (!detail()) await handle.flush();
    setFilter('off,db=debug');
    Atomics.store(shared, 0, 1);
    await ended(busy);
    await handle.flush();
    memory.clear();
    const query = () => memory.records.some((record) => record.message === 'Query');
    while (!query()) { const answer = told(idle); idle.postMessage(1); await answer; await handle.flush(); }
    const others = memory.records.filter((record) => record.message !== 'Query').length;
    idle.postMessage(0);
    await ended(idle);
    say({ before, others });
    await handle.shutdown();`);
  expect(said).toEqual([{ before: false, others: 0 }]);
});

test('init() in a worker joins the ttlog of the main thread; a second one is told so', async () => {
  const path = temporaryPath('joined.log');
  const said = await runThreads(`
    const handle = init({ service: 'shop', level: 'debug', sinks: [fileSink({ path: ${quoted(path)} })] });
    const worker = work(\`
      const handle = init({ service: 'other', level: 'error', sinks: [] });
      debug('From the worker', { password: 'hunter2' });
      await handle.flush();
      const lines = require('node:fs').readFileSync(data, 'utf8').split('\\\\n').length - 1;
      let code;
      try { init({}); } catch (error) { code = error.code; }
      const { recorded } = handle.stats();
      await handle.shutdown();
      parentPort.postMessage({ service: handle.service, lines, code, recorded });\`, ${quoted(path)});
    say(await told(worker));
    await handle.shutdown();`);
  expect(said).toEqual([{ service: 'shop', lines: 1, code: 'ERR_ALREADY_INITIALIZED', recorded: 1 }]);
  expect(readLines(path)).toMatchObject([{ msg: 'From the worker', target: 'shop', password: '[Redacted]' }]);
});

test('values marked "hash" have the same hash in all threads', async () => {
  const said = await runThreads(`
    const memory = memorySink();
    const handle = init({ sinks: [memory], redact: { keys: ['email'], censor: 'hash' } });
    info('Main', { email: 'ada@example.org' });
    await ended(work("info('Worker', { email: 'ada@example.org' });"));
    await handle.flush();
    const [here, there] = memory.records.map((record) => record.values.email);
    say([here === there, typeof here, here.includes('ada')]);
    await handle.shutdown();`);
  expect(said).toEqual([[true, 'string', false]]);
});

test('a worker of an application whose main thread has none runs a ttlog of its own', async () => {
  const path = temporaryPath('own.log');
  await runThreads(`
    info('Nobody asked for this');
    const worker = work(\`
      const handle = init({ sinks: [require('ttlog/sinks').fileSink({ path: data })] });
      info('Own');
      const inner = new Worker("require('ttlog').info('Inner')", { eval: true });
      await new Promise((resolve) => inner.on('exit', resolve));
      await handle.shutdown();\`, ${quoted(path)});
    await ended(worker);`);
  expect(new Set(readLines(path).map((line) => line['msg']))).toEqual(new Set(['Own', 'Inner']));
});

test('after shutdown() another init() finds the same workers', async () => {
  const said = await runThreads(`
    for (let round = 0; round < 10; round++) {
      const first = memorySink();
      const handle = init({ sinks: [first] });
      const worker = work("parentPort.on('message', (m) => { if (m === 0) process.exit(); info('Step', { m }); parentPort.postMessage(m); }); parentPort.postMessage(0);");
      const ask = async (m) => { const answer = told(worker); worker.postMessage(m); await answer; };
      await told(worker);
      await ask(1);
      await handle.shutdown();
      await ask(2);
      const second = memorySink();
      const again = init({ sinks: [second] });
      await ask(3);
      worker.postMessage(0);
      await ended(worker);
      await again.flush();
      say([first, second].map(({ records }) => records.map((record) => record.values.m)));
      await again.shutdown();
    }`);
  expect(said).toEqual(Array.from({ length: 10 }, () => [[1], [2, 3]]));
});

test('after shutdown() another init() finds a worker that never returns to its event loop', async () => {
  const said = await runThreads(`
    const shared = new Int32Array(new SharedArrayBuffer(4));
    const busy = work("let i = 0; while (Atomics.wait(data, 0, 0, 1) === 'timed-out') info('Spin', { i: i++ }); info('Last');", shared);
    for (let round = 0; round < 3; round++) {
      const memory = memorySink();
      const handle = init({ sinks: [memory] });
      while (memory.records.length === 0) await handle.flush();
      if (round === 2) {
        Atomics.store(shared, 0, 1);
        await ended(busy);
      }
      await handle.shutdown();
      const spins = memory.records.filter(({ message }) => message === 'Spin');
      say([spins.length > 0, memory.records.at(-1).message]);
    }`);
  expect(said).toEqual([
    [true, 'Spin'],
    [true, 'Spin'],
    [true, 'Last'],
  ]);
});

test('what is redacted is what the running ttlog says, also after another one', async () => {
  const said = await runThreads(`
    const worker = work("parentPort.on('message', (m) => { if (m === 0) process.exit(); info('Step', { email: 'ada@example.org', password: 'hunter2' }); parentPort.postMessage(m); }); parentPort.postMessage(1);");
    await told(worker);
    for (const wanted of ['email', 'password', 'email']) {
      const memory = memorySink();
      const handle = init({ sinks: [memory], redact: wanted === 'password' ? undefined : { keys: [wanted] } });
      const hidden = () => {
        const { values = {} } = memory.records.at(-1) ?? {};
        return Object.keys(values).filter((key) => values[key] === '[Redacted]').join();
      };
      // What it records before it has heard of this ttlog is judged by the rules of before.
      for (let asked = 0; hidden() !== wanted && asked < 500; asked++) {
        const answer = told(worker);
        worker.postMessage(1);
        await answer;
        await handle.flush();
      }
      say(hidden());
      await handle.shutdown();
    }
    worker.postMessage(0);
    await ended(worker);`);
  expect(said).toEqual(['email', 'password', 'email']);
});

test('snapshots have the records of all threads; a worker that dies leaves one of its own', async () => {
  const dir = temporaryPath('snapshots');
  const { status, stdout } = await runProgram(`
    const handle = init({ service: 'shop', sinks: [], snapshots: ${quoted(dir)} });
    info('Main');
    const worker = work("trace('Worker'); span('Job').run(() => { throw new Error('no'); });");
    worker.on('error', () => {});
    await ended(worker);
    say(handle.snapshotSync('asked').path);
    await handle.shutdown();`);
  expect(status).toBe(0);
  const asked = await readSnapshot(JSON.parse(stdout) as string);
  const threads = new Map(asked.records.map((record) => [record.message, record.threadId]));
  expect(threads.get('Main')).toBe(0);
  expect(threads.get('Worker')).toBeGreaterThan(0);
  const crash = readdirSync(dir).find((name) => name.includes('crash'))!;
  expect(crash).toContain(`-t${threads.get('Worker')}-`);
  const died = await readSnapshot(join(dir, crash));
  expect(died.records.map((record) => record.message)).toEqual(expect.arrayContaining(['Main', 'Worker']));
});

test.each([
  ['ttlog/pino', "t.pino().info('Only this')"],
  ['ttlog/opentelemetry', "new t.TtlogLoggerProvider().getLogger('otel').emit({ body: 'Only this' })"],
  ['ttlog/bunyan', "t.bunyanStream().stream.write({ level: 30, msg: 'Only this' })"],
])('a worker that loads %s and nothing else is one of them', async (entry, call) => {
  const said = await runThreads(`
    const memory = memorySink();
    const handle = init({ sinks: [memory] });
    const worker = new Worker(${JSON.stringify(`const t = require('${entry}'); ${call};`)}, { eval: true, execArgv: [] });
    await ended(worker);
    await handle.flush();
    say(memory.records.map(({ message, threadId }) => [message, threadId > 0]));
    await handle.shutdown();`);
  expect(said).toEqual([[['Only this', true]]]);
});
