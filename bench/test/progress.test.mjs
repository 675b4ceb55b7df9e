import assert from 'node:assert/strict';
import test from 'node:test';

import { inWords, startProgress } from '../lib/progress.mjs';

function logOf(steps, expectedMs, play) {
  let text = '';
  let nowMs = 0;
  const stream = { write: (part) => (text += part) };
  play(
    startProgress(steps, expectedMs, stream, () => nowMs),
    (ms) => (nowMs += ms),
  );
  return text.trimEnd().split('\n');
}

const steps = [1, 2].flatMap((round) => ['a', 'b', 'c'].map((id) => ({ round, id })));

test('how long it will take is known from the last run, before anything has run', () => {
  const last = new Map(['a', 'b', 'c'].map((id) => [id, 60_000]));
  const [first, second] = logOf(steps, last, (progress) => progress.begin(1, 'a'));
  assert.equal(first, '6 measurements, about 6 min if this machine is like the last one');
  assert.match(second, /^round 1\/2 {2}1\/6 {2}about 6 min left {2}a$/);
});

test('without one, from what has run so far', () => {
  const lines = logOf(steps, new Map(), (progress, wait) => {
    for (const id of ['a', 'b', 'c']) {
      progress.begin(1, id);
      wait(30_000);
      progress.done(id, 30_000);
    }
    progress.begin(2, 'a');
  });
  assert.equal(lines[0], 'round 1/2  1/6  a');
  assert.equal(lines.at(-1), 'round 2/2  4/6  about 2 min left  a');
});

test('steps that are left out are not waited for, and a log gets a line now and then', () => {
  const lines = logOf(
    steps,
    new Map([
      ['a', 1],
      ['b', 1],
      ['c', 90_000],
    ]),
    (progress, wait) => {
      progress.begin(1, 'a');
      progress.begin(2, 'c');
      wait(60_000);
      progress.within(0.5);
    },
  );
  assert.deepEqual(lines.slice(1), ['round 1/2  1/6  about 3 min left  a', 'round 2/2  6/6  about 30 s left  c  50 %']);
});

test('seconds, then minutes', () => {
  assert.deepEqual([400, 89_000, 91_000, 600_000].map(inWords), [
    'about 0 s',
    'about 89 s',
    'about 2 min',
    'about 10 min',
  ]);
});
