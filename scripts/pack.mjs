// Packs the built package as npm would publish it.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { root } from './entries.mjs';
import { plainEnvironment } from './run.mjs';

/**
 * Packs what is in dist/ now (no build).
 *
 * @param {string} directory where the tarball goes
 * @returns {{ tarball: string, files: string[], bytes: number }}
 */
export function pack(directory) {
  mkdirSync(directory, { recursive: true });
  const output = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', directory], {
    cwd: root,
    env: plainEnvironment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const parsed = JSON.parse(output);
  const [packed] = Array.isArray(parsed) ? parsed : Object.values(parsed);
  return {
    tarball: `${directory}/${packed.filename}`,
    files: packed.files.map((/** @type {{ path: string }} */ file) => file.path),
    bytes: packed.size,
  };
}
