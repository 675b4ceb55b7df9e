import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { wantsColor } from '../../src/recorder/colors.js';
import { debug } from '../../src/core/log.js';
import { preamble } from '../../src/recorder/snapshot-format.js';
import { writeSnapshotSync } from '../../src/recorder/snapshot.js';
import { TTLOG_VERSION } from '../../src/recorder/version.js';
import { newRing, temporaryDirectory } from '../snapshot/support.js';
import { bundleCommand, runCommand, writeShop } from './support.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

let dir: string;
let ttlog: string;
let shop: string;
beforeAll(async () => {
  dir = temporaryDirectory();
  ttlog = await bundleCommand(dir);
  shop = writeShop(dir);
});

describe('the ttlog command', { timeout: 30_000 }, () => {
  test('--help says how', async () => {
    for (const args of [['--help'], ['-h'], ['view', '--help']]) {
      const { stdout, stderr, status } = await runCommand(ttlog, args);
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
      expect(stdout).toContain('ttlog view FILE [options]');
    }
  });

  test('--version is that of the package', async () => {
    expect(TTLOG_VERSION).toBe(version);
    expect(await runCommand(ttlog, ['--version'])).toEqual({ stdout: `${version}\n`, stderr: '', status: 0 });
  });

  test('view shows a snapshot: status 0, plain in a pipe', async () => {
    const { stdout, stderr, status } = await runCommand(ttlog, ['view', shop]);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toMatch(/^ttlog snapshot {2}shop {2}crash/);
    expect(stdout).not.toContain('\u001b');
    expect((await runCommand(ttlog, ['view', shop], { FORCE_COLOR: '1' })).stdout).toContain('\u001b[31m');
    expect((await runCommand(ttlog, ['view', shop], { FORCE_COLOR: '', NO_COLOR: '1' })).stdout).not.toContain(
      '\u001b',
    );
  });

  test.each([
    [[], 'Expected a command (view, tail, snapshot, stats)'],
    [['look'], 'Expected a command (view, tail, snapshot, stats), got look'],
    [['view'], 'Expected one FILE or folder, got 0'],
    [['view', 'a', 'b'], 'Expected one FILE or folder, got 2'],
    [['view', 'a', '--loud'], "Unknown option '--loud'"],
    [['view', 'a', '--level'], "'--level <value>' argument missing"],
    [['view', 'a', '--level', 'off'], 'Expected --level to be trace, debug, info, warn, error or fatal, got off'],
    [['view', 'a', '--last', 'many'], 'Expected --last to be a whole number, got many'],
    [['view', 'a', '--last', '-1'], 'ambiguous'],
    [['view', 'a', '--trace', 'xyz'], 'Expected --trace to be up to 32 hexadecimal digits, got xyz'],
  ])('%j is wrong usage: status 2', async (args, message) => {
    const { stdout, stderr, status } = await runCommand(ttlog, args);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toContain(message);
    expect(stderr).toContain('See ttlog --help');
    expect(stderr).not.toContain('positional argument starting');
  });

  test('what cannot be read is a failure: status 1, one line', async () => {
    const bomb = join(dir, 'bomb.ttlog.gz');
    writeFileSync(bomb, gzipSync(Buffer.concat([preamble(), Buffer.alloc(64 * 1024 * 1024)]), { level: 9 }));
    const text = join(dir, 'notes.txt');
    writeFileSync(text, '\u001b[31mnot a snapshot, but a text');
    const empty = join(dir, 'empty');
    mkdirSync(empty);
    for (const [args, message] of [
      [['view', join(dir, 'none.ttlog')], /^ttlog: There is no file or folder .+none\.ttlog$/m],
      [['view', '4711'], /^ttlog: There is no file or folder 4711\. Of a process there is ttlog tail 4711, and /],
      [['view', empty], /^ttlog: There is no snapshot in /],
      [['view', text], /^ttlog: Expected a snapshot file \(89 54 .*\), found 1b 5b 33/],
      [['view', bomb, '--max-bytes', '1000000'], /^ttlog: Expected a snapshot of at most 1000000 bytes, found more/],
    ] as const) {
      const { stdout, stderr, status } = await runCommand(ttlog, args);
      expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
      expect(stderr).toMatch(message);
      expect(stderr.split('\n')).toHaveLength(2);
    }
  });

  test.skipIf(process.platform === 'win32')('whoever reads only the first line does not make it fail', async () => {
    const ring = newRing(1024 * 1024);
    for (let i = 0; i < 20_000; i++) debug('turn of the wheel', { i });
    const { path } = writeSnapshotSync({ dir, service: 's', reason: 'x', origin: 'call', rings: [ring] });
    for (const more of ['', '--json']) {
      const child = spawn('bash', [
        '-c',
        `set -o pipefail; "$0" "$1" view "$2" ${more} | head -1`,
        process.execPath,
        ttlog,
        path,
      ]);
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk) => (stdout += String(chunk)));
      child.stderr.on('data', (chunk) => (stderr += String(chunk)));
      const status = await new Promise((resolve) => child.on('close', resolve));
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
      expect(stdout).toMatch(more === '' ? /^ttlog snapshot/ : /^\{"snapshot":/);
    }
    // A slow reader gets everything.
    const { stdout } = await runCommand(ttlog, ['view', path, '--json']);
    expect(stdout.trimEnd().split('\n').length).toBeGreaterThan(10_000);
  });
});

describe('colours', () => {
  test.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
    [{ TERM: 'dumb' }, true, false],
  ])('%j, terminal: %s → %s', (environment, isTerminal, expected) => {
    expect(wantsColor(environment, isTerminal)).toBe(expected);
  });
});
