// Where lines go: files, several streams, threads; and what is left when a process ends. On dist/, for workers are files.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import pino from 'ttlog/pino';
import { root } from '../../../scripts/entries.mjs';
import { plainEnvironment } from '../../../scripts/run.mjs';

const folder = mkdtempSync(join(tmpdir(), 'ttlog-pino-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let programs = 0;

/** A program that says `const pino = require('ttlog/pino')`; `file` is where it may write. */
function run(code: string): { status: number | null; stdout: string; stderr: string; lines: unknown[] } {
  const file = join(folder, `${++programs}.log`);
  const program = join(folder, `${programs}.cjs`);
  writeFileSync(file, '');
  writeFileSync(
    program,
    `const pino = require(${JSON.stringify(createRequire(import.meta.url).resolve(`${root}dist/cjs/compat/pino/index.js`))});
     const file = ${JSON.stringify(file)};
     const options = { base: null, timestamp: false };
     ${code}`,
  );
  const { TTLOG: _ttlog, LOG_LEVEL: _level, ...env } = plainEnvironment();
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8', env, timeout: 20_000 });
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
  return { status, stdout, stderr, lines };
}

const fine = { status: 0, stdout: '', stderr: '' };
const hello = { level: 30, msg: 'hello' };

describe('lines reach', () => {
  test.each([
    ['a file', `pino(options, file).info('hello');`],
    ['a file alone', `const log = pino(file); log.child({}).info('hello');`],
    ['a destination', `pino(options, pino.destination({ dest: file, minLength: 4096 })).info('hello');`],
    ['a synchronous destination, before anything else', `pino(options, pino.destination({ dest: file, sync: true })).info('hello'); process.kill(process.pid, 'SIGKILL');`],
    ['a thread', `pino({ ...options, transport: { target: 'pino/file', options: { destination: file } } }).info('hello');`],
    ['a thread under our name for it', `pino(options, pino.transport({ target: 'ttlog/pino/file', options: { destination: file } })).info('hello');`],
    ['a thread of a process that exits at once', `pino(options, pino.transport({ target: 'pino/file', options: { destination: file } })).info('hello'); process.exit(0);`],
  ])('%s', (what, code) => {
    const { lines, ...end } = run(code);
    expect(lines).toMatchObject([hello]);
    expect(end).toEqual(what.includes('before anything else') ? { ...fine, status: null } : fine);
  }); // prettier-ignore

  test('the targets of a transport whose level they reach', () => {
    const { lines, stderr } = run(`
      const log = pino({ ...options, level: 'debug', transport: { targets: [
        { target: 'pino/file', level: 'warn', options: { destination: file } },
        { target: 'pino/file', level: 'debug', options: { destination: 1 } },
      ] } });
      log.debug('low');
      log.warn('high');`);
    expect(lines).toEqual([{ level: 40, msg: 'high' }]);
    expect(stderr).toBe('');
  });

  test('the end of a pipeline', () => {
    const upper = join(folder, 'upper.cjs');
    writeFileSync(
      upper,
      `const { Transform } = require('node:stream');
       module.exports = () => new Transform({ transform: (chunk, _, done) => done(null, String(chunk).replace('hello', 'HELLO')) });`,
    );
    const { lines } = run(`
      pino(options, pino.transport({ pipeline: [
        { target: ${JSON.stringify(upper)} },
        { target: 'pino/file', options: { destination: file } },
      ] })).info('hello');`);
    expect(lines).toEqual([{ level: 30, msg: 'HELLO' }]);
  });

  test('stdout by its number, and nowhere where there is no stream and no init()', () => {
    expect(run(`pino(options, pino.destination(1)).info('hello');`)).toMatchObject({
      stdout: '{"level":30,"msg":"hello"}\n',
      stderr: '',
    });
    expect(run(`pino(options).info('hello');`)).toMatchObject({ ...fine, lines: [] });
  });

  test('every stream whose level they reach, deduplicated or not', () => {
    const got: Record<string, string[]> = { all: [], warn: [], error: [] };
    const entry = (name: string, level?: pino.Level) => ({
      ...(level === undefined ? {} : { level }),
      stream: { write: (line: string) => void got[name].push((JSON.parse(line) as { msg: string }).msg) },
    });
    const entries = [entry('all'), entry('error', 'error'), entry('warn', 'warn')];
    for (const dedupe of [false, true]) {
      const log = pino({ level: 'trace' }, pino.multistream(entries, { dedupe }));
      log.debug(`debug ${dedupe}`);
      log.info(`info ${dedupe}`);
      log.error(`error ${dedupe}`);
    }
    expect(got).toEqual({
      all: ['info false', 'error false', 'info true'],
      warn: ['error false'],
      error: ['error false', 'error true'],
    });
  });

  test('a stream that asks what they were made of', () => {
    const stream = {
      [pino.symbols.needsMetadataGsym]: true as const,
      write() {},
    } as unknown as pino.DestinationStreamHasMetadata;
    const log = pino(stream as unknown as pino.DestinationStream);
    const child = log.child({ a: 1 });
    child.warn({ b: 2 }, 'told');
    expect(stream).toMatchObject({ lastLevel: 40, lastObj: { b: 2 }, lastMsg: 'told', lastLogger: child });
    expect(Number(stream.lastTime)).toBeGreaterThan(0);
  });
});

describe('what goes wrong', () => {
  test('a target that is not there is told at once', () => {
    expect(() => pino.transport({ target: 'no-such-transport' })).toThrow(
      'unable to determine transport target for "no-such-transport"',
    );
    expect(() => pino.transport({ target: 'a', targets: [] } as never)).toThrow('only one of target or targets');
  });

  test('what a stream throws comes to the caller, after the call was recorded', () => {
    const log = pino({
      write() {
        throw new Error('full');
      },
    });
    expect(() => log.info('x')).toThrow('full');
  });

  test('a broken pipe ends the writing, not the process', () => {
    const { status, stderr } = run(`
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', \`
        const pino = require(\${JSON.stringify(require.resolve(${JSON.stringify(`${root}dist/cjs/compat/pino/index.js`)}))});
        const log = pino(pino.destination(1));
        const timer = setInterval(() => log.info('again'), 1);
        process.stdin.on('end', () => clearInterval(timer)).resume();
      \`], { stdio: ['pipe', 'pipe', 'inherit'] });
      child.stdout.once('data', () => { child.stdout.destroy(); child.stdin.end(); });
      child.on('exit', (code) => process.exit(code ?? 1));`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('a package that is missing is named, with what installs it', () => {
    const { stderr, lines } = run(`
      const Module = require('node:module');
      const load = Module._load;
      Module._load = (name, ...rest) => {
        if (/sonic-boom|thread-stream/.test(name)) throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
        return load(name, ...rest);
      };
      for (const need of [() => pino(file), () => pino.transport({ target: 'pino/file' })])
        try { need(); } catch (error) { console.error(error.code, error.message); }
      pino(options, { write: (line) => require('node:fs').writeFileSync(file, line) }).info('hello');`);
    expect(stderr).toBe(
      'ERR_MISSING_PEER pino.destination() needs sonic-boom. Run npm install sonic-boom.\n' +
        'ERR_MISSING_PEER pino.transport() needs thread-stream. Run npm install thread-stream.\n',
    );
    expect(lines).toEqual([hello]);
  });
});
