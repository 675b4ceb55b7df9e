import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { root } from '../../scripts/entries.mjs';

test("the README's tables are those of the kept results: nobody has edited them by hand", () => {
  const { status, stderr } = spawnSync(process.execPath, ['bench/readme.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('the command that writes them is in package.json, and says how it is used', () => {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: Record<string, string> };
  expect(scripts['bench:readme']).toBe('node bench/readme.mjs');
  expect(execFileSync(process.execPath, ['bench/readme.mjs', '--help'], { cwd: root, encoding: 'utf8' })).toContain(
    '--from FILE',
  );
});
