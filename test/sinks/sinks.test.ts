import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { debug, error, info, TtlogError, warn } from 'ttlog';
import { consoleSink, fileSink, memorySink } from 'ttlog/sinks';
import { readLines, runChild, temporaryPath } from '../support/child.js';
import { start } from '../support/running.js';

describe('fileSink', () => {
  it('makes the file, for its owner only, and its folder', async () => {
    const path = temporaryPath('a/b/shop.ndjson');
    const handle = start({ sinks: [fileSink({ path })] });
    info('One');
    await handle.flush();
    expect(readLines(path)).toMatchObject([{ level: 30, target: 'shop', msg: 'One' }]);
    // Windows has no such modes.
    expect(statSync(path).mode & 0o777).toBe(process.platform === 'win32' ? 0o666 : 0o600);
  });

  it('appends to what is there', async () => {
    const path = temporaryPath('append.ndjson');
    writeFileSync(path, '{"msg":"Before"}\n');
    const handle = start({ sinks: [fileSink({ path: pathToFileURL(path) })] });
    info('After');
    await handle.shutdown();
    expect(readLines(path).map(({ msg }) => msg)).toEqual(['Before', 'After']);
  });

  it('has a level of its own', async () => {
    const quiet = temporaryPath('quiet.ndjson');
    const all = temporaryPath('all.ndjson');
    const handle = start({
      level: 'off',
      sinks: [fileSink({ path: quiet, level: 'warn' }), fileSink({ path: all, level: 'trace' })],
    });
    debug('One');
    warn('Two');
    await handle.flush();
    expect(readLines(quiet).map(({ msg }) => msg)).toEqual(['Two']);
    expect(readLines(all).map(({ msg }) => msg)).toEqual(['One', 'Two']);
  });

  it('writes when it is called as a function, too', async () => {
    const path = temporaryPath('called.ndjson');
    const file = fileSink({ path });
    const handle = start({ sinks: [(batch) => file(batch.filter(({ level }) => level > 3))] });
    info('One');
    error('Two', { a: 1 });
    await handle.flush();
    expect(readLines(path)).toMatchObject([{ level: 50, msg: 'Two', a: 1 }]);
    await file[Symbol.asyncDispose]!();
  });

  it('writes the same in the thread as beside it', async () => {
    const lines: unknown[][] = [];
    for (const inThread of [true, false]) {
      const path = temporaryPath('both.ndjson');
      rmSync(path, { force: true });
      const handle = start({ inThread, sinks: [fileSink({ path })] });
      info('Größe', { text: '日本\n', nested: { a: [1, null] } });
      await handle.shutdown();
      lines.push([readFileSync(path, 'utf8').replace(/"time":\d+/, '')]);
    }
    expect(lines[0]).toEqual(lines[1]);
  });

  it.each([[undefined], [''], [7]])('refuses %j as its path', (path) => {
    expect(() => fileSink({ path: path as string })).toThrow(/Expected path to be the path of a file/);
  });
});

describe('memorySink', () => {
  it('keeps records until it is cleared', async () => {
    const memory = memorySink();
    const handle = start({ sinks: [memory] });
    info('One', { a: 1 });
    expect(handle.flushSync()).toBe(true);
    expect(memory.records.map(({ values }) => values)).toEqual([{ a: 1 }]);
    memory.clear();
    info('Two');
    handle.flushSync();
    expect(memory.records.map(({ message }) => message)).toEqual(['Two']);
  });

  it('keeps the newest where there is a limit', async () => {
    const memory = memorySink({ limit: 10 });
    const handle = start({ sinks: [memory] });
    for (let i = 0; i < 100; i++) info('Step', { i });
    handle.flushSync();
    expect(memory.records.map(({ values }) => values['i'])).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
    expect(() => memorySink({ limit: 0 })).toThrow(TtlogError);
  });
});

