import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { root } from '../../../scripts/entries.mjs';

/** Source text by its path from the repository's root, with forward slashes. */
export type SourceFiles = ReadonlyMap<string, string>;

/** Every file under a folder of the repository whose name ends in one of the endings; none where there is no folder. */
export function readSourceFiles(folder: string, ...endings: string[]): SourceFiles {
  const files = new Map<string, string>();
  if (!existsSync(root + folder)) return files;
  for (const entry of readdirSync(root + folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !endings.some((ending) => entry.name.endsWith(ending))) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(relative(root, file).split(sep).join('/'), readFileSync(file, 'utf8'));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}
