/** The packages that pino's own streams are made of. Whoever comes from pino has them; whoever writes to no file and no transport needs none. */
import { createRequire } from 'node:module';
import { TtlogError } from '../../core/errors.js';

/** @throws TtlogError `ERR_MISSING_PEER` where it is not installed. */
export function requirePeer(
  name: 'sonic-boom' | 'thread-stream' | 'pino-abstract-transport',
  whatFor: string,
): unknown {
  const require = createRequire(import.meta.url);
  try {
    return require(name);
  } catch (error) {
    throw new TtlogError('ERR_MISSING_PEER', `${whatFor} needs the package ${name}. Install it: npm install ${name}`, {
      cause: error,
    });
  }
}
