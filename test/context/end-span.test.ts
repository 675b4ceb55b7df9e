import { afterEach, beforeEach, expect, test } from 'vitest';
import { withSpan } from 'ttlog';
import type { EndStrategy } from '../../src/context/end-span.js';
import { endStrategies } from '../../src/context/end-span.js';
import { recorded, startRecording } from '../support/recorded.js';

/** A job that says itself when it is done. */
class Job {
  onDone: ((error?: unknown) => void) | undefined;
}

const jobEnd: EndStrategy = {
  matches: (result) => result instanceof Job,
  attach(result, span, end) {
    (result as Job).onDone = (error) => {
      if (error === undefined) end.ok(span, result);
      else end.error(span, error);
    };
    return result;
  },
};

beforeEach(() => {
  startRecording();
  endStrategies.unshift(jobEnd);
});
afterEach(() => {
  endStrategies.shift();
});

test('the registry is open: another kind of object ends its span in its own way', () => {
  const job = new Job();
  expect(withSpan('job', () => job)).toBe(job);
  expect(recorded().open.map(({ message }) => message)).toEqual(['job']);
  job.onDone?.();
  expect(recorded().span('job').outcome).toBe('ok');
  const failing = withSpan('failing job', () => new Job());
  failing.onDone?.(new Error('no'));
  expect(recorded().span('failing job').outcome).toBe('error');
});

test('a strategy that throws when it looks is passed over', () => {
  endStrategies.unshift({
    matches() {
      throw new Error('no');
    },
    attach: () => undefined,
  });
  try {
    const result = new URL('https://example.com/');
    expect(withSpan('work', () => result)).toBe(result);
  } finally {
    endStrategies.shift();
  }
  expect(recorded().span('work').outcome).toBe('ok');
});
