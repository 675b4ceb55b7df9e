import { afterEach, beforeEach, expect, test } from 'vitest';
import { info, withSpan } from 'ttlog';
import type { Ending } from 'ttlog/decorators';
import { Instrument, registerEndStrategy } from 'ttlog/decorators';
import { ownFields, recorded, startRecording } from '../support/recorded.js';

/** A job that says itself when it is done. */
class Job {
  work: () => void = () => {};
  done: (value?: unknown) => void = () => {};
  fail: (error: unknown) => void = () => {};
}

class Queue {
  @Instrument({ ret: true })
  start(job: object): object {
    return job;
  }
}

const queue = new Queue();
const open = (): string[] => recorded().open.map(({ message }) => message);
let takeAway: () => void;

beforeEach(() => {
  startRecording();
  takeAway = registerEndStrategy({
    matches: (result): result is Job => result instanceof Job,
    attach(job, ending) {
      job.done = (value) => ending.ok(value);
      job.fail = (error) => ending.error(error);
      job.work = () => ending.run(() => info('working'));
      return job;
    },
  });
});
afterEach(() => {
  takeAway();
});

test('another kind of object ends its span in its own way, once', () => {
  const job = new Job();
  expect(queue.start(job)).toBe(job);
  expect(open()).toEqual(['Queue.start']);
  job.work();
  job.done('first');
  job.done('second');
  job.fail(new Error('late'));
  const { span, event, spans } = recorded();
  expect(spans).toHaveLength(1);
  expect(ownFields(span('Queue.start'))).toEqual({ ret: 'first' });
  expect(event('working').spanId).toBe(span('Queue.start').spanId);
});

test('it can fail, and it counts for withSpan', () => {
  const error = new Error('no');
  const job = withSpan('job', () => new Job());
  expect(open()).toEqual(['job']);
  job.fail(error);
  expect(recorded().span('job')).toMatchObject({ outcome: 'error', values: { err: { message: 'no' } } });
});

test('is asked before the kinds that are known, and not about plain objects and arrays', () => {
  const asked: object[] = [];
  let ending: Ending | undefined;
  class Query {
    then(): void {}
  }
  const forget = registerEndStrategy({
    matches: (result): result is object => {
      asked.push(result);
      return result instanceof Query;
    },
    attach(query, own) {
      ending = own;
      return query;
    },
  });
  const query = new Query();
  expect(queue.start(query)).toBe(query);
  expect(Object.hasOwn(query, 'then')).toBe(false);
  queue.start({});
  queue.start([]);
  void queue.start(Promise.resolve());
  expect(asked).toEqual([query]);
  ending?.ok();
  forget();
  queue.start(new Date());
  expect(asked).toEqual([query]);
});

test('one that throws is passed over', () => {
  const forget = registerEndStrategy({
    matches(result): result is Date {
      if (result instanceof Date) return true;
      throw new Error('no');
    },
    attach() {
      throw new Error('no');
    },
  });
  const [url, date, job] = [new URL('https://example.com/'), new Date(), new Job()];
  expect(queue.start(url)).toBe(url);
  expect(queue.start(date)).toBe(date);
  expect(queue.start(job)).toBe(job);
  forget();
  expect(recorded().spans.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  expect(open()).toEqual(['Queue.start']);
  job.done();
});

test('what is no strategy is told', () => {
  // @ts-expect-error -- no attach
  expect(() => registerEndStrategy({ matches: () => true })).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_OPTION',
      message: 'Expected an end strategy to be an object with the functions matches and attach, got an object.',
    }),
  );
  // @ts-expect-error -- nothing
  expect(() => registerEndStrategy()).toThrow('got undefined');
});
