// Records through the calls of an application into a small ring of this thread, and reads back what is in it.
import { expect } from 'vitest';
import { MIN_CAPACITY_BYTES } from '../../src/core/layout.js';
import { createRing } from '../../src/core/ring.js';
import { closeRing, replaceRing } from '../../src/core/ring-of-thread.js';
import { state } from '../../src/core/state.js';
import type { LogRecord } from '../../src/recorder/record.js';
import type { RingContents } from '../../src/recorder/decode-ring.js';
import { copyRing, decodeRing } from '../../src/recorder/decode-ring.js';

/** From now on records go into a new, empty ring. */
export function newRing(capacityBytes: number = MIN_CAPACITY_BYTES, dictionaryBytes?: number): void {
  if (dictionaryBytes === undefined) replaceRing(capacityBytes);
  else {
    closeRing();
    state.ring = createRing(capacityBytes, dictionaryBytes, state.nextFirstSegment);
  }
}

/** Everything in the ring. What has been written must always be readable: damaged records fail the test. */
export function contents(): RingContents {
  const read = decodeRing(copyRing(state.ring!.buffer), { service: 'shop' });
  expect(read.damagedRecords).toBe(0);
  expect(state.ring!.busy).toBe(false);
  return read;
}

/** The events in the ring, oldest first. */
export function events(): LogRecord[] {
  return contents().records.filter((record) => record.kind === 'event');
}

/** The newest record. */
export function newest(): LogRecord {
  return contents().records.at(-1)!;
}

/** Records that could not be written so far. */
export function dropped(): number {
  return state.ring!.dropped;
}

/**
 * Runs `fn` and fails where it took more time of a processor than hostile input may take: a guard against hangs, not a benchmark.
 * What other processes take meanwhile does not count.
 */
export function promptly<R>(fn: () => R, limitMs = 1000): R {
  const before = process.cpuUsage();
  const result = fn();
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(limitMs);
  return result;
}
