// What only waits for its user to ask for it is not at work: that time is not the span's.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { of } from 'rxjs';
import { info, span, withSpan } from 'ttlog';
import type { FakeClock } from 'ttlog/testing';
import { fakeClock } from 'ttlog/testing';
import { ownFields, recorded, startRecording } from '../support/recorded.js';

let clock: FakeClock;
beforeEach(() => {
  startRecording();
  clock = fakeClock();
});
afterEach(() => clock.stop());

/** A query that takes 3 ms. */
class Query {
  then(onOk: (rows: number) => unknown): void {
    clock.tick(3);
    onOk(1);
  }

  exec(): number {
    clock.tick(3);
    return 1;
  }
}

const kinds: Record<string, [make: () => object, use: (made: never) => unknown]> = {
  'a query that is awaited': [() => new Query(), async (query: Query) => query],
  'a query that is executed': [() => new Query(), (query: Query) => query.exec()],
  'an observable': [() => of(1), (rows: ReturnType<typeof of>) => rows.subscribe(() => clock.tick(3))],
};

describe.each(Object.entries(kinds))('%s', (_kind, [make, use]) => {
  const open = (waitMs: number): object => {
    const made = withSpan('find', { table: 'orders' }, { slow: 20 }, (active) => {
      active.record({ page: 2 });
      clock.tick(2);
      return make();
    });
    clock.tick(waitMs);
    return made;
  };

  test('takes the time of the body and of its work', async () => {
    info('before');
    await use(open(50) as never);
    const found = recorded().span('find');
    expect(found).toMatchObject({ durationMs: 5, level: 1, outcome: 'ok' });
    expect(found.startNs! - recorded().event('before').timestampNs).toBe(50_000_000n);
    expect(ownFields(found)).toEqual({ table: 'orders', page: 2 });
  });

  test('at once, it begins when it was opened', async () => {
    info('before');
    await use(open(0) as never);
    expect(recorded().span('find').durationMs).toBe(5);
    expect(recorded().span('find').startNs).toBe(recorded().event('before').timestampNs);
  });

  test('in a record that is being written', async () => {
    const made = open(50);
    let used: unknown;
    const fields = {
      get lazily(): number {
        used = use(made as never);
        return 1;
      },
    };
    info('reading', fields);
    await used;
    expect(recorded().span('find').outcome).toBe('ok');
    expect(recorded().event('reading').values).toEqual({ lazily: 1 });
  });

  test('while the ring has gone on', async () => {
    const made = open(50);
    const long = 'x'.repeat(4000);
    for (let i = 0; i < 3000; i++) span(`other ${i % 7}`, { long }).end();
    await use(made as never);
    expect(recorded().span('find')).toMatchObject({ durationMs: 5, level: 1 });
    expect(ownFields(recorded().span('find'))).toEqual({ table: 'orders', page: 2 });
  });
});
