// Which build of ttlog a run has measured. A build that was replaced while the rounds went on makes a table of two
// programs: it is said, and the run fails.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BUILD_DIR = fileURLToPath(new URL('../../dist/esm', import.meta.url));

/** A hash over all that is imported; undefined where there is no build. */
export function buildStamp() {
  try {
    const hash = createHash('sha256');
    const files = readdirSync(BUILD_DIR, { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.endsWith('.js')).toSorted((a, b) => (a < b ? -1 : 1))) {
      hash.update(file).update(readFileSync(`${BUILD_DIR}/${file}`));
    }
    return hash.digest('hex').slice(0, 12);
  } catch {
    return undefined;
  }
}
