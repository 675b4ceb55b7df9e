import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { beforeAll, describe, expect, test } from 'vitest';
import { readSnapshot } from '../../src/recorder/snapshot.js';
import type { Ending } from './processes.js';
import { runProcess } from './processes.js';
import { temporaryDirectory } from './support.js';

let home: string;
let bundle: string;

beforeAll(async () => {
  home = temporaryDirectory();
  bundle = join(home, 'flight.mjs');
  const build = await rolldown({
    input: fileURLToPath(new URL('fixtures/flight.ts', import.meta.url)),
    platform: 'node',
    transform: { target: 'es2022' },
  });
  await build.write({ file: bundle, format: 'esm' });
  await build.close();
});

const run = (file: string, flags: readonly string[], dir: string | undefined): Promise<Ending> =>
  runProcess(file, flags, home, dir === undefined ? {} : { FLIGHT_DIR: dir });

let scripts = 0;

/** Runs a script without and with the recorder; the endings have to be the same. Returns what it left. */
async function crash(
  code: string,
  flags: readonly string[] = [],
  place: 'free' | 'blocked' = 'free',
): Promise<{ ending: Ending; files: string[] }> {
  const name = `script-${scripts++}`;
  const dir = join(home, `${name}-snapshots`);
  if (place === 'free') mkdirSync(dir);
  else writeFileSync(dir, 'a file stands in the way');
  const file = join(home, `${name}.mjs`);
  const head = `if (process.env.FLIGHT_DIR) (await import(${JSON.stringify(pathToFileURL(bundle).href)})).install(process.env.FLIGHT_DIR);\n`;
  writeFileSync(file, `${head}setImmediate(() => {\n${code}\n});\n`);
  const [without, ending] = await Promise.all([run(file, flags, undefined), run(file, flags, dir)]);
  expect(ending).toEqual(without);
  return { ending, files: place === 'free' ? readdirSync(dir).map((found) => join(dir, found)) : [] };
}

async function crashed(code: string, flags?: readonly string[]) {
  const { ending, files } = await crash(code, flags);
  expect(files).toHaveLength(1);
  return { ending, snapshot: await readSnapshot(files[0]) };
}

