import assert from 'node:assert/strict';
import test from 'node:test';

import { median, pairedRatio, quantile, summarise } from '../lib/stats.mjs';

test('the median lies in the middle, between two values where their number is even', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
});

test('quantiles interpolate between the nearest ranks', () => {
  assert.equal(quantile([0, 10, 20, 30, 40], 0.5), 20);
  assert.equal(quantile([0, 10], 0.99), 9.9);
  assert.equal(quantile([7], 0.999), 7);
});

test('a summary keeps the rounds it was made of', () => {
  assert.deepEqual(summarise([2, 9, 3]), { median: 3, min: 2, max: 9, rounds: [2, 9, 3] });
});

test('a ratio is formed within each round, so noise that hits a whole round cancels out', () => {
  const quiet = [10, 10, 10];
  const noisy = [20, 60, 20]; // the second round ran on a machine three times as slow …
  const reference = [10, 30, 10]; // … and so did its reference
  assert.equal(pairedRatio(noisy, reference).max, 2);
  assert.equal(pairedRatio(noisy, quiet).max, 6);
});
