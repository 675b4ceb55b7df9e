import { checkOptions, invalidOption } from '../core/errors.js';
import type { RotateSettings } from '../recorder/log-file.js';

/**
 * When a log file is put aside and begun anew: before it would get larger than `bytes`, and at each `every`. The file that is written always has
 * the path of the sink; what is put aside is `<name>-<time, UTC>-<pid><extension>`, in the same folder.
 */
export interface RotateOptions {
  /** The largest file: bytes, or a text such as `'100MB'` (1024-based; k, m, g). One line that is larger is written all the same. */
  bytes?: number | string;
  /** At each local midnight, at each full hour, or at multiples of so many milliseconds. */
  every?: 'day' | 'hour' | number;
  /** How many files that were put aside stay; the oldest are deleted. @default 10 */
  keep?: number;
  /** gzip what is put aside, on a thread of its own. @default false */
  compress?: boolean;
}

const FIX = "Say rotate: { bytes: '100MB', keep: 10 }.";
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
const MIN_EVERY_MS = 100;

/** Checks options and fills in the defaults. */
export function rotateSettings(rotate: RotateOptions | undefined): RotateSettings | undefined {
  if (rotate === undefined) return undefined;
  checkOptions('rotate', rotate, ['bytes', 'every', 'keep', 'compress'], FIX);
  const { bytes, every, keep = 10, compress = false } = rotate;
  if (bytes === undefined && every === undefined) throw invalidOption('rotate', 'given bytes or every', rotate, FIX);
  if (every !== undefined && every !== 'day' && every !== 'hour' && !(Number.isInteger(every) && every >= MIN_EVERY_MS))
    throw invalidOption('rotate.every', `'day', 'hour' or a number of milliseconds from ${MIN_EVERY_MS}`, every);
  if (!Number.isInteger(keep) || keep < 0) throw invalidOption('rotate.keep', 'a whole number from 0', keep);
  if (typeof compress !== 'boolean') throw invalidOption('rotate.compress', 'a boolean', compress);
  return { bytes: bytes === undefined ? Infinity : bytesOf(bytes), every, keep, compress };
}

function bytesOf(bytes: number | string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([kmg]?)i?b?$/i.exec(String(bytes)) ?? [];
  const value = Math.floor(Number(number) * (UNITS[unit?.toLowerCase() ?? ''] ?? Number.NaN));
  if (value >= 1) return value;
  throw invalidOption('rotate.bytes', "a number of bytes, or a text such as '100MB'", bytes, FIX);
}
