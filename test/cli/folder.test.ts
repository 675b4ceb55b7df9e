import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { info, init } from 'ttlog';
import { afterAll, expect, test } from 'vitest';
import { tail } from '../../src/cli/tail.js';
import { view } from '../../src/cli/view.js';
import { memorySink } from 'ttlog/sinks';
import { fakeTerminal } from './support.js';

const dir = mkdtempSync(join(tmpdir(), 'ttlog-folder-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('of a folder the newest snapshot is shown, compressed or not', async () => {
  const handle = init({ service: 'shop', sinks: [memorySink()], snapshots: { dir, crash: false } });
  await handle.snapshot('first');
  info('In the second');
  handle.snapshotSync('second');
  await handle.shutdown();
  const terminal = fakeTerminal();
  expect(await view([dir], terminal)).toBe(0);
  expect(terminal.output).toContain('second');
  expect(terminal.output).toContain('In the second');
  // Whoever follows a folder of snapshots means to look at one.
  await expect(tail([dir, '--no-follow'], fakeTerminal())).rejects.toThrow(`there is ttlog view ${dir}`);
});
