import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { bindContext, currentContext, currentSpan, enterContext, suppress, withContext, withSpan } from 'ttlog';
import { expect, test } from 'vitest';
import type { Scope } from '../../src/core/scope.js';
import { runningScope } from '../../src/context/scope-store.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What a function sees that is inside `times` contexts, each started from the one before. */
async function reschedule<T>(times: number, look: () => T): Promise<T> {
  for (let round = 1; ; round++) {
    // What comes after the await runs in the scope that was entered before it.
    enterContext({ round, [`key-${round % 3}`]: round });
    await Promise.resolve();
    if (round === times) return look();
  }
}

function depthOf(scope: Scope | undefined): number {
  let depth = 0;
  for (let at = scope; at !== undefined; at = at.outer) depth++;
  return depth;
}

test('a span that has ended does not keep the one that it was opened in', () => {
  const inner = withSpan('outer', () => withSpan('inner', () => currentSpan()!));
  expect(inner.outer).toBeUndefined();
});

test('a context that is opened inside itself again and again keeps a bounded number of those before, and all their fields', async () => {
  const seen = await withContext({ request_id: 'r-1', round: 0 }, () =>
    withSpan('job', () =>
      reschedule(1000, () => [depthOf(runningScope()) < 100, currentContext(), currentSpan()?.name]),
    ),
  );
  expect(seen).toEqual([true, { request_id: 'r-1', round: 1000, 'key-0': 999, 'key-1': 1000, 'key-2': 998 }, 'job']);
});

test('and what is suppressed stays so', async () => {
  const silence = suppress(() => runningScope()?.silence);
  expect(silence).toBeGreaterThan(0);
  expect(await suppress(() => reschedule(1000, () => runningScope()?.silence))).toBe(silence);
});

test('a context far out that has been disposed of is gone there too', async () => {
  const entered = enterContext({ gone: true });
  const seen = withContext({ kept: 1 }, () => reschedule(10, currentContext));
  entered[Symbol.dispose]();
  expect(await seen).toEqual({ kept: 1, round: 10, 'key-0': 9, 'key-1': 10, 'key-2': 8 });
});

test('contexts and spans that reschedule themselves from inside of each other keep a bounded number of those before', async () => {
  const spans: WeakRef<object>[] = [];
  const fields = await new Promise<() => object>((resolve) => {
    const tick = (round: number): void =>
      withContext({ round, [`key-${round % 3}`]: round }, () =>
        withSpan('tick', (span) => {
          spans.push(new WeakRef(span));
          setImmediate(() => (round < 600 ? tick(round + 1) : resolve(bindContext(currentContext))));
        }),
      );
    tick(1);
  });
  await turn(); // what a WeakRef was asked for, or made of, stays until the end of a turn
  collectGarbage();
  expect(spans.filter((span) => span.deref() !== undefined).length).toBeLessThan(150);
  expect(fields()).toEqual({ round: 600, 'key-0': 600, 'key-1': 598, 'key-2': 599 });
});
