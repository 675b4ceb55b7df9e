// What a service does, all of it in one process and in turn: node mixed-workload.mjs WARM_UP_TURNS STEADY_TURNS
//
// The optimiser sees every call of ttlog's with every kind of argument, which is when code that was optimised for one kind
// is thrown away and optimised again; the question is whether that ends. Says on stdout when the second part began
// and ended, in ms since the process started.

import { debug, error, getLogger, info, init, lazy, trace, warn, withContext, withSpan } from 'ttlog';
import { fileSink } from 'ttlog/sinks';

import { pause } from '../lib/clock.mjs';
import { makeFieldsOrders } from '../lib/fields-orders.mjs';
import { makeInstrumented } from '../lib/instrumented.mjs';

const [warmUpTurns, steadyTurns] = process.argv.slice(2).map(Number);
const handle = init({ service: 'bench', level: 'warn', sinks: [fileSink({ path: '/dev/null' })] });

const orders = makeFieldsOrders();
const instrumented = makeInstrumented();
const child = getLogger('db', { pool: 'main' }).child({ table: 'orders' });
const failure = new Error('declined', { cause: new Error('timeout') });
const tags = new Set(['a', 'b']);
const seen = new Map([['a', 1]]);

/** Each is a few events of one kind; a turn runs all of them. */
const kinds = [
  (i) => info('User logged in', { user_id: i, attempt: i * 0.5, email: 'alice@example.com' }),
  (i) => info({ user_id: i }, 'User logged in'),
  (i) => info('User logged in', { user_id: `u-${i & 1023}`, admin: (i & 1) === 0 }),
  (i) => info('User logged in', { email: null, user_id: i, at: new Date(1e12 + i) }),
  (i) => debug(`Message ${i & 255}`, { i }),
  (i) => debug(`Message ${i}`),
  (i) => trace('Values', { big: BigInt(i), text: 'é'.repeat(i & 15), none: undefined, nan: Number.NaN }),
  (i) =>
    trace('Nested', {
      order: {
        id: i,
        lines: [
          { sku: 'x', price: 1.5 },
          { sku: 'y', price: i },
        ],
      },
    }),
  (i) => trace('Collections', { tags, seen, bytes: Buffer.from([i & 255]) }),
  (i) => info('Order', orders[i & 255]),
  (i) => info(orders[i & 255], 'Order placed'),
  (i) => child.info('Row read', { rows: i }),
  () => child.debug('Row read'),
  (i) => (i % 16 === 0 ? warn('Slow', { duration_ms: i * 0.1 }) : debug('Fast', { duration_ms: i })),
  (i) => i % 64 === 0 && error('Payment failed', failure),
  (i) => debug('Lazily', { value: lazy(() => i) }),
  (i) => withContext({ request_id: `r-${i}` }, () => info('Inside', { i })),
  (i) => withContext('tenant', i & 7, () => withContext({ user: i }, () => debug('Deeper'))),
  (i) => withSpan('price', { items: i & 7 }, () => debug('Priced')),
  (i) => instrumented.charge(i, 9.5),
];

const CALLS_PER_KIND = 50;

async function runTurns(turns) {
  for (let turn = 0; turn < turns; turn += 1) {
    const first = turn * CALLS_PER_KIND;
    for (const kind of kinds) {
      for (let i = first; i < first + CALLS_PER_KIND; i += 1) kind(i);
    }
    for (let i = first; i < first + CALLS_PER_KIND; i += 1) await instrumented.chargeAsync(i, 9.5);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

await runTurns(warmUpTurns);
const steadyMs = performance.now();
await runTurns(steadyTurns);
process.stdout.write(`STEADY ${steadyMs} ${performance.now()}\n`);
// V8's log counts from a moment later than the process did: the end has to be told from the shutdown.
await pause(1000);
await handle.shutdown();
