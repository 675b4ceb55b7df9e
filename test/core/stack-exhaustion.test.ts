// Near the end of the caller's stack any call may throw. Whatever it breaks off, the ring stays whole and goes on.
import { beforeEach, describe, expect, it } from 'vitest';
import { emit, EventBuilder, getLogger, info, span, withContext } from 'ttlog';
import { contents, newRing, newest } from './support.js';

beforeEach(() => newRing());

/** Calls `log` in the last frames that the stack has room for, in steps of a few bytes. */
function atTheEnd(log: () => void): void {
  // What has never run would have to be compiled, and that fails long before the end.
  for (let i = 0; i < 20; i++) withArguments(log, i);
  for (let bytes = 0; bytes < 25; bytes++) {
    let left = 0;
    const deeper = (): void => {
      try {
        deeper();
      } catch {
        left = 300;
      }
      if (left-- <= 0) return;
      try {
        withArguments(log, bytes);
      } catch {
        // nor was there room for this
      }
    };
    deeper();
  }
}

/** Arguments are on the stack: each takes 8 bytes of it. */
function withArguments(log: (...rest: unknown[]) => void, count: number): void {
  log(...Array.from({ length: count }, () => 0));
}

const circle: Record<string, unknown> = { list: [1, { two: [3] }], when: new Date(0) };
circle['self'] = circle;

const attacks: Record<string, () => () => void> = {
  'an event': () => () => info('Deep', { n: 1, text: 'x'.repeat(100) }),
  'an event with a nested value': () => () => info('Deep', { circle, error: new Error('no') }),
  'a new message each time': () => {
    let n = 0;
    return () => info(`Deep ${n++}`, { [`key_${n}`]: n });
  },
  'an event with bindings in a context': () => () =>
    withContext({ request_id: 'r-1' }, () => getLogger('deep', { region: 'eu' }).info('Deep', { n: 1 })),
  'a span': () => () => {
    const opened = span('deep', { n: 1 });
    try {
      opened.record({ more: 2 });
      opened.run(() => info('In it'));
    } finally {
      opened.end();
    }
  },
  'a getter that logs': () => () =>
    info('Outer', {
      get inner() {
        info('Inner', { x: 'y'.repeat(60) });
        span('inner').end();
        return 1;
      },
    }),
  'an emitted event': () => () =>
    emit(
      EventBuilder.withCapacity(1)
        .message('Deep')
        .field('n', { a: [1] })
        .build(),
    ),
};

describe.each(Object.keys(attacks))('%s at the end of the stack', (name) => {
  it('leaves a ring that is whole, and that goes on', () => {
    const log = attacks[name]();
    for (let round = 0; round < 3; round++) {
      atTheEnd(log);
      contents();
      info('After', { round });
      expect(newest()).toMatchObject({ message: 'After', values: { round } });
    }
    const { records, recordsWritten, recordsOverwritten } = contents();
    expect(records.length).toBeGreaterThan(100);
    expect(recordsWritten - recordsOverwritten).toBe(records.length);
  });
});

describe('a value nested without end', () => {
  it('is cut', () => {
    const deep: Record<string, unknown> = {};
    let at = deep;
    for (let i = 0; i < 100_000; i++) at = at['in'] = {} as Record<string, unknown>;
    info('Deep', { deep, after: 1 });
    expect(newest().values).toMatchObject({ after: 1 });
  });
});
