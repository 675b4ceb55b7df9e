import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { freshRing } from '../support/recording.js';

const directories: string[] = [];

afterAll(() => {
  for (const dir of directories.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** A directory that is gone after the tests of this file. */
export function temporaryDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ttlog-snapshot-'));
  directories.push(dir);
  return dir;
}

/** This thread records into a new ring from now on. */
export function newRing(capacityBytes?: number): SharedArrayBuffer {
  return freshRing(capacityBytes, 64 * 1024).buffer;
}
