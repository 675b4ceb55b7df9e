import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { addContext, bindContext, currentContext, enterContext, info, span, trace, withContext, withSpan } from 'ttlog';
import { state } from '../../src/core/state.js';
import { ownFields, recorded, startRecording } from '../support/recorded.js';

beforeEach(startRecording);

function fillSegments(count: number): void {
  const last = state.ring!.segment + count;
  while (state.ring!.segment < last) trace('fill', { text: 'x'.repeat(1000) });
}

describe('addContext', () => {
  test('is seen by all that share the scope, also by what was started before', async () => {
    await withContext({ request_id: 'r-1' }, async () => {
      info('before');
      const other = (async () => {
        await turn();
        info('other');
      })();
      addContext({ user_id: 7, request_id: 'r-2' });
      info('after');
      await other;
    });
    expect(recorded().event('before').values).toEqual({ request_id: 'r-1' });
    expect(recorded().event('after').values).toEqual({ request_id: 'r-2', user_id: 7 });
    expect(recorded().event('other').values).toEqual({ request_id: 'r-2', user_id: 7 });
    expect(currentContext()).toEqual({});
  });

  test('is seen by contexts inside that have been on records already, in this segment of the ring and in others', () => {
    const leave: (() => void)[] = [];
    withContext({ request_id: 'r-1' }, () => {
      // Kept alive by an open span: its bytes are carried over from segment to segment.
      const inner = withContext({ step: 1 }, () => {
        const open = span('open');
        return bindContext(() => open.run(() => (info('inner'), open)));
      });
      const other = withContext({ step: 2 }, () => bindContext(() => info('other')));
      inner();
      other();
      addContext({ user_id: 7 });
      info('around');
      inner();
      other();
      fillSegments(3);
      addContext({ user_id: 8 });
      inner();
      fillSegments(3);
      other();
      leave.push(() => inner().end());
    });
    leave.forEach((end) => end());
    const values = (name: string): unknown[] =>
      recorded()
        .events.filter(({ message }) => message === name)
        .map((event) => event.values);
    const around = { request_id: 'r-1' };
    expect(values('around')).toEqual([{ ...around, user_id: 7 }]);
    expect(values('inner')).toEqual([
      { ...around, step: 1 },
      { ...around, step: 1, user_id: 7 },
      { ...around, step: 1, user_id: 8 },
      { ...around, step: 1, user_id: 8 },
    ]);
    expect(values('other')).toEqual([
      { ...around, step: 2 },
      { ...around, step: 2, user_id: 7 },
      { ...around, step: 2, user_id: 8 },
    ]);
  });

  test('stays in the nearest context', () => {
    withContext('a', 1, () => {
      withContext('b', 2, () => {
        addContext({ c: 3 });
        expect(currentContext()).toEqual({ a: 1, b: 2, c: 3 });
      });
      expect(currentContext()).toEqual({ a: 1 });
    });
  });

  test('outside any scope it does nothing', () => {
    addContext({ a: 1 });
    expect(currentContext()).toEqual({});
    info('plain');
    expect(recorded().event('plain').values).toEqual({});
  });

  test('inside a span without a context it belongs to that span, and is on its line', () => {
    withSpan('outer', () => {
      withSpan('inner', () => {
        addContext({ user_id: 7 });
        info('in');
      });
      expect(currentContext()).toEqual({});
      info('out');
    });
    expect(recorded().event('in').values).toEqual({ user_id: 7 });
    expect(recorded().event('out').values).toEqual({});
    expect(ownFields(recorded().span('inner'))).toEqual({ user_id: 7 });
    expect(ownFields(recorded().span('outer'))).toEqual({});
  });

  test('inside a span inside a context it goes into that context', () => {
    withContext({ request_id: 'r-1' }, () => {
      withSpan('work', () => addContext({ user_id: 7 }));
      expect(currentContext()).toEqual({ request_id: 'r-1', user_id: 7 });
    });
  });

  test('does not reach a disposed context', () => {
    const running = span('work');
    running.run(() => {
      const entered = enterContext({ a: 1 });
      entered[Symbol.dispose]();
      addContext({ b: 2 });
      expect(currentContext()).toEqual({ b: 2 });
    });
    running.end();
  });

  test('never throws', () => {
    withContext({ a: 1 }, () => {
      addContext(null as never);
      addContext({
        get bad(): never {
          throw new Error('boom');
        },
      });
      addContext(JSON.parse('{"__proto__": 1}') as object);
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      addContext(proxy);
      expect(currentContext()).toMatchObject({ a: 1, bad: '[Throws: boom]' });
    });
  });
});
