import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRingFiles } from '../../src/recorder/ring-files.js';
import { TtlogError } from '../../src/core/errors.js';
import { readLines } from '../support/child.js';
import { boxesIn, places, service } from './support.js';

const place = places();
const NAME = 'shop-2026-01-01T00-00-00.000Z-4711';

/** The ring file of a process that was killed. */
async function deadRing(): Promise<string> {
  await service(
    place(),
    `for (let i = 0; i < 500; i++) info('Order', { i }); process.kill(process.pid, 'SIGKILL');`,
    'capacityBytes: 131072',
  );
  const [folder] = boxesIn(place());
  return join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.ring'))!,
  );
}

async function start(): Promise<Record<string, unknown>[]> {
  const run = await service(place(), `info('Alive'); await handle.shutdown();`);
  expect(run).toMatchObject({ status: 0, stderr: '' });
  const lines = readLines(place().log);
  expect(lines.at(-1)).toMatchObject({ msg: 'Alive' });
  return lines;
}

test('garbage in the folder does not stop a start', async () => {
  const { boxes } = place();
  mkdirSync(join(boxes, NAME), { recursive: true, mode: 0o700 });
  writeFileSync(join(boxes, NAME, 'lock'), '');
  writeFileSync(join(boxes, NAME, 't0-0.ring'), 'no ring at all');
  writeFileSync(join(boxes, 'shop-2026-01-01T00-00-00.000Z-1'), 'a file, not a folder');
  symlinkSync('/etc', join(boxes, 'shop-2026-01-01T00-00-00.000Z-2'));
  mkdirSync(join(boxes, 'shop-2026-01-01T00-00-00.000Z-3'));
  symlinkSync('/etc/passwd', join(boxes, 'shop-2026-01-01T00-00-00.000Z-3', 'lock'));
  mkdirSync(join(boxes, 'shop-2026-01-01T00-00-00.000Z-4'));
  writeFileSync(join(boxes, 'shop-2026-01-01T00-00-00.000Z-4', 'lock'), '');
  symlinkSync('/etc/passwd', join(boxes, 'shop-2026-01-01T00-00-00.000Z-4', 't0-0.ring'));
  await start();
  expect(readFileSync('/etc/passwd', 'utf8')).toContain('root');
});

test('a ring that was cut is told as damaged, and the start goes on', async () => {
  truncateSync(await deadRing(), 100_000);
  await start();
  expect(boxesIn(place()).filter((folder) => folder.endsWith(NAME))).toEqual([]);
});

test('a ring with bits flipped is read as far as it makes sense', async () => {
  const file = await deadRing();
  const bytes = readFileSync(file);
  for (let at = 5000; at < bytes.length; at += 997) bytes[at] ^= 1 << (at % 8);
  writeFileSync(file, bytes);
  expect((await start()).filter(({ target }) => target === 'ttlog')).toHaveLength(1);
});

/** 'read', or the code of what was thrown. */
function outcomeOf(read: () => unknown): unknown {
  try {
    read();
    return 'read';
  } catch (error) {
    return error instanceof TtlogError ? error.code : error;
  }
}

test('reading a damaged ring file never throws anything but ERR_SNAPSHOT_FORMAT', async () => {
  const file = await deadRing();
  const whole = readFileSync(file);
  const copy = join(place().dir, 'copy.ring');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.oneof(fc.nat(4095), fc.nat(whole.length - 1)), fc.nat(255)), { maxLength: 40 }),
      fc.option(fc.nat(whole.length), { nil: undefined }),
      (changes, length) => {
        const bytes = Buffer.from(whole.subarray(0, length));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        writeFileSync(copy, bytes);
        expect(['read', 'ERR_SNAPSHOT_FORMAT']).toContain(outcomeOf(() => readRingFiles([copy], 2 ** 28)));
      },
    ),
    { numRuns: 60 },
  );
});

test('a folder that others may write to is refused, with the fix, and the service runs without', async () => {
  const { boxes } = place();
  mkdirSync(boxes, { mode: 0o700 });
  chmodSync(boxes, 0o777);
  const lines = await start();
  expect(lines).toMatchObject([
    { level: 40, target: 'ttlog', reason: expect.stringContaining('chmod 700') as string },
    {},
  ]);
});

test('where there is no room, the ring is an ordinary one', async () => {
  const lines = await service(place(), `info('Alive'); await handle.shutdown();`, 'capacityBytes: 1024 ** 3');
  expect(lines.status).toBe(0);
  const told = readLines(place().log).filter(({ target }) => target === 'ttlog');
  const { bavail, bsize } = (await import('node:fs')).statfsSync('/dev/shm');
  expect(told.some(({ reason }) => String(reason).includes('--shm-size'))).toBe(bavail * bsize < 2.1 * 1024 ** 3);
});

test('wrong options are told', async () => {
  const { init } = await import('../../src/runtime/init.js');
  expect(() => init({ blackBox: 7 as never })).toThrow(
    /Expected blackBox to be a boolean or the path of a folder, got 7/,
  );
});
