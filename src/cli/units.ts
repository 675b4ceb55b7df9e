// Numbers for people.

/** `640 ns`, `12.3 µs`, `4.56 ms`, `1.20 s`, `2 min 3 s`: three digits, and the unit that needs no more. */
export function durationText(ns: number): string {
  if (!Number.isFinite(ns)) return '?';
  if (ns < 1000) return `${Math.round(ns)} ns`;
  if (ns < 999_500) return `${digits(ns / 1e3)} µs`;
  if (ns < 999_500_000) return `${digits(ns / 1e6)} ms`;
  if (ns < 59_950_000_000) return `${digits(ns / 1e9)} s`;
  const seconds = Math.round(ns / 1e9);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

/** `640 B`, `12.3 KiB`, `4.56 MiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${digits(bytes / 1024)} KiB`;
  if (bytes < 1024 ** 3) return `${digits(bytes / 1024 ** 2)} MiB`;
  return `${digits(bytes / 1024 ** 3)} GiB`;
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

function digits(value: number): string {
  return value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}
