import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * A folder, and those that it is in, made where they are missing. Throws where one cannot be made.
 *
 * `mkdirSync` with `recursive` is the same, but never returns where the system says ENOENT of a new folder although its parent is
 * there, as /proc does (Node 20): a crash that cannot leave a snapshot would not end.
 */
export function makeFolder(path: string, mode?: number): void {
  const folder = resolve(path);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (isFolder(folder)) return;
    const parent = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === folder) throw error;
    makeFolder(parent, mode);
    makeOne(folder, mode);
  }
}

/** Another process may have made it meanwhile. */
function makeOne(folder: string, mode: number | undefined): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
