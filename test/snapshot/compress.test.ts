import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { info } from '../../src/core/log.js';
import {
  compressSnapshot,
  compressSnapshots,
  pruneSnapshots,
  readSnapshot,
  writeSnapshotSync,
} from '../../src/recorder/snapshot.js';
import { newRing, temporaryDirectory } from './support.js';

function writeSome(dir: string, count: number, service = 'shop'): string[] {
  const ring = newRing();
  for (let i = 0; i < 500; i++) info('hello', { i });
  return Array.from(
    { length: count },
    () => writeSnapshotSync({ dir, service, reason: 'x', origin: 'call', rings: [ring] }).path,
  );
}

/** By zstd where Node has it. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Uint8Array) => Buffer };
const suffix = zstdDecompressSync === undefined ? '.gz' : '.zst';
const unpack = zstdDecompressSync ?? zlib.gunzipSync;

describe('compressing snapshots', () => {
  test('replaces each raw one by its compressed form', async () => {
    const dir = temporaryDirectory();
    const paths = writeSome(dir, 3);
    const raw = readFileSync(paths[0]);
    const { compressed, removed } = await compressSnapshots(dir);
    expect([...compressed].sort()).toEqual(paths.map((path) => `${path}${suffix}`).sort());
    expect(removed).toEqual([]);
    expect(readdirSync(dir).sort()).toEqual(compressed.map((path) => path.slice(dir.length + 1)).sort());
    expect(unpack(readFileSync(`${paths[0]}${suffix}`)).equals(raw)).toBe(true);
    expect(statSync(`${paths[0]}${suffix}`).size).toBeLessThan(raw.length / 2);
    expect((await readSnapshot(paths[0])).records.length).toBe(500);
  });

  test.skipIf(process.platform === 'win32')('the compressed one is for its owner only', async () => {
    const dir = temporaryDirectory();
    const [path] = writeSome(dir, 1);
    await compressSnapshots(dir);
    expect((statSync(`${path}${suffix}`).mode & 0o777).toString(8)).toBe('600');
  });

  test('keeps the newest of each service', async () => {
    const dir = temporaryDirectory();
    const shop = writeSome(dir, 5);
    const bank = writeSome(dir, 2, 'bank');
    const { removed } = await compressSnapshots(dir, { keep: 3 });
    expect([...removed].sort()).toEqual(shop.slice(0, 2).sort());
    expect(readdirSync(dir).sort()).toEqual(
      [...shop.slice(2), ...bank].map((path) => `${path.slice(dir.length + 1)}${suffix}`).sort(),
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
    expect(readdirSync(dir).sort()).toEqual(paths.map((path) => `${path.slice(dir.length + 1)}${suffix}`).sort());
    for (const path of paths) expect((await readSnapshot(path)).records.length).toBe(500);
  });

  test('two that ask for the same file get the same answer', async () => {
    const [path] = writeSome(temporaryDirectory(), 1);
    expect(await Promise.all([compressSnapshot(path), compressSnapshot(path)])).toEqual([
      `${path}${suffix}`,
      `${path}${suffix}`,
    ]);
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

describe('what is beyond the limits', () => {
  const ageOf = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString().replaceAll(':', '-');

  function leave(dir: string, hours: readonly number[], bytes: number): string[] {
    return hours.map((each) => {
      const name = `shop-${ageOf(each)}-1-call.ttlog.gz`;
      writeFileSync(join(dir, name), Buffer.alloc(bytes));
      return name;
    });
  }

  test('by age: older ones go', async () => {
    const dir = temporaryDirectory();
    const [old, older, young] = leave(dir, [30, 40, 1], 10);
    const removed = await pruneSnapshots(dir, { maxAgeMs: 24 * 3_600_000 });
    expect([...removed].sort()).toEqual([old, older].map((name) => join(dir, name)).sort());
    expect(readdirSync(dir)).toEqual([young]);
  });

  test('by size: the oldest go first, the newest stays', async () => {
    const dir = temporaryDirectory();
    const names = leave(dir, [4, 3, 2, 1], 1000);
    await pruneSnapshots(dir, { maxBytes: 2500 });
    expect(readdirSync(dir).sort()).toEqual(names.slice(2).sort());
    await pruneSnapshots(dir, { maxBytes: 10 });
    expect(readdirSync(dir)).toEqual(names.slice(3));
  });
});
