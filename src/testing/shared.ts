import type { TestClock } from '../core/clock.js';

/** What the test helpers of every copy of ttlog share on a thread. */
interface TestingState {
  /** Number of the newest capture; they have 23 bits in a context. */
  captures: number;
  /** The clock that stands in for the real one. */
  clock: TestClock | undefined;
  /** Each reads what has been recorded so far. */
  readonly readers: Set<() => void>;
}

const KEY = Symbol.for('ttlog.testing/1');
const MAX_CAPTURES = 2 ** 23 - 1;

const onGlobal = globalThis as unknown as Record<symbol, TestingState | undefined>;

export const shared: TestingState = (onGlobal[KEY] ??= { captures: 0, clock: undefined, readers: new Set() });

export function newCaptureId(): number {
  shared.captures = (shared.captures % MAX_CAPTURES) + 1;
  return shared.captures;
}

/** Reads what has been recorded so far, so that what changes now does not change that. */
export function readAll(): void {
  for (const read of shared.readers) read();
}
