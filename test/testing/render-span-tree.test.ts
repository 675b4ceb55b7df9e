import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { getLogger, info, init, span, warn, withContext, withSpan } from 'ttlog';
import { memorySink } from 'ttlog/sinks';
import { captureLogs, fakeClock, renderSpanTree } from 'ttlog/testing';
import { closeRing, replaceRing } from '../../src/core/ring-of-thread.js';
import { MIN_CAPACITY_BYTES } from '../../src/core/layout.js';

test('spans and events, in the order they began, each field where it is new', async () => {
  const logs = await captureLogs(async () => {
    withContext({ request_id: 'r-1' }, () => {
      info('Started');
      withSpan('checkout', { cart_id: 3 }, (active) => {
        info('Adding up', { items: 2 });
        withSpan('stock', { sku: 'a b' }, () => info('Looked'));
        active.record({ total: 12 });
        expect(() =>
          withSpan('charge', { cart_id: 4 }, () => {
            warn('Declined', { card: '4' });
            throw new TypeError('card\ndeclined');
          }),
        ).toThrow('declined');
      });
    });
    span('left open', { n: 1 });
    info('Done');
  });
  expect(`\n${renderSpanTree(logs)}\n`).toBe(`
[info] Started request_id=r-1
checkout request_id=r-1 cart_id=3 total=12
├─ [info] Adding up items=2
├─ stock sku="a b"
│  └─ [info] Looked
└─ charge cart_id=4 ✗ TypeError: card\\ndeclined
   └─ [warn] Declined card=4
left open n=1 (open)
[info] Done
`);
  expect(`\n${renderSpanTree(logs, { events: false, fields: false })}\n`).toBe(`
checkout
├─ stock
└─ charge ✗ TypeError: card\\ndeclined
left open (open)
`);
});

test('durations and targets where they are asked for', () => {
  using clock = fakeClock();
  const logs = captureLogs(() =>
    withSpan('checkout', () => {
      clock.tick(2);
      getLogger('db').span('query').end();
      const query = getLogger('db').span('query');
      clock.tick(1.5);
      query.run(() => info('Row'));
      query.end();
    }),
  );
  expect(`\n${renderSpanTree(logs, { durations: true, targets: true })}\n`).toBe(`
checkout (app) [3.50 ms]
├─ query (db) [0 ns]
└─ query (db) [1.50 ms]
   └─ [info] Row
`);
});

test('spans that run at the same time stand in the order they began, on a clock that stands still too', async () => {
  using clock = fakeClock();
  expect(clock.nowMs).toBeGreaterThan(0);
  const logs = await captureLogs(() =>
    withSpan('all', () =>
      Promise.all([
        withSpan('slow', async () => {
          await nextTurn();
          await nextTurn();
        }),
        withSpan('fast', async () => nextTurn()),
      ]),
    ),
  );
  expect(logs.messages).toEqual(['fast', 'slow', 'all']);
  expect(renderSpanTree(logs)).toBe('all\n├─ slow\n└─ fast');
});

test('takes what a sink has', async () => {
  closeRing(); // a sink gets what was recorded before init() too
  const memory = memorySink({ level: 'trace' });
  const handle = init({ service: 'shop', sinks: [memory] });
  withSpan('outer', () => withSpan('inner', () => info('here')));
  await handle.shutdown();
  expect(renderSpanTree(memory.records)).toBe('outer\n└─ inner\n   └─ [info] here');
});

test('a chain of 500 spans, and a capture that lost some', () => {
  const chain = captureLogs(() => {
    let inside = (): void => undefined;
    for (let i = 0; i < 500; i++) {
      const outer = inside;
      inside = () => withSpan('s', outer);
    }
    inside();
  });
  expect(renderSpanTree(chain).split('\n')).toHaveLength(500);

  replaceRing(MIN_CAPACITY_BYTES);
  const logs = captureLogs(() => {
    for (let i = 0; i < 10_000; i++) info('a record of some length', { i });
  });
  closeRing();
  expect(renderSpanTree(logs, { events: false })).toBe(
    `[warn] Records were lost before they could be captured lost=${logs.lost}`,
  );
});

test('wrong options are told', () => {
  expect(() => renderSpanTree([], { duration: true } as never)).toThrow('duration');
});
