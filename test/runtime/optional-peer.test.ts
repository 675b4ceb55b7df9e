import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { optionalPeer } from '../../src/runtime/optional-peer.js';

test('an optional peer that is there, and one that is not', () => {
  expect(optionalPeer('winston', 'ttlog/winston')).toHaveProperty('Transport');
  expect(() => optionalPeer('no-such-package', 'ttlog/x')).toThrow(
    expect.objectContaining({
      code: 'ERR_MISSING_PEER',
      message: 'ttlog/x needs no-such-package. Run npm install no-such-package.',
    }) as Error,
  );
});

test('one that is there and cannot be loaded says why', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'ttlog-peer-')), 'broken.cjs');
  writeFileSync(file, "throw new Error('no such machine');");
  expect(() => optionalPeer(file, 'ttlog/x')).toThrow(
    /ttlog\/x needs .*broken\.cjs, which cannot be loaded: Error: no such machine/,
  );
  rmSync(join(file, '..'), { recursive: true });
});
