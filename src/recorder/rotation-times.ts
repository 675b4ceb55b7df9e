/** When the next rotation by time is due, for a file that was begun, or written last, at `sinceMs`. ms since the epoch. */
export function nextBoundaryMs(every: 'day' | 'hour' | number | undefined, sinceMs: number): number {
  if (every === undefined) return Infinity;
  if (typeof every === 'number') return (Math.floor(sinceMs / every) + 1) * every;
  const date = new Date(sinceMs);
  // Local time, as people read logs; the clock's own jumps (summer time) are the calendar's to handle.
  if (every === 'day') return date.setHours(24, 0, 0, 0);
  return date.setMinutes(60, 0, 0);
}
