import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { scopes } from '../../src/context/scope-store.js';
import { state } from '../../src/core/state.js';

test('is the one of this thread, also for another copy of ttlog', async () => {
  expect(state.scopes).toBe(scopes);
  vi.resetModules();
  const copy = await import('../../src/context/scope-store.js');
  expect(copy.scopes).toBe(scopes);
});

// Scopes are opened by hand instead of by `run`. These are the moments in which the two could differ.
const store = new AsyncLocalStorage<string>();
const ways: Record<string, <R>(value: string, fn: () => R) => R> = {
  run: (value, fn) => store.run(value, fn),
  'by hand': (value, fn) => {
    const before = store.getStore();
    store.enterWith(value);
    try {
      return fn();
    } finally {
      store.enterWith(before as string);
    }
  },
};

test.each(Object.keys(ways))('%s: what is inside and outside, sync and async', async (name) => {
  const inside = ways[name];
  const seen: (string | undefined)[] = [];
  const look = (): void => void seen.push(store.getStore());

  look();
  const done = inside('outer', async () => {
    look();
    inside('inner', look);
    look();
    queueMicrotask(look);
    await Promise.resolve();
    look();
    await inside('awaited', async () => {
      await turn();
      look();
    });
    look();
    try {
      inside('throwing', () => {
        throw new Error('no');
      });
    } catch {
      look();
    }
    await new Promise<void>((resolve) => {
      setImmediate(() => {
        look();
        resolve();
      });
    });
    const settled = inside('then', () => Promise.resolve());
    await settled.then(look);
  });
  look();
  await Promise.resolve().then(look);
  await done;
  look();

  expect(seen).toEqual(
    // prettier-ignore
    [undefined, 'outer', 'inner', 'outer', undefined, 'outer', 'outer', undefined, 'awaited', 'outer', 'outer', 'outer', 'outer', undefined],
  );
});