describe('consoleSink', () => {
  const program = (options: string): string => `
    import { error, getLogger, info, init, span } from 'ttlog';
    import { consoleSink } from 'ttlog/sinks';
    const handle = init({ service: 'shop', level: 'debug', sinks: [consoleSink(${options})] });
    info('Order placed', { order_id: 7, note: 'two words' });
    span('OrderService.place', { order_id: 7 }).end();
    error(Object.assign(new TypeError('declined', { cause: new Error('gateway') }), { code: 'E1' }), 'Payment failed');
    getLogger('evil').warn('a\\nFORGED\\u001b[31m', { 'k\\n': 'v\\u009b' });
    await handle.shutdown();`;

  it('writes NDJSON where nobody watches, whatever the colours', async () => {
    const { stdout, stderr } = await runChild(program(''), { env: { FORCE_COLOR: '1' } });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ msg }) => msg)).toEqual([
      'Order placed',
      'OrderService.place',
      'Payment failed',
      'a\nFORGED\u001b[31m',
    ]);
    expect(stderr).toBe('');
  });

  it('is pretty where it is asked to be', async () => {
    const { stdout } = await runChild(program(`{ format: 'pretty' }`));
    const lines = stdout
      .replaceAll(/\d\d:\d\d:\d\d\.\d\d\d/g, 'HH:MM:SS.mmm')
      .replaceAll(/[\d.]+ [nµm]?s/g, '12.3 µs')
      .replaceAll(/\[[0-9a-f]{8}\]/g, '[trace]')
      .split('\n')
      .filter((line) => !line.startsWith('      '));
    expect(lines).toEqual([
      'HH:MM:SS.mmm INFO  shop  Order placed  order_id=7 note="two words"',
      'HH:MM:SS.mmm DEBUG shop  ─ OrderService.place  12.3 µs  order_id=7  [trace]',
      'HH:MM:SS.mmm ERROR shop  Payment failed',
      '    TypeError: declined  code=E1',
      '    caused by: Error: gateway',
      'HH:MM:SS.mmm WARN  evil  a\\nFORGED\\e[31m  "k\\n"=v\\u009b',
      '',
    ]);
    expect(stdout).toContain('        at ');
  });

  it('has colours where they are forced, and none where they are not wanted', async () => {
    const forced = await runChild(program(`{ format: 'pretty' }`), { env: { FORCE_COLOR: '1' } });
    expect(forced.stdout).toContain('\u001b[32mINFO');
    const unwanted = await runChild(program(`{ format: 'pretty' }`), { env: { FORCE_COLOR: '', NO_COLOR: '1' } });
    expect(unwanted.stdout).not.toContain('\u001b');
    expect(unwanted.stdout).toContain('INFO  shop  Order placed');
  });

  it('has colours, time and width as its options say', async () => {
    const { stdout } = await runChild(program(`{ format: 'pretty', colors: true, time: 'none', width: 40 }`), {
      env: { NO_COLOR: '1' },
    });
    const [first, second] = stdout.split('\n');
    expect(first).toBe('\u001b[32mINFO \u001b[0m\u001b[35m shop  \u001b[0mOrder placed  \u001b[2morder_id=\u001b[0m7');
    expect(second).toBe(`${' '.repeat(12)}\u001b[2mnote=\u001b[0m"two words"`);
    const plain = await runChild(program(`{ format: 'pretty', colors: false }`), { env: { FORCE_COLOR: '1' } });
    expect(plain.stdout).not.toContain('\u001b');
  });

  it('draws spans around what happens in them, whatever is recorded in between', async () => {
    const { stdout } = await runChild(`
      import { getLogger, info, init, span, withSpan } from 'ttlog';
      import { consoleSink } from 'ttlog/sinks';
      const handle = init({ service: 'shop', level: 'debug', capacity: 4096, sinks: [consoleSink({ format: 'pretty', time: 'none' })] });
      const noise = getLogger('noise');
      await handle.flush();
      const outer = span('outer');
      outer.run(() => {
        for (let i = 0; i < 20000; i++) noise.trace('Noise', { i });
        info('Inside');
        span('inner').end();
      });
      outer.end();
      await handle.shutdown();`);
    const lines = stdout.replaceAll(/[\d.]+ [nµm]?s/g, 'TIME').replaceAll(/\[[0-9a-f]{8}\]/g, '[trace]');
    expect(lines.trimEnd().split('\n')).toEqual([
      'INFO  shop  │ Inside',
      'DEBUG shop  │ ─ inner  TIME',
      'DEBUG shop  ╰ outer  TIME  [trace]',
    ]);
  });

  it('writes to stderr where it is told to', async () => {
    const { stdout, stderr } = await runChild(program(`{ stream: 'stderr', level: 'error' }`));
    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toMatchObject({
      level: 50,
      msg: 'Payment failed',
      err: { type: 'TypeError', code: 'E1', cause: { message: 'gateway' } },
    });
  });

  it('refuses what it does not know', () => {
    expect(() => consoleSink({ format: 'xml' as never })).toThrow(
      /Expected format to be 'pretty', 'json' or 'auto', got "xml"/,
    );
    expect(() => consoleSink({ stream: 'fd3' as never })).toThrow(TtlogError);
    expect(() => consoleSink({ level: 'loud' as never })).toThrow(/Expected a sink's level/);
    expect(() => consoleSink({ colors: 'yes' as never })).toThrow(/Expected colors to be a boolean, got "yes"/);
    expect(() => consoleSink({ time: 'noon' as never })).toThrow(
      /Expected time to be one of clock, utc, .*, got "noon"/,
    );
    expect(() => consoleSink({ format: 'json', time: 'clock' })).toThrow(/Expected time to be 'epoch' or 'iso'/);
    expect(() => consoleSink({ width: 3 })).toThrow(/Expected width to be a whole number of columns from 20 up, got 3/);
    expect(() => fileSink({ path: 'x', time: 'clock' as never })).toThrow(/Expected time to be 'epoch' or 'iso'/);
  });
});
