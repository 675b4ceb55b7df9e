// The bytes of a snapshot file, unpacked. A file may be anything: a device, a bomb of zeros, half a download.
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import { zlib } from './lazy-node.js';
import { TtlogError } from '../core/errors.js';
import { PREAMBLE_BYTES } from './snapshot-format.js';
import { preambleFault } from './snapshot-frames.js';
import { compressedNames, RAW_SUFFIX } from './snapshot-names.js';

/** The largest snapshot that is read unless asked otherwise: 512 MiB. */
export const DEFAULT_MAX_BYTES = 512 * 1024 * 1024;

export interface UnpackedSnapshot {
  readonly bytes: Uint8Array;
  /** Why there is no more of it; `undefined` where it could be unpacked to the end. */
  readonly damage: string | undefined;
}

/** Reads and unpacks a file, or bytes that somebody has read. Rejects with `ERR_SNAPSHOT_FORMAT` where it is no snapshot at all. */
export async function snapshotBytes(source: string | URL | Uint8Array, maxBytes: number): Promise<UnpackedSnapshot> {
  if (source instanceof Uint8Array) return unpack(Readable.from([source]), unpackerOf(source), maxBytes);
  const file = await openSnapshot(source);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw formatError('Expected a snapshot file, found something that is no file');
    const head = new Uint8Array(4);
    await file.read(head, 0, 4, 0);
    const unpacker = unpackerOf(head);
    if (unpacker === undefined && found.size > maxBytes) throw tooLarge(maxBytes, `${found.size}`);
    return await unpack(file.createReadStream({ start: 0, autoClose: false }), unpacker, maxBytes);
  } finally {
    await file.close();
  }
}

/** A snapshot that has been compressed since somebody noted its path is found under its new name. */
async function openSnapshot(source: string | URL): Promise<FileHandle> {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would never return.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  try {
    return await open(source, flags);
  } catch (error) {
    const path = String(source);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || !path.endsWith(RAW_SUFFIX)) throw error;
    for (const compressed of compressedNames(path)) {
      const file = await open(source instanceof URL ? new URL(compressed) : compressed, flags).catch(() => undefined);
      if (file !== undefined) return file;
    }
    throw error;
  }
}

async function unpack(input: Readable, unpacker: Transform | undefined, maxBytes: number): Promise<UnpackedSnapshot> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let damage: string | undefined;
  const packed = unpacker !== undefined;
  const output = packed ? input.pipe(unpacker) : input;
  // Errors of the file do not travel through pipe().
  if (packed) input.on('error', (error) => output.destroy(error));
  try {
    for await (const chunk of output as AsyncIterable<Uint8Array>) {
      length += chunk.byteLength;
      if (length > maxBytes) throw tooLarge(maxBytes, 'more');
      chunks.push(chunk);
      // What does not begin as a snapshot is not unpacked any further.
      const firstBytes =
        length - chunk.byteLength < PREAMBLE_BYTES && length >= PREAMBLE_BYTES ? join(chunks, length) : undefined;
      const fault = firstBytes === undefined ? undefined : preambleFault(firstBytes);
      if (fault !== undefined) throw formatError(fault);
    }
  } catch (error) {
    if (error instanceof TtlogError || !packed || length < PREAMBLE_BYTES) {
      throw error instanceof TtlogError
        ? error
        : formatError(`Expected a snapshot file, found one that cannot be read: ${(error as Error).message}`);
    }
    damage = `the compressed data ends or is damaged after ${length} bytes: ${(error as Error).message}`;
  } finally {
    input.destroy();
    output.destroy();
  }
  const bytes = join(chunks, length);
  const fault = preambleFault(bytes);
  if (fault !== undefined) throw formatError(fault);
  return { bytes, damage };
}

/** One block that begins at a multiple of 8, as the views of a segment need it. */
function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** What unpacks a file that begins so; undefined where it is not compressed. Throws where this Node cannot do it. */
function unpackerOf(head: Uint8Array): Transform | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return zlib().createGunzip();
  if (head[0] !== 0x28 || head[1] !== 0xb5 || head[2] !== 0x2f || head[3] !== 0xfd) return undefined;
  const { createZstdDecompress } = zlib() as { createZstdDecompress?: () => Transform };
  if (createZstdDecompress !== undefined) return createZstdDecompress();
  throw formatError(
    `Expected a snapshot that Node ${process.versions.node} can unpack, found one that is compressed by zstd. Read it with Node 22.15 or later, or unpack it first (unzstd)`,
  );
}

export function formatError(message: string): TtlogError {
  return new TtlogError('ERR_SNAPSHOT_FORMAT', message);
}

function tooLarge(maxBytes: number, found: string): TtlogError {
  return formatError(
    `Expected a snapshot of at most ${maxBytes} bytes, found ${found}. Raise maxBytes (ttlog view --max-bytes) if you trust the file`,
  );
}
