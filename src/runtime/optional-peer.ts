import { TtlogError } from '../core/errors.js';
import { nodeModule } from '../recorder/lazy-node.js';
import { missingPeer, peerPlaces } from '../recorder/peer.js';

/**
 * Loads a package that is the application's to install: looked for from where that is, then beside ttlog.
 *
 * @param name The package, as it is required.
 * @param what What needs it, for the error: `ttlog/winston`.
 * @throws TtlogError `ERR_MISSING_PEER` where it is not installed, with the command that installs it; or where it cannot be loaded.
 */
export function optionalPeer(name: string, what: string): unknown {
  let failure: unknown;
  for (const from of [...peerPlaces(), import.meta.url]) {
    try {
      return nodeModule().createRequire(from)(name) as unknown;
    } catch (error) {
      if ((error as NodeJS.ErrnoException | undefined)?.code !== 'MODULE_NOT_FOUND') failure ??= error;
    }
  }
  if (failure === undefined) throw missingPeer(what, name);
  throw new TtlogError('ERR_MISSING_PEER', `${what} needs ${name}, which cannot be loaded: ${String(failure)}`, {
    cause: failure,
  });
}
