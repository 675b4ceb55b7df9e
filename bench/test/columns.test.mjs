import assert from 'node:assert/strict';
import test from 'node:test';

import { formatNs, formatRatio, over, timesOf, timesUnder, value } from '../lib/columns.mjs';

const results = new Map([
  ['g/bare', { rounds: [{ ns: 10 }, { ns: 10 }] }],
  ['g/ours', { rounds: [{ ns: 110 }, { ns: 210 }] }],
  ['g/theirs', { rounds: [{ ns: 1010 }, { ns: 2010 }] }],
]);

test('value shows the median of a metric', () => {
  assert.equal(value('ns', 'ns', formatNs).compute('g/ours', results).median, 160);
});

test('timesOf divides by the reference, timesUnder divides the reference', () => {
  assert.equal(timesOf('g/bare', 'x').compute('g/ours', results).min, 11);
  assert.equal(timesUnder('g/theirs', 'x').compute('g/ours', results).rounds[0], 1010 / 110);
});

test('over a base, both sides of a ratio are taken less the base', () => {
  const column = timesUnder('g/theirs', 'x', 'ns', 'g/bare');
  assert.deepEqual(column.compute('g/ours', results).rounds, [10, 10]);
  assert.equal(column.compute('g/bare', results), undefined);
});

test('over subtracts within each round', () => {
  assert.deepEqual(over('g/bare', 'x', formatNs).compute('g/ours', results).rounds, [100, 200]);
});

test('a reference that was not run, or a metric that is missing, leaves the cell empty', () => {
  assert.equal(timesOf('g/absent', 'x').compute('g/ours', results), undefined);
  assert.equal(value('cpuNs', 'x', formatNs).compute('g/ours', results), undefined);
});

test('every ratio names its references, so that --only can bring them along', () => {
  assert.deepEqual(timesUnder('g/theirs', 'x', 'ns', 'g/bare').references, ['g/theirs', 'g/bare']);
});

test('numbers carry about three digits', () => {
  assert.deepEqual([0.123, 12.34, 1234.5].map(formatNs), ['0.12', '12.3', '1 235']);
  assert.deepEqual([2.5, 21.44, 476.2].map(formatRatio), ['2.50×', '21.4×', '476×']);
});
