import { describe, expect, test, vi } from 'vitest';
import { info, nowNanos, span, timer, withSpan } from 'ttlog';
import { captureLogs, fakeClock, fakeIds } from 'ttlog/testing';

describe('fakeClock', () => {
  test('is what records, spans, timers and nowNanos show', () => {
    using clock = fakeClock({ now: '2024-02-29T12:00:00Z' });
    const startMs = Date.UTC(2024, 1, 29, 12);
    const logs = captureLogs(() => {
      info('at once');
      const timing = timer('parse');
      withSpan('checkout', () => {
        clock.tick(1500);
        info('later');
      });
      expect(timing.end()).toBe(1500);
      clock.tick(0.000001);
      expect(nowNanos()).toBe(BigInt(startMs + 1500) * 1_000_000n + 1n);
    });
    expect(clock.nowMs).toBeCloseTo(startMs + 1500.000001, 5);
    expect(
      logs.records.map(({ message, timestampMs, durationMs }) => [message, timestampMs - startMs, durationMs]),
    ).toEqual([
      ['at once', 0, undefined],
      ['later', 1500, undefined],
      ['checkout', 1500, 1500],
      ['parse', 1500, 1500],
    ]);
    expect(logs.spans[0].startNs).toBe(BigInt(startMs) * 1_000_000n);
  });

  test('stands still, from the default date', () => {
    using clock = fakeClock();
    expect(new Date(clock.nowMs).toISOString()).toBe('2000-01-01T00:00:00.000Z');
    expect([nowNanos(), nowNanos()]).toEqual([946_684_800_000_000_000n, 946_684_800_000_000_000n]);
  });

  test('a capture around it has both times, each where it was', () => {
    const before = Date.now();
    const logs = captureLogs(() => {
      info('real');
      {
        using clock = fakeClock();
        expect(clock.nowMs).toBeGreaterThan(0);
        info('fake');
      }
      info('real again');
    });
    const [real, fake, again] = logs.records.map(({ timestampMs }) => timestampMs);
    expect(fake).toBe(Date.UTC(2000, 0, 1));
    expect(Math.abs(real - before)).toBeLessThan(60_000);
    expect(Math.abs(again - before)).toBeLessThan(60_000);
  });

  test('one inside another gives it back, and a second stop does nothing', () => {
    const outer = fakeClock({ now: 1000 });
    const inner = fakeClock({ now: 2000 });
    expect(nowNanos()).toBe(2_000_000_000n);
    inner.stop();
    inner.stop();
    expect(nowNanos()).toBe(1_000_000_000n);
    outer.stop();
    expect(Number(nowNanos() / 1_000_000n)).toBeGreaterThan(Date.UTC(2024, 0, 1));
  });

  test('touches no timer and no global; fake timers do not touch it', () => {
    using clock = fakeClock();
    expect(clock.nowMs).toBeGreaterThan(0);
    const { setTimeout: before } = globalThis;
    expect(Date.now()).toBeGreaterThan(Date.UTC(2024, 0, 1));
    vi.useFakeTimers({ now: 0 });
    try {
      expect(globalThis.setTimeout).not.toBe(before);
      vi.advanceTimersByTime(5000);
      expect(nowNanos()).toBe(946_684_800_000_000_000n);
    } finally {
      vi.useRealTimers();
    }
  });

  test('wrong values are told', () => {
    expect(() => fakeClock({ now: 'yesterday' })).toThrow('a date');
    using clock = fakeClock();
    expect(() => clock.tick(-1)).toThrow('milliseconds');
    expect(() => clock.tick(NaN)).toThrow('milliseconds');
  });
});

describe('fakeIds', () => {
  const twoSpans = (seed: number): string[] => {
    using ids = fakeIds(seed);
    expect(ids).toBeDefined();
    return [span('a'), span('b')].map((opened) => {
      opened.end();
      return opened.traceparent;
    });
  };

  test('are the same for the same seed, and random afterwards', () => {
    const [first, second] = twoSpans(7);
    expect(twoSpans(7)).toEqual([first, second]);
    expect(first).not.toBe(second);
    expect(twoSpans(8)).not.toEqual([first, second]);
    expect(span('c').traceparent).not.toBe(span('c').traceparent);
  });

  test('a seed is an integer', () => {
    expect(() => fakeIds(0.5)).toThrow('an integer');
  });
});
