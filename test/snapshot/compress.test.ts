import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { info } from '../../src/core/log.js';
import { compressSnapshot, compressSnapshots, readSnapshot, writeSnapshotSync } from '../../src/recorder/snapshot.js';
import { newRing, temporaryDirectory } from './support.js';

function writeSome(dir: string, count: number, service = 'shop'): string[] {
  const ring = newRing();
  for (let i = 0; i < 500; i++) info('hello', { i });
  return Array.from(
    { length: count },
    () => writeSnapshotSync({ dir, service, reason: 'x', origin: 'call', rings: [ring] }).path,
  );
}

describe('compressing snapshots', () => {
  test('replaces each raw one by its compressed form', async () => {
    const dir = temporaryDirectory();
    const paths = writeSome(dir, 3);
    const raw = readFileSync(paths[0]);
    const { compressed, removed } = await compressSnapshots(dir);
    expect([...compressed].sort()).toEqual(paths.map((path) => `${path}.gz`).sort());
    expect(removed).toEqual([]);
    expect(readdirSync(dir).sort()).toEqual(compressed.map((path) => path.slice(dir.length + 1)).sort());
    expect(gunzipSync(readFileSync(`${paths[0]}.gz`)).equals(raw)).toBe(true);
    expect(statSync(`${paths[0]}.gz`).size).toBeLessThan(raw.length / 2);
    expect((await readSnapshot(paths[0])).records.length).toBe(500);
  });

  test.skipIf(process.platform === 'win32')('the compressed one is for its owner only', async () => {
    const dir = temporaryDirectory();
    const [path] = writeSome(dir, 1);
    await compressSnapshots(dir);
    expect((statSync(`${path}.gz`).mode & 0o777).toString(8)).toBe('600');
  });

  test('keeps the newest of each service', async () => {
    const dir = temporaryDirectory();
    const shop = writeSome(dir, 5);
    const bank = writeSome(dir, 2, 'bank');
    const { removed } = await compressSnapshots(dir, { keep: 3 });
    expect([...removed].sort()).toEqual(shop.slice(0, 2).sort());
    expect(readdirSync(dir).sort()).toEqual(
      [...shop.slice(2), ...bank].map((path) => `${path.slice(dir.length + 1)}.gz`).sort(),
    );
  });

  test('touches nothing that is not its own', async () => {
    const dir = temporaryDirectory();
    const others = [
      'notes.txt',
      'shop.ttlog',
      'shop-2026.ttlog.bak',
      '.hidden',
      'a-2026-11-23T17-20-31.123Z-x-crash.ttlog',
    ];
    for (const name of others) writeFileSync(join(dir, name), 'mine');
    await compressSnapshots(dir, { keep: 0 });
    expect(readdirSync(dir).sort()).toEqual(others.sort());
  });

  test('clears away what a dying writer left, once it is old', async () => {
    const dir = temporaryDirectory();
    for (const name of ['.old.ttlog.ttlog-part', '.young.ttlog.ttlog-part']) writeFileSync(join(dir, name), '');
    utimesSync(join(dir, '.old.ttlog.ttlog-part'), new Date(0), new Date(0));
    await compressSnapshots(dir);
    expect(readdirSync(dir)).toEqual(['.young.ttlog.ttlog-part']);
  });

  test('clears away what a dead compressor left, at once', async () => {
    const dir = temporaryDirectory();
    const { pid } = spawnSync(process.execPath, ['--version']);
    const alive = `.x.ttlog-${process.pid}.ttlog-part`;
    for (const name of [`.x.ttlog-${pid}.ttlog-part`, alive]) writeFileSync(join(dir, name), '');
    await compressSnapshots(dir);
    expect(readdirSync(dir)).toEqual([alive]);
  });

  test('several at once do not get into each other’s way', async () => {
    const dir = temporaryDirectory();
    const paths = writeSome(dir, 4);
    await Promise.all([compressSnapshots(dir), compressSnapshots(dir), compressSnapshots(dir)]);
    expect(readdirSync(dir).sort()).toEqual(paths.map((path) => `${path.slice(dir.length + 1)}.gz`).sort());
    for (const path of paths) expect((await readSnapshot(path)).records.length).toBe(500);
  });

  test('two that ask for the same file get the same answer', async () => {
    const [path] = writeSome(temporaryDirectory(), 1);
    expect(await Promise.all([compressSnapshot(path), compressSnapshot(path)])).toEqual([`${path}.gz`, `${path}.gz`]);
  });

  test('stops when told to, and leaves the rest as it was', async () => {
    const dir = temporaryDirectory();
    const paths = writeSome(dir, 3);
    await expect(compressSnapshots(dir, { signal: AbortSignal.abort() })).resolves.toEqual({
      compressed: [],
      removed: [],
    });
    expect(readdirSync(dir).length).toBe(paths.length);
  });

  test('a directory that is not there is no error', async () => {
    await expect(compressSnapshots(join(temporaryDirectory(), 'none'))).resolves.toEqual({
      compressed: [],
      removed: [],
    });
  });
});
