// Optional peers are the application's: they are looked for from where that is.
import { join } from 'node:path';
import { TtlogError } from '../core/errors.js';
import { nodeModule } from './lazy-node.js';

/** From where the application's packages are looked for: its main file, then its working directory. */
export function peerPlaces(): string[] {
  const [, main] = process.argv as [string, string | undefined];
  const here = join(process.cwd(), 'package.json');
  return main === undefined ? [here] : [main, here];
}

/** The file that `require(name)` loads in the application; undefined where it has no such package. */
export function resolvePeer(name: string): string | undefined {
  for (const from of peerPlaces()) {
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

/** What whoever lacks a peer is told: what needs it, and the command that installs it. */
export function missingPeer(what: string, name: string, packages = name): TtlogError {
  return new TtlogError('ERR_MISSING_PEER', `${what} needs ${name}. Run npm install ${packages}.`);
}
