// Numbers for people.
import { threeDigits } from '../recorder/duration-text.js';

/** `640 B`, `12.3 KiB`, `4.56 MiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${threeDigits(bytes / 1024)} KiB`;
  if (bytes < 1024 ** 3) return `${threeDigits(bytes / 1024 ** 2)} MiB`;
  return `${threeDigits(bytes / 1024 ** 3)} GiB`;
}

/** `1,204 records`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** `2026-11-23 17:20:31.123`, in UTC. */
export function dateTimeText(epochMs: number): string {
  return isDate(epochMs) ? new Date(epochMs).toISOString().replace('T', ' ').slice(0, -1) : '?';
}

/** `17:20:31.123`, in UTC. */
export function timeText(epochMs: number): string {
  return isDate(epochMs) ? new Date(epochMs).toISOString().slice(11, 23) : '?';
}

export const msOf = (epochNs: bigint): number => Number(epochNs / 1_000_000n);

const isDate = (epochMs: number): boolean => Math.abs(epochMs) <= 8.64e15;