describe('a process that dies of an exception', { timeout: 30_000 }, () => {
  test('leaves its last records of every level, its error, its open spans', async () => {
    const { ending, snapshot } = await crashed(`throw new TypeError('boom', { cause: new Error('because') });`);
    expect(ending.status).toBe(1);
    expect(ending.stderr).toMatch(/TypeError: boom[^]*\[cause\]: Error: because/);
    expect(snapshot.records.filter(({ kind }) => kind === 'event').map(({ message, level }) => [message, level])).toEqual([
      ['Started', 2], ['level 0', 0], ['level 1', 1], ['level 2', 2], ['level 3', 3], ['level 4', 4], ['level 5', 5],
    ]); // prettier-ignore
    expect(snapshot.header).toMatchObject({
      reason: 'crash',
      origin: 'uncaughtException',
      error: { type: 'TypeError', message: 'boom', cause: { type: 'Error', message: 'because' } },
    });
    expect(snapshot.openSpans.map(({ name, target }) => [name, target])).toEqual([
      ['POST /orders', 'Orders'],
      ['charge', 'Payments'],
    ]);
  });

  test.each([
    ['an error', `throw new Error('boom')`, 'Error', 'boom'],
    [
      'an error with properties',
      `throw Object.assign(new Error('boom'), { code: 'E_X', detail: { a: 1 } })`,
      'Error',
      'boom',
    ],
    ['an error of many lines', `throw new Error('one\\ntwo\\n    at three')`, 'Error', 'one\ntwo\n    at three'],
    ['an AggregateError', `throw new AggregateError([new Error('a'), 'b'], 'all')`, 'AggregateError', 'all'],
    ['undefined', `throw undefined`, 'undefined', 'undefined'],
    ['null', `throw null`, 'null', 'null'],
    ['a string', `throw 'text'`, 'string', 'text'],
    ['a symbol', `throw Symbol('s')`, 'symbol', 'Symbol(s)'],
    ['a number', `throw 7`, 'number', '7'],
    ['a plain object', `throw { message: 'looks like one', password: 'hunter2' }`, 'Object', 'looks like one'],
    ['a function', `throw function named() {}`, 'function', '[Function]'],
    ['a frozen error', `throw Object.freeze(new Error('cold'))`, 'Error', 'cold'],
    [
      'an error without a stack',
      `const e = new Error('bare'); delete e.stack; e.stack = undefined; throw e`,
      'Error',
      'bare',
    ],
    [
      'an error whose message throws',
      `throw Object.defineProperty(new Error('x'), 'message', { get() { throw new Error('no') } })`,
      'Error',
      '[Throws: no]',
    ],
    ['a proxy', `throw new Proxy(new Error('x'), {})`, 'Proxy', '[Proxy]'],
    ['a revoked proxy', `const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy`, 'Proxy', '[Proxy]'],
    ['a stack overflow', `(function f() { f(); })()`, 'RangeError', 'Maximum call stack size exceeded'],
    ['an error in a microtask', `queueMicrotask(() => { throw new Error('micro') })`, 'Error', 'micro'],
    [
      'an error event that nobody hears',
      `import('node:events').then(({ EventEmitter }) => setImmediate(() => new EventEmitter().emit('error', new Error('unheard'))))`,
      'Error',
      'unheard',
    ],
    [
      'an error of node',
      `import('node:fs').then((fs) => setImmediate(() => fs.readFileSync('/none/such')))`,
      'Error',
      `ENOENT: no such file or directory, open '/none/such'`,
    ],
  ])('%s: the same last words', async (_what, code, type, message) => {
    const { ending, snapshot } = await crashed(code);
    expect(ending.status).toBe(1);
    expect(snapshot.header.error).toMatchObject({ type, message });
    expect(JSON.stringify(snapshot.header.error)).not.toContain('hunter2');
  });

  test.each([
    ['source maps', ['--enable-source-maps']],
    ['no stack', ['--stack-trace-limit=0']],
    ['trace of the uncaught', ['--trace-uncaught']],
    ['trace of the exit', ['--trace-exit']],
  ])('with %s: the same last words', async (_what, flags) => {
    const { snapshot } = await crashed(`throw new Error('boom')`, flags);
    expect(snapshot.header.error?.message).toBe('boom');
  });

  test.each([
    [
      'a stack of its own making',
      `Error.prepareStackTrace = (e, frames) => 'mine: ' + e + frames.length; throw new Error('boom')`,
    ],
    ['an exit code set before', `process.exitCode = 9; throw new Error('boom')`],
    ['exit handlers that speak', `process.on('exit', (code) => console.log('exit', code)); throw new Error('boom')`],
    [
      'exit handlers that change the code',
      `process.on('exit', () => { process.exitCode = 5; }); throw new Error('boom')`,
    ],
    ['output just before', `process.stdout.write('x'.repeat(100000)); throw new Error('boom')`],
  ])('%s: the same last words', async (_what, code) => {
    const { snapshot } = await crashed(code);
    expect(snapshot.header.error?.message).toBe('boom');
  });

  test('where no snapshot can be written: the same last words', async () => {
    const { ending, files } = await crash(`throw new Error('boom')`, [], 'blocked');
    expect(ending.status).toBe(1);
    expect(files).toEqual([]);
  });
});

