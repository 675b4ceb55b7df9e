import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { bindContext, currentContext, currentSpan, enterContext, info, withContext, withSpan } from 'ttlog';
import { recorded, startRecording, until } from '../support/recorded.js';

beforeEach(startRecording);

describe('enterContext', () => {
  test('holds until it is disposed of', () => {
    withContext('a', 1, () => {
      const entered = enterContext({ b: 2 });
      info('inside');
      expect(currentContext()).toEqual({ a: 1, b: 2 });
      entered[Symbol.dispose]();
      expect(currentContext()).toEqual({ a: 1 });
    });
    expect(recorded().event('inside').values).toEqual({ a: 1, b: 2 });
  });

  test('holds across awaits', async () => {
    await withContext('a', 1, async () => {
      const entered = enterContext({ b: 2 });
      await turn();
      expect(currentContext()).toEqual({ a: 1, b: 2 });
      entered[Symbol.dispose]();
      await turn();
      expect(currentContext()).toEqual({ a: 1 });
    });
  });

  test('what it leaked into a caller is skipped once it is disposed of', async () => {
    async function callee(): Promise<void> {
      const entered = enterContext({ job_id: 7 });
      await turn();
      info('in the callee');
      entered[Symbol.dispose]();
    }
    await withContext('a', 1, async () => {
      const done = callee();
      // The fact behind this test: enterWith before the first await of a callee is seen by its caller.
      expect(currentContext()).toEqual({ a: 1, job_id: 7 });
      await done;
      expect(currentContext()).toEqual({ a: 1 });
      info('in the caller');
    });
    expect(recorded().event('in the callee').values).toEqual({ a: 1, job_id: 7 });
    expect(recorded().event('in the caller').values).toEqual({ a: 1 });
  });

  test('a timer started meanwhile sees it until it is disposed of', async () => {
    const seen: unknown[] = [];
    await withContext('a', 1, async () => {
      const entered = enterContext({ b: 2 });
      const timer = setInterval(() => seen.push(currentContext()), 1);
      await until(() => seen.length > 0);
      entered[Symbol.dispose]();
      const before = seen.length;
      await until(() => seen.length > before);
      clearInterval(timer);
    });
    expect(seen[0]).toEqual({ a: 1, b: 2 });
    expect(seen.at(-1)).toEqual({ a: 1 });
  });

  test('disposed out of order, and twice', () => {
    withContext('a', 1, () => {
      const first = enterContext({ b: 2 });
      const second = enterContext({ c: 3 });
      first[Symbol.dispose]();
      expect(currentContext()).toEqual({ a: 1, c: 3 });
      second[Symbol.dispose]();
      second[Symbol.dispose]();
      first[Symbol.dispose]();
      expect(currentContext()).toEqual({ a: 1 });
    });
  });

  test('keeps the active span', () => {
    withSpan('work', (work) => {
      const entered = enterContext({ b: 2 });
      expect(currentSpan()).toBe(work);
      entered[Symbol.dispose]();
      expect(currentSpan()).toBe(work);
    });
  });

  test('outside any scope it leaves nothing behind', () => {
    enterContext({ a: 1 })[Symbol.dispose]();
    expect(currentContext()).toEqual({});
  });
});

test('after it has been disposed of its fields are on no record of a context inside it, also where they have been before', () => {
  startRecording();
  const entered = enterContext({ job_id: 7 });
  const inner = withContext({ step: 1 }, () => bindContext(() => info('inner')));
  inner();
  entered[Symbol.dispose]();
  inner();
  const values = recorded().events.map((event) => event.values);
  expect(values).toEqual([{ job_id: 7, step: 1 }, { step: 1 }]);
});
