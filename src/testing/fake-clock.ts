import { checkOptions, invalidOption } from '../core/errors.js';
import type { TestClock } from '../core/clock.js';
import { monotonicNs } from '../core/clock.js';
import { state } from '../core/state.js';
import { readAll, shared } from './shared.js';

/** What `fakeClock` takes. */
export interface FakeClockOptions {
  /** What it shows at first: a date, its text in ISO 8601, or milliseconds since the epoch. @default '2000-01-01T00:00:00.000Z' */
  now?: Date | string | number;
}

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Disposable {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Lets time pass: milliseconds, not negative, to the nanosecond. */
  tick(ms: number): void;
  /** Puts the real clock (or the fake one before) back. A second stop does nothing. */
  stop(): void;
}

const DEFAULT_NOW = '2000-01-01T00:00:00.000Z';

/**
 * Stops ttlog's clock on this thread: records, spans, timers and `nowNanos()` have the time that it shows, until it is disposed of. No timer and no
 * global is touched: `Date`, `setTimeout`, and the fake timers of vitest and Jest go on as they are. Captures show the fake date; the sinks of a
 * running `init()` see fake durations at the date of the real clock.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` where `now` is no date.
 * @example
 * import { timer } from 'ttlog';
 * import { fakeClock } from 'ttlog/testing';
 * const clock = fakeClock();
 * const timing = timer('parse config');
 * clock.tick(12.5);
 * timing.end(); // => 12.5
 * clock.stop();
 */
export function fakeClock(options: FakeClockOptions = {}): FakeClock {
  checkOptions('fakeClock()', options, ['now']);
  const { now = DEFAULT_NOW } = options;
  const nowMs = new Date(now).getTime();
  if (!Number.isFinite(nowMs)) throw invalidOption('now', 'a date', now, `Say fakeClock({ now: '${DEFAULT_NOW}' }).`);

  // A whole millisecond, ahead of what has been recorded: then times in ms are whole numbers too.
  const startNs = BigInt(Math.ceil(monotonicNs() / 1e6)) * 1_000_000n;
  let elapsedNs = 0n;
  const clock: TestClock = {
    read: () => startNs + elapsedNs,
    anchor: { monotonicNs: startNs, epochNs: BigInt(nowMs) * 1_000_000n },
  };
  const before = shared.clock;
  useEverywhere(clock);
  const stop = (): void => {
    if (shared.clock === clock) useEverywhere(before);
  };
  return {
    get nowMs() {
      return nowMs + Number(elapsedNs) / 1e6;
    },
    tick(ms) {
      if (typeof ms !== 'number' || !(ms >= 0 && ms < Infinity)) throw invalidOption('ms', 'milliseconds ≥ 0', ms);
      elapsedNs += BigInt(Math.round(ms * 1e6));
    },
    stop,
    [Symbol.dispose]: stop,
  };
}

/** What has been recorded until now keeps its times. */
function useEverywhere(clock: TestClock | undefined): void {
  readAll();
  shared.clock = clock;
  for (const copy of state.copies) copy.useClock(clock);
}

/**
 * Makes trace and span ids the same at every run, on this thread, until it is disposed of: the n-th span has the n-th id of the seed. Where tests run
 * at the same time, which of them comes first decides who gets which.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` where the seed is no integer.
 * @example
 * import { span } from 'ttlog';
 * import { fakeIds } from 'ttlog/testing';
 * const ids = [1, 2].map(() => {
 *   const seeded = fakeIds(7);
 *   const { traceparent } = span('checkout');
 *   seeded[Symbol.dispose]();
 *   return traceparent;
 * });
 * ids[0] === ids[1]; // => true
 */
export function fakeIds(seed = 1): Disposable {
  if (!Number.isSafeInteger(seed)) throw invalidOption('seed', 'an integer', seed);
  for (const copy of state.copies) copy.seedIds(seed);
  return {
    [Symbol.dispose]: () => {
      for (const copy of state.copies) copy.seedIds();
    },
  };
}