describe('a process with handlers of its own', { timeout: 30_000 }, () => {
  test('that logs and exits: its own status, one snapshot', async () => {
    const { ending } = await crashed(
      `process.on('uncaughtException', (e, origin) => { console.error('mine', e.message, origin); process.exit(3); }); throw new Error('boom');`,
    );
    expect(ending).toMatchObject({ status: 3, stderr: 'mine boom uncaughtException\n' });
  });

  test('that goes on: it lives, and a storm of exceptions leaves one snapshot', async () => {
    const { ending, snapshot } = await crashed(`
      let count = 0;
      process.on('uncaughtException', () => count++);
      for (let i = 0; i < 50; i++) setTimeout(() => { throw new Error('storm ' + i); }, i);
      setTimeout(() => console.log('alive after', count), 300);
    `);
    expect(ending).toMatchObject({ status: 0, stdout: 'alive after 50\n', stderr: '' });
    expect(snapshot.header.error?.message).toBe('storm 0');
  });

  test('whose handler throws: status 7', async () => {
    const { ending } = await crashed(
      `process.on('uncaughtException', () => { throw new Error('worse'); }); throw new Error('boom');`,
    );
    expect(ending.status).toBe(7);
  });

  test('that captures exceptions: the snapshot is taken, too', async () => {
    const { ending } = await crashed(
      `process.setUncaughtExceptionCaptureCallback((e) => { console.error('captured', e.message); process.exit(4); }); throw new Error('boom');`,
    );
    expect(ending).toMatchObject({ status: 4, stderr: 'captured boom\n' });
  });

  test('that monitors exceptions itself', async () => {
    const { snapshot } = await crashed(
      `process.on('uncaughtExceptionMonitor', (e, origin) => console.error('monitor', e.message, origin)); throw new Error('boom');`,
    );
    expect(snapshot.header.error?.message).toBe('boom');
  });

  test('that throws the same error again: one snapshot', async () => {
    const { snapshot } = await crashed(`
      const e = new Error('again');
      process.on('uncaughtException', () => undefined);
      setTimeout(() => { throw e; }, 1);
      setTimeout(() => { throw e; }, 5);
      setTimeout(() => process.removeAllListeners('uncaughtException'), 10);
      setTimeout(() => { throw e; }, 15);
    `);
    expect(snapshot.header.error?.message).toBe('again');
  });

  test('a domain', async () => {
    const { snapshot } = await crashed(
      `import('node:domain').then(({ default: domain }) => { const d = domain.create(); d.on('error', (e) => { console.log('domain', e.message); }); d.run(() => setTimeout(() => { throw new Error('boom'); }, 1)); });`,
    );
    expect(snapshot.header.error?.message).toBe('boom');
  });
});

describe('a rejection that nobody handles', { timeout: 30_000 }, () => {
  test.each([
    ['an error', `Promise.reject(new Error('boom'))`, { type: 'Error', message: 'boom' }],
    ['undefined', `Promise.reject(undefined)`, { type: 'UnhandledPromiseRejection' }],
    ['a string', `Promise.reject('text')`, { type: 'UnhandledPromiseRejection' }],
    [
      'a cause',
      `(async () => { throw new Error('outer', { cause: new Error('inner') }); })()`,
      { message: 'outer', cause: { message: 'inner' } },
    ],
    [
      'an aggregate',
      `Promise.any([Promise.reject(new Error('a')), Promise.reject(new Error('b'))])`,
      { type: 'AggregateError' },
    ],
  ])('%s: the same last words, and a snapshot', async (_what, code, error) => {
    const { ending, snapshot } = await crashed(code);
    expect(ending.status).toBe(1);
    expect(snapshot.header).toMatchObject({ reason: 'crash', origin: 'unhandledRejection', error });
  });

  test.each([
    ['throw', 1, 1],
    ['strict', 1, 1],
    ['warn', 0, 0],
    ['none', 0, 0],
    ['warn-with-error-code', 1, 0],
  ])('--unhandled-rejections=%s: as without', async (mode, status, snapshots) => {
    const { ending, files } = await crash(`Promise.reject(new Error('boom'));`, [`--unhandled-rejections=${mode}`]);
    expect(ending.status).toBe(status);
    expect(files).toHaveLength(snapshots);
  });

  test('an application that handles them itself does not crash', async () => {
    const { ending, files } = await crash(
      `process.on('unhandledRejection', (e) => console.log('mine', e.message)); Promise.reject(new Error('boom'));`,
    );
    expect(ending).toMatchObject({ status: 0, stdout: 'mine boom\n' });
    expect(files).toEqual([]);
  });

  test('handled later than a turn, as without', async () => {
    const { ending } = await crash(
      `const p = Promise.reject(new Error('boom')); setTimeout(() => p.catch(() => console.log('late')), 5);`,
    );
    expect(ending.status).toBe(1);
  });
});

describe('a process that does not crash', { timeout: 30_000 }, () => {
  test.each([
    ['returns', `console.log('done')`, 0],
    ['exits', `process.exit(6)`, 6],
  ])('%s: no snapshot', async (_what, code, status) => {
    const { ending, files } = await crash(code);
    expect(ending.status).toBe(status);
    expect(files).toEqual([]);
  });
});
