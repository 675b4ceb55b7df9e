import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TtlogHandle } from 'ttlog';
import { info, init } from 'ttlog';
import type { RotateOptions } from 'ttlog/sinks';
import { fileSink } from 'ttlog/sinks';
import { nextBoundaryMs } from '../../src/recorder/rotation-times.js';
import { parseLines, readLines, runChild } from '../support/child.js';

let dir: string;
let path: string;
let handle: TtlogHandle | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ttlog-rotation-'));
  path = join(dir, 'shop.ndjson');
});
afterEach(async () => {
  await handle?.shutdown();
  handle = undefined;
  rmSync(dir, { recursive: true, force: true });
});

function start(rotate?: RotateOptions): void {
  handle = init({ service: 'shop', sinks: [fileSink(rotate === undefined ? { path } : { path, rotate })] });
}

/** Names of the files that were put aside, oldest first. */
const rotated = (): string[] =>
  readdirSync(dir)
    .filter((name) => name.startsWith('shop-'))
    .sort();

function linesIn(name: string): Record<string, unknown>[] {
  const bytes = readFileSync(join(dir, name));
  return parseLines((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString());
}

const numbersIn = (names: readonly string[]): unknown[] => names.flatMap((name) => linesIn(name).map(({ i }) => i));
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('by size', () => {
  test.each([300, 4096, 50_000])('lines that are written together are shared out: %i bytes a file', async (bytes) => {
    start({ bytes, keep: 10_000 });
    for (let i = 0; i < 3000; i++) info('Step', { i });
    await handle!.shutdown();
    const names = rotated();
    expect(numbersIn([...names, 'shop.ndjson'])).toEqual(upTo(3000));
    const sizes = names.map((name) => statSync(join(dir, name)).size);
    // Full, but for a line that had no room.
    expect(sizes.filter((size) => size > bytes || size < bytes - 200)).toEqual([]);
  });

  test('a file for each line, where none is small enough', async () => {
    start({ bytes: 1, keep: 1000 });
    for (let i = 0; i < 100; i++) info('Step', { i });
    await handle!.shutdown();
    expect(rotated().map((name) => linesIn(name).map(({ i }) => i))).toEqual(upTo(99).map((i) => [i]));
  });

  test('no line is lost, split or written twice, and no file is larger', async () => {
    start({ bytes: 4096, keep: 1000 });
    for (let i = 0; i < 2000; i++) {
      info('Order', { i });
      if (i % 10 === 0) await handle!.flush();
    }
    await handle!.flush();
    const names = rotated();
    expect(names.length).toBeGreaterThan(20);
    expect(numbersIn([...names, 'shop.ndjson'])).toEqual(upTo(2000));
    for (const name of names) {
      expect(statSync(join(dir, name)).size).toBeLessThanOrEqual(4096);
      expect(name).toMatch(/^shop-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-\d+\.ndjson$/);
      expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
    }
  });

  test('keep: the oldest are deleted; files of other names stay', async () => {
    writeFileSync(join(dir, 'shop-notes.ndjson'), 'mine');
    start({ bytes: 1000, keep: 3 });
    for (let i = 0; i < 200; i++) {
      info('Order', { i });
      await handle!.flush();
    }
    expect(rotated().filter((name) => name !== 'shop-notes.ndjson').length).toBeLessThanOrEqual(4);
    expect(readFileSync(join(dir, 'shop-notes.ndjson'), 'utf8')).toBe('mine');
    expect(readLines(path).at(-1)).toMatchObject({ i: 199 });
  });

  test('compress: what was put aside becomes .gz, with the same lines', async () => {
    start({ bytes: '2KB', keep: 100, compress: true });
    for (let i = 0; i < 100; i++) {
      info('Order', { i });
      await handle!.flush();
    }
    await waitFor(() => rotated().length > 0 && rotated().every((name) => name.endsWith('.gz')));
    expect(numbersIn([...rotated(), 'shop.ndjson'])).toEqual(upTo(100));
  });

  test('a line that is larger than a file is written all the same', async () => {
    start({ bytes: 100 });
    info('Long', { text: 'x'.repeat(5000) });
    await handle!.flush();
    info('Next', { i: 1 });
    await handle!.flush();
    expect(linesIn(rotated()[0])).toMatchObject([{ msg: 'Long' }]);
    expect(readLines(path)).toMatchObject([{ msg: 'Next' }]);
  });
});

describe('by time', () => {
  test('every so many milliseconds', async () => {
    start({ every: 200, keep: 1000 });
    for (let i = 0; rotated().length < 3; i++) {
      info('Tick', { i });
      await handle!.flush();
    }
    await handle!.shutdown();
    const numbers = numbersIn([...rotated(), 'shop.ndjson'].filter((name) => existsSync(join(dir, name))));
    expect(numbers).toEqual(upTo(numbers.length));
  });

  test('days and hours end when those of the calendar do', () => {
    const noon = new Date(2026, 10, 26, 12, 34, 56).getTime();
    expect(new Date(nextBoundaryMs('day', noon))).toEqual(new Date(2026, 10, 27));
    expect(new Date(nextBoundaryMs('hour', noon))).toEqual(new Date(2026, 10, 26, 13));
    expect(nextBoundaryMs(1000, 12_345)).toBe(13_000);
    expect(nextBoundaryMs(undefined, noon)).toBe(Infinity);
  });
});

describe('somebody else', () => {
  test.each([
    ['moves the file (logrotate)', () => renameSync(path, `${path}.1`)],
    ['deletes it', () => rmSync(path)],
  ])('%s: it is noticed within a second, without a signal', async (_name, act) => {
    start();
    info('Before');
    await handle!.flush();
    act();
    const until = performance.now() + 10_000;
    while (!existsSync(path) && performance.now() < until) {
      info('After');
      await handle!.flush();
    }
    info('Last');
    await handle!.flush();
    expect(readLines(path).at(-1)).toMatchObject({ msg: 'Last' });
  });

  test('was killed in the middle of a line: the next one begins on a line of its own', async () => {
    appendFileSync(path, '{"level":30,"msg":"half');
    start();
    info('Whole');
    await handle!.flush();
    expect(readFileSync(path, 'utf8').split('\n')[0]).toBe('{"level":30,"msg":"half');
    expect(JSON.parse(readFileSync(path, 'utf8').split('\n')[1])).toMatchObject({ msg: 'Whole' });
  });

  test('was killed while it compressed: the next start does it again', async () => {
    const name = 'shop-2026-01-01T00-00-00.000Z-4711.ndjson';
    writeFileSync(join(dir, name), '{"i":0}\n');
    writeFileSync(join(dir, `${name}-4194304.ttlog-part`), 'half');
    start({ bytes: 1000, compress: true });
    info('Started', { i: 1 });
    await handle!.flush();
    await waitFor(() => existsSync(join(dir, `${name}.gz`)) && !existsSync(join(dir, name)));
    expect(readdirSync(dir).sort()).toEqual([`${name}.gz`, 'shop.ndjson']);
    expect(linesIn(`${name}.gz`)).toEqual([{ i: 0 }]);
  });

  test('writes the same file: four processes lose nothing and overwrite nothing', async () => {
    const program = (who: number): string => `
      import { info, init } from 'ttlog';
      import { fileSink } from 'ttlog/sinks';
      const handle = init({ sinks: [fileSink({ path: ${JSON.stringify(path)}, rotate: { bytes: 20_000, keep: 1000 } })] });
      for (let i = 0; i < 500; i++) { info('Order', { who: ${who}, i }); if (i % 20 === 0) await handle.flush(); }
      await handle.shutdown();`;
    const runs = await Promise.all([0, 1, 2, 3].map((who) => runChild(program(who))));
    expect(runs.map(({ status, stderr }) => [status, stderr])).toEqual(Array.from({ length: 4 }, () => [0, '']));
    const lines = [...rotated(), 'shop.ndjson'].filter((name) => existsSync(join(dir, name))).flatMap(linesIn);
    expect(lines).toHaveLength(2000);
    for (const who of [0, 1, 2, 3])
      expect(
        lines
          .filter((line) => line['who'] === who)
          .map(({ i }) => i as number)
          .sort((a, b) => a - b),
      ).toEqual(upTo(500));
  });
});

test('a rotation that fails is reported once, and the lines go on', async () => {
  const told: string[] = [];
  const target = join(dir, 'sub');
  mkdirSync(target);
  const file = join(target, 'shop.ndjson');
  handle = init({
    service: 'shop',
    sinks: [
      fileSink({ path: file, rotate: { bytes: 500 } }),
      (batch) => void told.push(...batch.map(({ message }) => message)),
    ],
    inThread: true,
  });
  info('First', { text: 'x'.repeat(400) });
  await handle.flush();
  // The name that it would get is too long for the file system.
  const long = join(target, `${'n'.repeat(240)}.ndjson`);
  const other = fileSink({ path: long, rotate: { bytes: 500 } });
  await handle.shutdown();
  handle = init({
    service: 'shop',
    sinks: [other, (batch) => void told.push(...batch.map(({ message }) => message))],
    inThread: true,
  });
  for (let i = 0; i < 20; i++) {
    info('Order', { i, text: 'x'.repeat(100) });
    await handle.flush();
  }
  expect(readLines(long).map(({ i }) => i)).toEqual(upTo(20));
  expect(told.filter((message) => message === 'A sink failed')).toHaveLength(1);
});

test.each([
  [{}, /rotate to be given bytes or every/],
  [{ bytes: 'much' }, /rotate\.bytes to be a number of bytes, or a text such as '100MB', got "much"/],
  [{ bytes: 0 }, /rotate\.bytes/],
  [{ every: 'week' }, /rotate\.every to be 'day', 'hour' or/],
  [{ bytes: 1, keep: -1 }, /rotate\.keep/],
  [{ size: 1 }, /size/],
  [{ bytes: 1, compress: 'gzip' }, /rotate\.compress/],
])('wrong options are told: %j', (rotate, message) => {
  expect(() => fileSink({ path, rotate: rotate as never })).toThrow(message);
});
