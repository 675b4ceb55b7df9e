// `ttlog tail`, `snapshot` and `stats` as the package has them, on processes that live, end and are killed meanwhile.
import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { root } from '../../scripts/entries.mjs';
import { plainEnvironment } from '../../scripts/run.mjs';
import { readSnapshot } from '../../src/recorder/snapshot.js';
import { parseLines } from '../support/child.js';

let dir: string;
const running: Program[] = [];

beforeEach(() => {
  dir = mkdtempSync('/dev/shm/ttlog-test-');
});

afterEach(async () => {
  for (const program of running.splice(0)) {
    program.child.kill('SIGKILL');
    await program.closed;
  }
  rmSync(dir, { recursive: true, force: true });
});

/** A child process that is looked at while it runs. */
class Program {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly closed: Promise<unknown>;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...plainEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.closed = once(this.child, 'close');
    running.push(this);
  }

  /** Resolves when it has written this. */
  async wrote(text: string): Promise<void> {
    while (!this.stdout.includes(text)) {
      if (this.child.exitCode !== null) throw new Error(`It ended without ${text}:\n${this.stdout}\n${this.stderr}`);
      await new Promise((resolve) => this.child.stdout.once('data', resolve).once('end', resolve));
    }
  }

  async ended(): Promise<{ status: number | null; stdout: string; stderr: string }> {
    await this.closed;
    return { status: this.child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }
}

const ttlog = (...args: string[]): Program => new Program(['dist/esm/cli.js', ...args]);

/** A service with a black box. It takes an order for each SIGUSR2, and ends at SIGTERM. Its process id is its first line. */
async function service(more = ''): Promise<{ program: Program; pid: string }> {
  const program = new Program([
    '--input-type=module',
    '--eval',
    `import { debug, error, info, init, trace, withSpan } from 'ttlog';
     import { fileSink } from 'ttlog/sinks';
     import { Worker } from 'node:worker_threads';
     const handle = init({ service: 'shop', blackBox: ${JSON.stringify(dir)}, sinks: [fileSink({ path: ${JSON.stringify(join(dir, 'shop.ndjson'))} })] });
     let orders = 0;
     process.on('SIGUSR2', () => withSpan('POST /orders', { order_id: ++orders }, () => {
       debug('Asking the bank');
       if (orders % 2 === 0) error('Declined', { err: new Error('no money') }); else info('Order placed');
     }));
     process.on('SIGTERM', async () => { info('Closing'); await handle.shutdown(); process.exit(0); });
     setInterval(() => {}, 1000);
     trace('Ready');
     ${more}
     console.log(process.pid);`,
  ]);
  await program.wrote('\n');
  return { program, pid: program.stdout.trim() };
}

