// Optional peers are the application's: they are looked for from where that is.
import { join } from 'node:path';
import { nodeModule } from './lazy-node.js';

/** The file that `require(name)` loads in the application; undefined where it has no such package. */
export function resolvePeer(name: string): string | undefined {
  for (const from of [process.argv[1], join(process.cwd(), 'package.json')]) {
    if (from === undefined) continue;
    try {
      return nodeModule().createRequire(from).resolve(name);
    } catch {
      // not from there
    }
  }
  return undefined;
}

/** Loads what `resolvePeer` has found, on whichever thread. */
export function requirePeer(path: string): unknown {
  return nodeModule().createRequire(path)(path);
}
