/** Files and file descriptors: `sonic-boom`, as in pino. */
import { isMainThread } from 'node:worker_threads';
import type { OutStream } from './instance.js';
import { onExit } from './on-exit.js';
import { optionalPeer } from '../../runtime/optional-peer.js';
import type { Destination, DestinationOptions, DestinationStream } from './types.js';

type SonicBoom = Destination & { emit(event: string, ...args: unknown[]): boolean };

/** Tells streams of sonic-boom's kind without loading it: it is a stream by its looks, as in pino. */
export function isStream(value: unknown): value is OutStream {
  if (typeof value !== 'object' || value === null) return false;
  const { writable, _writableState, write } = value as Record<string, unknown>;
  return Boolean(writable) || Boolean(_writableState) || typeof write === 'function';
}

/** A destination that survives a broken pipe and is flushed when the process ends. */
export function openDestination(options: DestinationOptions): Destination {
  const Constructor = optionalPeer('sonic-boom', 'pino.destination()') as new (options: object) => SonicBoom;
  const stream = new Constructor(options);
  const silenced = stream as unknown as Record<string, unknown>;
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') {
      // Nobody reads any more: that ends the writing, not the process.
      for (const method of ['write', 'end', 'flushSync', 'destroy']) silenced[method] = () => {};
      return;
    }
    stream.removeListener('error', onError);
    stream.emit('error', error);
  };
  stream.on('error', onError);
  if (!options.sync && isMainThread) stream.on('close', onExit(stream, endOf));
  return stream;
}

function endOf(stream: SonicBoom, event: 'beforeExit' | 'exit'): void {
  if (stream.destroyed) return;
  if (event === 'exit') stream.flushSync();
  else {
    stream.flush();
    stream.on('drain', () => stream.end());
  }
}

/** A descriptor may come as text; without anything it is stdout. */
function descriptor(dest: unknown): number | string | undefined {
  if (dest === undefined) return process.stdout.fd ?? 1;
  const fd = Number(dest);
  return typeof dest === 'string' && dest !== '' && Number.isFinite(fd) ? fd : (dest as number | string);
}

/**
 * A file, or a file descriptor, as a stream for lines. Lines are buffered unless `sync: true` is said; what is left is written when the process
 * ends, but for a signal. Needs the package `sonic-boom`.
 *
 * @param dest A path, a descriptor, or options of `sonic-boom`. Default: stdout.
 * @throws TtlogError `ERR_MISSING_PEER` where `sonic-boom` is not installed.
 * @example
 * import { readFileSync } from 'node:fs';
 * import pino, { destination } from 'ttlog/pino';
 * const log = pino({ base: null, timestamp: false }, destination({ dest: 'app.log', sync: true }));
 * log.info('to a file');
 * readFileSync('app.log', 'utf8'); // => '{"level":30,"msg":"to a file"}\n'
 */
export function destination(dest?: number | object | string | DestinationStream | DestinationOptions): Destination {
  if (typeof dest !== 'object') return openDestination({ dest: descriptor(dest), minLength: 0 });
  const options = dest as DestinationOptions & { dest?: unknown };
  // pino, too, writes into what it is given.
  options.dest = descriptor(options.dest || undefined) as string | number;
  return openDestination(options);
}