describe('a process', () => {
  test('what was there, and what comes, at every level, until it ends', async () => {
    const { program, pid } = await service();
    const tail = ttlog('tail', pid, '--dir', dir);
    await tail.wrote('Ready');
    program.child.kill('SIGUSR2');
    await tail.wrote('Order placed');
    program.child.kill('SIGTERM');
    const { status, stdout, stderr } = await tail.ended();
    expect({ status, stderr }).toEqual({ status: 0, stderr: `ttlog: process ${pid} has ended\n` });
    expect(stdout).toMatch(
      /TRACE shop +Ready\n.* DEBUG shop +│ Asking the bank  order_id=1\n.* INFO  shop +│ Order placed .*\n.* DEBUG shop +╰ POST \/orders .*\n.* INFO  shop +Closing\n$/,
    );
  });

  test('a SIGKILL is told, after the last record', async () => {
    const { program, pid } = await service();
    const tail = ttlog('tail', pid, '--dir', dir);
    await tail.wrote('Ready');
    program.child.kill('SIGUSR2');
    await tail.wrote('Order placed');
    program.child.kill('SIGKILL');
    expect(await tail.ended()).toMatchObject({
      status: 0,
      stderr: `ttlog: process ${pid} died without a word; its rings are still there\n`,
    });
    // A folder of black boxes is none of snapshots, but says what can be viewed.
    const view = await ttlog('view', dir).ended();
    expect(view.status).toBe(1);
    const box = /there is ttlog view (.+)\n$/.exec(view.stderr)?.[1];
    expect((await ttlog('view', String(box)).ended()).stdout).toContain('Order placed');
  });

  test('--level, --target, --grep and --json; the process id may be left to the folder', async () => {
    const { program } = await service();
    const json = ttlog('tail', dir, '--json', '--level', 'info');
    const grep = ttlog('tail', dir, '--grep', '"order_id":2\\b', '--target', 'sh*');
    for (let i = 0; i < 4; i++) {
      program.child.kill('SIGUSR2');
      await json.wrote(`"order_id":${i + 1}`);
    }
    await grep.wrote('Declined');
    program.child.kill('SIGTERM');
    await Promise.all([json.ended(), grep.ended()]);
    expect(parseLines(json.stdout).map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['Order placed', 'Declined', 'Closing']),
    );
    expect(parseLines(json.stdout).every(({ level }) => Number(level) >= 30)).toBe(true);
    expect(grep.stdout.split('\n').filter((line) => /^\d\d:/.test(line))).toHaveLength(3);
    expect(grep.stdout).toContain('    Error: no money\n');
  });

  test('threads that come later', async () => {
    const worker = `const { debug } = require('ttlog'); debug('In a worker'); setInterval(() => {}, 1000);`;
    const { program, pid } = await service(
      `process.once('SIGHUP', () => new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [] }));`,
    );
    const tail = ttlog('tail', pid, '--dir', dir);
    await tail.wrote('Ready');
    program.child.kill('SIGHUP');
    await tail.wrote('In a worker');
    expect(tail.stdout).toMatch(/In a worker +thread \d+/);
  });

  test('view --follow shows what is in the rings first; Ctrl-C ends it with 0', async () => {
    const { program, pid } = await service(`for (let i = 0; i < 100; i++) trace('Warming up', { i });`);
    const [folder] = readdirSync(dir).filter((name) => name.endsWith(`-${pid}`));
    const follow = ttlog('view', '--follow', join(dir, folder, 't0-0.ring'));
    await follow.wrote('i=99');
    program.child.kill('SIGUSR2');
    await follow.wrote('Order placed');
    follow.child.kill('SIGINT');
    expect(await follow.ended()).toMatchObject({ status: 0, stderr: '' });
    expect(follow.stdout.match(/Warming up/g)).toHaveLength(100);
  });

  test('records that are overwritten before they could be read are counted and said', async () => {
    const { program, pid } = await service(
      `process.once('SIGHUP', () => { for (let i = 0; i < 2_000_000; i++) trace('Flood', { i }); info('Dry again'); });`,
    );
    const tail = ttlog('tail', pid, '--dir', dir, '--grep', 'Ready|Dry');
    await tail.wrote('Ready');
    program.child.kill('SIGHUP');
    await tail.wrote('Dry again');
    program.child.kill('SIGTERM');
    expect((await tail.ended()).stderr).toMatch(/ttlog: [\d,]+ records? overwritten before they could be read\n/);
  });

  test('snapshot PID: from outside, readable, for its owner only; stats PID', async () => {
    const { program, pid } = await service();
    const tail = ttlog('tail', pid, '--dir', dir);
    await tail.wrote('Ready');
    program.child.kill('SIGUSR2');
    await tail.wrote('Order placed');
    const out = join(dir, 'out');
    const taken = await ttlog('snapshot', pid, '--dir', dir, '--out', out, '--json').ended();
    expect(taken).toMatchObject({ status: 0, stderr: '' });
    const { path } = JSON.parse(taken.stdout) as { path: string };
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
    const { header, records } = await readSnapshot(path);
    expect(header).toMatchObject({
      service: 'shop',
      reason: 'from outside',
      origin: 'outside',
      process: { pid: Number(pid) },
    });
    expect(records.map(({ message }) => message)).toEqual(expect.arrayContaining(['Ready', 'Order placed']));

    const stats = await ttlog('stats', pid, '--dir', dir, '--json').ended();
    expect(stats).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(stats.stdout)).toMatchObject({
      service: 'shop',
      pid: Number(pid),
      running: true,
      rings: [{ dropped: 0 }],
    });
    // The folder of all black boxes: the newest, as for `tail`.
    const newest = await ttlog('stats', dir, '--json').ended();
    expect(JSON.parse(newest.stdout)).toMatchObject({ service: 'shop', pid: Number(pid) });
    expect((await ttlog('stats', dir + '/nothing').ended()).status).toBe(1);
  });
});

