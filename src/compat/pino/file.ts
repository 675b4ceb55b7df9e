/** The transport target `pino/file`: a file, or stdout, written from the thread. */
import { once } from 'node:events';
import { destination } from './destination.js';
import type { Destination } from './types.js';

/** `options.destination` is a path or a descriptor; the others are those of `pino.destination`. */
export default async function file(options: Record<string, unknown> = {}): Promise<Destination> {
  const { destination: dest, ...rest } = options;
  const stream = destination({ ...rest, dest: dest || 1, sync: false });
  await once(stream, 'ready');
  return stream;
}
