// The frames of a snapshot file, from bytes that may be anything. Nothing here trusts a length; time and memory are bounded by
// the size of the input.
import { crc32 } from 'node:zlib';
import * as F from './snapshot-format.js';

/** A frame whose bytes are as they were written. */
export interface Frame {
  readonly type: number;
  readonly payload: Uint8Array;
  /** The file ended inside it: `payload` is what there is. */
  readonly cut: boolean;
}

export interface FrameScan {
  readonly frames: readonly Frame[];
  /** What is wrong with the file, in words; empty when all is well. */
  readonly damage: readonly string[];
}

/** More than this is not listed: a file of noise has thousands of wrong places. */
const MAX_DAMAGE = 20;

/** What is wrong with the first 16 bytes; `undefined` when they begin a snapshot that this version reads. */
export function preambleFault(bytes: Uint8Array): string | undefined {
  if (bytes.byteLength < F.PREAMBLE_BYTES) return `Expected a snapshot file, found ${bytes.byteLength} bytes`;
  if (F.SNAPSHOT_MAGIC.some((byte, i) => bytes[i] !== byte)) {
    return `Expected a snapshot file (${hex(F.SNAPSHOT_MAGIC)}), found ${hex(bytes.subarray(0, 8))}${guess(bytes)}`;
  }
  const version = viewOf(bytes).getUint32(F.PREAMBLE_VERSION_OFFSET, true);
  if (version === F.SNAPSHOT_VERSION) return undefined;
  return `Expected a snapshot of version ${F.SNAPSHOT_VERSION}, found version ${version}. Read it with the ttlog that wrote it, or a newer one`;
}

/** Finds every whole frame. After a damaged place it goes on at the next one. */
export function scanFrames(bytes: Uint8Array): FrameScan {
  const view = viewOf(bytes);
  const frames: Frame[] = [];
  const damage: string[] = [];
  const complain = (text: string): void => {
    if (damage.length < MAX_DAMAGE) damage.push(text);
    else if (damage.length === MAX_DAMAGE) damage.push('more damage that is not listed');
  };

  let at = F.PREAMBLE_BYTES;
  while (at < bytes.byteLength) {
    const next = findFrame(bytes, view, at);
    if (next !== at) complain(`${next - at} bytes at ${at} are no frame`);
    if (next >= bytes.byteLength) break;
    const type = view.getUint32(next + F.FRAME_TYPE_OFFSET, true);
    const length = view.getUint32(next + F.FRAME_LENGTH_OFFSET, true);
    const from = next + F.FRAME_HEAD_BYTES;
    const payload = bytes.subarray(from, from + length);
    if (payload.byteLength < length) {
      complain(
        `the file ends inside ${F.frameName(type)} at ${next}: expected ${length} bytes, found ${payload.byteLength}`,
      );
      frames.push({ type, payload, cut: true });
      break;
    }
    if (crc32(payload) === view.getUint32(next + F.FRAME_CRC_OFFSET, true)) frames.push({ type, payload, cut: false });
    else complain(`${F.frameName(type)} at ${next} (${length} bytes) does not have its checksum`);
    at = from + F.padded(length);
  }
  if (!frames.some(({ type, cut }) => type === F.FRAME_TAIL && !cut)) complain('the last frame (TAIL) is missing');
  return { frames, damage };
}

/**
 * The next offset at or after `at` with a whole frame head; the end where there is none. Where a frame is due it may be of a type
 * that only later versions know; where one is searched for, the known types keep a file of noise from taking long.
 */
function findFrame(bytes: Uint8Array, view: DataView, at: number): number {
  for (let p = at; p + F.FRAME_HEAD_BYTES <= bytes.byteLength; p += 8) {
    if (p !== at && !F.FRAME_TYPES.includes(view.getUint32(p + F.FRAME_TYPE_OFFSET, true))) continue;
    const headCrc = crc32(bytes.subarray(p, p + F.FRAME_HEAD_CRC_OFFSET));
    if (headCrc === view.getUint32(p + F.FRAME_HEAD_CRC_OFFSET, true)) return p;
  }
  return bytes.byteLength;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** What else it may be. */
function guess(bytes: Uint8Array): string {
  if (bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd)
    return ' (zstd: unpack it first)';
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return ' (a zip archive: unpack it first)';
  if (bytes[0] === 0x54 && bytes[1] === 0x54 && bytes[2] === 0x4c && bytes[3] === 0x52)
    return ' (the memory of a ring, not a snapshot)';
  if (bytes[0] === 0x7b) return ' (JSON text: log files are for ttlog tail)';
  return '';
}
