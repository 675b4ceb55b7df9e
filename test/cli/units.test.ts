import { describe, expect, test } from 'vitest';
import { bytesText, countText, dateTimeText, msOf, timeText } from '../../src/cli/units.js';
import { durationText } from '../../src/recorder/duration-text.js';

describe('numbers for people', () => {
  test.each([
    [0, '0 ns'],
    [999, '999 ns'],
    [1000, '1.00 µs'],
    [12_345, '12.3 µs'],
    [999_499, '999 µs'],
    [999_500, '1.00 ms'],
    [1_234_567_890, '1.23 s'],
    [59_940_000_000, '59.9 s'],
    [59_990_000_000, '1 min 0 s'],
    [3_599_000_000_000, '59 min 59 s'],
    [3_600_000_000_000, '1 h 0 min'],
    [200_000_000_000_000, '2 d 7 h'],
    [Number.NaN, '?'],
  ])('%s ns is %s', (ns, text) => {
    expect(durationText(ns)).toBe(text);
  });

  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.50 KiB'],
    [8_343_080, '7.96 MiB'],
    [3 * 1024 ** 3, '3.00 GiB'],
  ])('%s bytes are %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });

  test('counts', () => {
    expect([countText(1, 'span'), countText(12_345, 'span'), countText(2, 'story', 'stories')]).toEqual([
      '1 span',
      '12,345 spans',
      '2 stories',
    ]);
  });

  test('moments, in UTC; what is no moment is a question mark', () => {
    expect(dateTimeText(msOf(1_795_454_431_123_456_789n))).toBe('2026-11-23 17:20:31.123');
    expect(timeText(1_795_454_431_123.9)).toBe('17:20:31.123');
    expect([timeText(Number.NaN), dateTimeText(1e300)]).toEqual(['?', '?']);
  });
});
