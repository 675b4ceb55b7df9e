/**
 * Every offset and word of a snapshot file, and nothing else; docs/snapshot-format.md says the same in prose.
 *
 *   [preamble 16 B][frame][frame]…[TAIL frame]        frame: [head 16 B][payload][0 to 7 zero bytes]
 *
 * All numbers are little-endian.
 */
import { zlib } from './lazy-node.js';

/** `\x89TTLS\r\n\x1a`: not text, and a transfer that "repairs" line ends is found out at once (PNG's idea). */
export const SNAPSHOT_MAGIC = Uint8Array.of(0x89, 0x54, 0x54, 0x4c, 0x53, 0x0d, 0x0a, 0x1a);
export const SNAPSHOT_VERSION = 1;
export const PREAMBLE_BYTES = 16;
export const PREAMBLE_VERSION_OFFSET = 8; // u32
// 12: u32, zero

export const FRAME_HEAD_BYTES = 16;
export const FRAME_TYPE_OFFSET = 0; // u32, FRAME_*
export const FRAME_LENGTH_OFFSET = 4; // u32, bytes of the payload
export const FRAME_CRC_OFFSET = 8; // u32, CRC-32 of the payload
export const FRAME_HEAD_CRC_OFFSET = 12; // u32, CRC-32 of the 12 bytes before it

/** 'HEAD': u32 encoding (ENCODING_*), then the header. The first frame. */
export const FRAME_HEADER = 0x44414548;
/** 'RING': u32 index of the ring in this file, u32 zero, then the ring's own header (layout.ts, HEADER_BYTES). */
export const FRAME_RING = 0x474e4952;
/** 'DICT': u32 index of the ring, u32 zero, then the used part of its dictionary. */
export const FRAME_DICTIONARY = 0x54434944;
/** 'SEGM': u32 index of the ring, u32 number of the segment, then its used part, from its own header on. */
export const FRAME_SEGMENT = 0x4d474553;
/** 'TAIL': u32 frames before this one, u32 records. The last frame: without it the file is not whole. */
export const FRAME_TAIL = 0x4c494154;

export const FRAME_TYPES: readonly number[] = [FRAME_HEADER, FRAME_RING, FRAME_DICTIONARY, FRAME_SEGMENT, FRAME_TAIL];
/** The two words before the bytes of a ring, dictionary or segment. */
export const RING_PREFIX_BYTES = 8;

/** 2 is set aside for CBOR. */
export const ENCODING_JSON = 1;

/** No header is longer; a file that says so is damaged or hostile. */
export const MAX_HEADER_BYTES = 16 * 1024 * 1024;

/** `'HEAD'` for FRAME_HEADER. */
export function frameName(type: number): string {
  return String.fromCharCode(type & 0xff, (type >>> 8) & 0xff, (type >>> 16) & 0xff, type >>> 24);
}

/** The 16 bytes before a payload. */
export function frameHead(type: number, length: number, payloadCrc: number): Uint8Array {
  const head = new Uint8Array(FRAME_HEAD_BYTES);
  const view = new DataView(head.buffer);
  view.setUint32(FRAME_TYPE_OFFSET, type, true);
  view.setUint32(FRAME_LENGTH_OFFSET, length, true);
  view.setUint32(FRAME_CRC_OFFSET, payloadCrc, true);
  view.setUint32(FRAME_HEAD_CRC_OFFSET, zlib().crc32(head.subarray(0, FRAME_HEAD_CRC_OFFSET)), true);
  return head;
}

/** Frames begin at multiples of 8 bytes. */
export function padded(length: number): number {
  return (length + 7) & ~7;
}

/** The 16 bytes a file begins with. */
export function preamble(): Uint8Array {
  const bytes = new Uint8Array(PREAMBLE_BYTES);
  bytes.set(SNAPSHOT_MAGIC);
  new DataView(bytes.buffer).setUint32(PREAMBLE_VERSION_OFFSET, SNAPSHOT_VERSION, true);
  return bytes;
}
