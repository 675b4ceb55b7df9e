import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import * as L from '../../src/core/layout.js';
import { debug, error, info, trace } from '../../src/core/log.js';
import { state } from '../../src/core/state.js';
import { walkSegment } from '../../src/recorder/snapshot-rings.js';
import { writeSnapshotSync } from '../../src/recorder/snapshot.js';
import { scanFrames } from '../../src/recorder/snapshot-frames.js';
import * as F from '../../src/recorder/snapshot-format.js';
import { runChild } from '../support/child.js';
import { newRing, temporaryDirectory } from './support.js';

const input = (dir: string, rings: SharedArrayBuffer[]) => ({
  dir,
  service: 'shop',
  reason: 'test',
  origin: 'call',
  rings,
});

let ring: SharedArrayBuffer;
beforeEach(() => {
  ring = newRing();
});

describe('writing a snapshot', () => {
  test('what comes back says what was written', () => {
    const dir = temporaryDirectory();
    for (let i = 0; i < 10; i++) trace('step', { i });
    const written = writeSnapshotSync(input(dir, [ring]));
    expect(written).toMatchObject({ records: 10, reason: 'test', bytes: statSync(written.path).size });
    expect(written.path.slice(dir.length + 1)).toMatch(/^shop-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-\d+-test\.ttlog$/);
  });

  test('a young ring makes a small file', () => {
    info('hello', { a: 1 });
    expect(writeSnapshotSync(input(temporaryDirectory(), [newRing(8 * 1024 * 1024)])).bytes).toBeLessThan(16 * 1024);
  });

  test('the ring is not changed', () => {
    info('hello');
    const before = Buffer.from(new Uint8Array(ring)).toString('base64');
    writeSnapshotSync(input(temporaryDirectory(), [ring]));
    expect(Buffer.from(new Uint8Array(ring)).toString('base64')).toBe(before);
  });

  test('a ring that has been overwritten many times gives its newest segments', () => {
    for (let i = 0; i < 20_000; i++) debug('turn', { i });
    const { records, path } = writeSnapshotSync(input(temporaryDirectory(), [ring]));
    expect(records).toBeGreaterThan(2000);
    expect(records).toBeLessThan(4000);
    const { frames, damage } = scanFrames(readFileSync(path));
    expect(damage).toEqual([]);
    expect(frames.filter(({ type }) => type === F.FRAME_SEGMENT).length).toBe(8);
  });

  test('counts what was recorded, not only what is left', () => {
    for (let i = 0; i < 5000; i++) debug('turn', { i });
    const { path } = writeSnapshotSync(input(temporaryDirectory(), [ring]));
    const header = scanFrames(readFileSync(path)).frames[0].payload.subarray(4);
    expect(JSON.parse(Buffer.from(header).toString())).toMatchObject({
      counts: { rings: 1, recorded: 5000, dropped: 0 },
    });
  });

  test('only what is published is taken', () => {
    info('whole');
    const i32 = new Int32Array(ring);
    const before = i32[L.PUBLISHED_I32];
    info('half');
    i32[L.PUBLISHED_I32] = before;
    expect(writeSnapshotSync(input(temporaryDirectory(), [ring])).records).toBe(1);
  });

  test('snapshots of one millisecond have names of their own', () => {
    const dir = temporaryDirectory();
    const paths = new Set(Array.from({ length: 20 }, () => writeSnapshotSync(input(dir, [])).path));
    expect(paths.size).toBe(20);
    expect(readdirSync(dir).length).toBe(20);
  });

  test.each([
    ['../../etc/passwd', /^etc-passwd-\d/],
    ['', /^app-\d/],
    ['...', /^app-\d/],
    ['a/b\0c\nd', /^a-b-c-d-\d/],
    ['Ünïcode', /^n-code-\d/],
  ])('a service named %j is no path', (service, name) => {
    const dir = temporaryDirectory();
    const { path } = writeSnapshotSync({ ...input(dir, []), service });
    expect(readdirSync(dir)).toHaveLength(1);
    expect(path.slice(dir.length + 1)).toMatch(name);
  });
});