test('a process without a black box is left alone', async () => {
  const other = new Program(['--eval', `setInterval(() => {}, 1000); console.log('up')`]);
  await other.wrote('up');
  for (const command of ['tail', 'snapshot', 'stats']) {
    const { status, stderr } = await ttlog(command, String(other.child.pid), '--dir', dir).ended();
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /Expected a black box of process \d+, but there is none .* init\(\{ blackBox: true \}\).* \(npm install koffi\)/,
    );
  }
  expect(other.child.exitCode).toBe(null);
});

describe('a log file', () => {
  const line = (msg: string, more: object = {}): string =>
    `${JSON.stringify({ level: 30, time: 1_790_000_000_000, pid: 1, hostname: 'web', target: 'shop', ...more, msg })}\n`;

  test('its last lines, what is added, what comes after a rotation, each once', async () => {
    const path = join(dir, 'shop.log');
    writeFileSync(path, line('One') + line('Two', { order_id: 7 }) + 'no JSON\n' + line('Three'));
    const tail = ttlog('tail', path, '--last', '3');
    await tail.wrote('Three');
    appendFileSync(path, line('Four').slice(0, 20));
    appendFileSync(path, line('Four').slice(20));
    await tail.wrote('Four');
    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, line('Five'));
    await tail.wrote('Five');
    writeFileSync(path, line('Six'));
    await tail.wrote('Six');
    writeFileSync(path, ''); // copytruncate
    appendFileSync(path, line('7'));
    await tail.wrote('  7');
    tail.child.kill('SIGINT');
    expect(await tail.ended()).toMatchObject({ status: 0, stderr: '' });
    const shown = tail.stdout.replaceAll(/^[\d:.]+ INFO {2}shop {2}/gm, '');
    expect(shown).toBe('Two  order_id=7\nno JSON\nThree\nFour\nFive\nSix\n7\n');
  });

  test('--no-follow, filters, errors and spans; the newest of a folder', async () => {
    const err = { type: 'TypeError', message: 'boom', stack: 'TypeError: boom\n    at charge (app.js:1:2)' };
    writeFileSync(
      join(dir, 'shop.ndjson'),
      line('Fine', { level: 20 }) +
        line('charge', {
          level: 50,
          target: 'bank',
          duration_ms: 12.5,
          outcome: 'error',
          err,
          trace_id: 'ab'.repeat(16),
          span_id: '1'.repeat(16),
        }),
    );
    const { status, stdout } = await ttlog('tail', dir, '--no-follow', '--level', 'error', '--target', 'bank').ended();
    expect(status).toBe(0);
    expect(stdout).toMatch(/ERROR bank {2}─ charge {2}12\.5 ms failed .*\n {4}TypeError: boom\n {8}at charge/);
    const json = await ttlog('tail', join(dir, 'shop.ndjson'), '--no-follow', '--json', '--trace', 'abab').ended();
    expect(parseLines(json.stdout).map(({ msg }) => msg)).toEqual(['charge']);
  });

  test('control characters in it move no cursor and begin no line', async () => {
    writeFileSync(join(dir, 'x.log'), `${line('a\u001b[2Jb\nc', { k: '\u0007\u009b1m' })}raw \u001b[31m\n`);
    const { stdout } = await ttlog('tail', join(dir, 'x.log'), '--no-follow').ended();
    // eslint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(stdout.split('\n')).toHaveLength(3);
  });
});

test.each([
  [['tail'], 2],
  [['tail', 'a', 'b'], 2],
  [['tail', '.', '--level', 'loud'], 2],
  [['tail', '.', '--grep', '('], 2],
  [['tail', '.', '--last', 'many'], 2],
  [['tail', './no-such-file'], 1],
  [['snapshot', 'shop'], 2],
  [['snapshot', '4194305'], 1],
  [['stats'], 2],
  [['view', '--follow', 'package.json'], 2],
])('ttlog %j ends with %i', async (args, status) => {
  const ending = await ttlog(...args).ended();
  expect(ending.status).toBe(status);
  expect(ending.stderr).toMatch(/^ttlog: /);
  expect(existsSync(dir)).toBe(true);
});
