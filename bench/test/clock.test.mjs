import assert from 'node:assert/strict';
import test from 'node:test';

import { nsSince, pause, startClock } from '../lib/clock.mjs';
import { countsProcessorTime, processorTime } from '../lib/processor-time.mjs';

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

test('a pause is wall time; it is no time of the processor', { skip: !countsProcessorTime() }, async () => {
  const ran = processorTime().ranNs;
  const start = startClock();
  await pause(100);
  assert.ok(nsSince(start) > 50e6);
  assert.ok(processorTime().ranNs - ran < 50e6);
});

test('what ran is up to date, not that of the last scheduler tick', { skip: !countsProcessorTime() }, () => {
  let shortest = Infinity;
  for (let i = 0; i < 50; i += 1) {
    const ran = processorTime().ranNs;
    const waited = processorTime().waitedNs;
    spin(1);
    const ranNs = processorTime().ranNs - ran + (processorTime().waitedNs - waited);
    shortest = Math.min(shortest, ranNs);
  }
  assert.ok(shortest > 0.8e6, `${shortest} ns of a spin of 1 ms`);
});