describe('the file', () => {
  test.skipIf(process.platform === 'win32')('is for its owner only, and so is a directory made for it', () => {
    const dir = join(temporaryDirectory(), 'a', 'b');
    const { path } = writeSnapshotSync(input(dir, [ring]));
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
    expect((statSync(dir).mode & 0o777).toString(8)).toBe('700');
  });

  test.skipIf(process.platform === 'win32')('is not written through a link that somebody left', () => {
    const dir = temporaryDirectory();
    const victim = join(dir, 'victim');
    writeFileSync(victim, 'precious');
    const { path } = writeSnapshotSync(input(dir, []));
    // The next one is of a moment that we choose, so we know the name that it has until it is whole.
    const at = new Date('2030-01-02T03:04:05.678Z');
    const time = /\d{4}-\d\d-\d\dT[\d.-]+Z/;
    const next = path.slice(dir.length + 1).replace(time, at.toISOString().replaceAll(':', '-'));
    symlinkSync(victim, join(dir, `.${next}.ttlog-part`));
    vi.useFakeTimers({ now: at, toFake: ['Date'] });
    try {
      expect(writeSnapshotSync(input(dir, [])).path).toContain('2030-01-02T03-04-05.679Z');
    } finally {
      vi.useRealTimers();
    }
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(lstatSync(victim).isFile()).toBe(true);
  });

  test('several threads at once, each under a name of its own', async () => {
    const dir = temporaryDirectory();
    const run = await runChild(`
      import { info, init } from 'ttlog';
      import { fileSink } from 'ttlog/sinks';
      const handle = init({ service: 'shop', sinks: [fileSink({ path: '/dev/null' })], snapshots: { dir: ${JSON.stringify(dir)}, keep: 1000 } });
      info('Ready');
      const asked = [];
      for (let i = 0; i < 40; i++) {
        asked.push(handle.snapshot('same'));
        handle.snapshotSync('same');
        await new Promise(setImmediate);
      }
      console.log(new Set((await Promise.all(asked)).map(({ path }) => path)).size, handle.stats().snapshots);
      await handle.shutdown();
    `);
    expect(run).toMatchObject({ status: 0, stderr: '', stdout: '40 80\n' });
  });

  test('appears whole or not at all', () => {
    const dir = temporaryDirectory();
    const broken = new SharedArrayBuffer(8192);
    expect(() => writeSnapshotSync(input(dir, [ring, broken]))).toThrow(
      expect.objectContaining({ code: 'ERR_SNAPSHOT_FAILED', message: expect.stringContaining(dir) as string }),
    );
    expect(readdirSync(dir)).toEqual([]);
  });

  test.skipIf(process.platform === 'win32')('cannot be written where a file stands in the way', () => {
    const dir = join(temporaryDirectory(), 'file');
    writeFileSync(dir, '');
    expect(() => writeSnapshotSync(input(dir, [ring]))).toThrow(/Expected to write a snapshot to .*\/file, got E/);
  });
});

describe('the header', () => {
  const headerOf = (extra: object): Record<string, any> => {
    const { path } = writeSnapshotSync({ ...input(temporaryDirectory(), [ring]), ...extra });
    const { payload } = scanFrames(readFileSync(path)).frames[0];
    return JSON.parse(Buffer.from(payload.subarray(4)).toString()) as Record<string, any>;
  };

  test('says what, why and where', () => {
    expect(headerOf({})).toMatchObject({
      service: 'shop',
      reason: 'test',
      origin: 'call',
      clock: {
        epochNs: expect.stringMatching(/^\d{19}$/) as string,
        monotonicNs: expect.stringMatching(/^\d+$/) as string,
      },
      process: { pid: process.pid, nodeVersion: process.version, platform: process.platform, arch: process.arch },
    });
  });

  test('has names of environment variables, not their values', () => {
    process.env['SHOP_DB_PASSWORD'] = 'hunter2-in-the-environment';
    const header = headerOf({});
    delete process.env['SHOP_DB_PASSWORD'];
    expect(header['process'].environmentNames).toContain('SHOP_DB_PASSWORD');
    expect(JSON.stringify(header)).not.toContain('hunter2-in-the-environment');
  });

  test('tells an error of undefined from none', () => {
    expect(headerOf({})).not.toHaveProperty('error');
    expect(headerOf({ error: undefined })).toMatchObject({ error: { type: 'undefined', message: 'undefined' } });
  });

  test('lists open spans up to a limit, and says how many more there were', () => {
    const span = {
      name: 'load',
      target: 'Db',
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      parentId: null,
      startNs: 1n,
      threadId: 0,
    };
    const header = headerOf({ openSpans: Array.from({ length: 1030 }, () => span) });
    expect(header['openSpans']).toHaveLength(1024);
    expect(header['openSpans'][0]).toEqual({ ...span, startNs: '1' });
    expect(header['openSpansLeftOut']).toBe(6);
  });

  test('takes extra facts, redacted', () => {
    expect(headerOf({ extra: { sinks: 2, token: 'x', nested: { deep: [1n, Number.NaN] } } })['extra']).toEqual({
      sinks: 2,
      token: '[Redacted]',
      nested: { deep: ['1', 'NaN'] },
    });
  });
});

describe('walking a segment', () => {
  test('stops where a length makes no sense', () => {
    error('one');
    const bytes = new Uint8Array(ring).slice(state.ring!.dataStart, state.ring!.dataStart + state.ring!.segmentBytes);
    const whole = walkSegment(bytes, bytes.byteLength);
    expect(whole.records).toBe(1);
    new DataView(bytes.buffer).setUint32(whole.end, 0x0002_ffff, true);
    expect(walkSegment(bytes, bytes.byteLength)).toEqual(whole);
  });
});
