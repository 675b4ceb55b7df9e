import assert from 'node:assert/strict';
import test from 'node:test';

import { nsSince, pause, startClock } from '../lib/clock.mjs';
import { countsProcessorTime, processorTime } from '../lib/processor-time.mjs';
import { median } from '../lib/stats.mjs';

function spin(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('the clock never shows more than wall time, and never less than nothing', () => {
  for (let i = 0; i < 200; i += 1) {
    const wall = process.hrtime.bigint();
    const start = startClock();
    spin(0.5);
    const ns = nsSince(start);
    assert.ok(ns >= 0 && ns <= Number(process.hrtime.bigint() - wall), `${ns} ns`);
  }
});

test('a pause is time, but none of the processor', { skip: !countsProcessorTime() }, async () => {
  const { ranNs } = processorTime();
  const start = startClock();
  await pause(100);
  const ns = nsSince(start);
  const after = processorTime();
  assert.ok(ns + after.waitedNs - start.waitedNs > 90e6);
  assert.ok(after.ranNs - ranNs < 50e6);
});

test('what ran is up to date, not that of the last scheduler tick', { skip: !countsProcessorTime() }, () => {
  const seenMs = Array.from({ length: 51 }, () => {
    const before = processorTime();
    spin(1);
    const after = processorTime();
    return (after.ranNs - before.ranNs + after.waitedNs - before.waitedNs) / 1e6;
  });
  assert.ok(median(seenMs) > 0.8, `${median(seenMs)} ms of a spin of 1 ms`);
});
