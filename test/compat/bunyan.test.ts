import bunyan from 'bunyan';
import { expect, test } from 'vitest';
import { bunyanStream } from 'ttlog/bunyan';
import { withContext } from 'ttlog';
import { memorySink } from 'ttlog/sinks';
import { start } from '../support/running.js';

async function said(use: (logger: bunyan) => void, options?: Partial<bunyan.LoggerOptions>) {
  const memory = memorySink();
  const handle = start({ level: 'trace', sinks: [memory] });
  use(bunyan.createLogger({ name: 'orders', streams: [bunyanStream()], ...options }));
  await handle.shutdown();
  return memory.records;
}

test('name, level, message, fields, and the running context', async () => {
  const records = await said((logger) => {
    withContext('request_id', 'r-1', () => logger.info({ order_id: 7 }, 'Order %s', 'placed'));
    logger.trace('Cache looked up');
    logger.child({ component: 'db' }).fatal('down');
  });
  expect(records.map(({ target, level, message, values }) => [target, level, message, values])).toEqual([
    ['orders', 2, 'Order placed', { order_id: 7, request_id: 'r-1' }],
    ['orders', 0, 'Cache looked up', {}],
    ['orders', 5, 'down', { component: 'db' }],
  ]);
});

test.each([
  ['streams', { streams: [bunyanStream()] }],
  ['a raw stream', { streams: [{ type: 'raw', level: 'trace', stream: bunyanStream() }] }],
  ['the stream', { streams: undefined, stream: bunyanStream(), level: 'trace' }],
])('wherever bunyan takes a stream: %s', async (_how, options) => {
  const records = await said((logger) => logger.trace({ order_id: 7 }, 'Order'), options as never);
  expect(records.map(({ message, level, values }) => [message, level, values])).toEqual([
    ['Order', 0, { order_id: 7 }],
  ]);
});

test.each([
  ['without serializers', undefined],
  ['with the standard ones', bunyan.stdSerializers],
])('errors, %s', async (_how, serializers) => {
  const err = Object.assign(new TypeError('card declined'), { code: 'E_CARD' });
  const records = await said(
    (logger) => {
      logger.error(err);
      logger.error({ err, order_id: 7 }, 'Payment failed');
    },
    serializers === undefined ? {} : { serializers },
  );
  for (const [index, message] of ['card declined', 'Payment failed'].entries()) {
    expect(records[index].message).toBe(message);
    expect(records[index].values['err']).toMatchObject({
      type: 'TypeError',
      message: 'card declined',
      code: 'E_CARD',
      stack: expect.stringContaining('bunyan.test.ts') as string,
    });
  }
});

test('lines, levels in between, what is no record', async () => {
  const { stream } = bunyanStream({ target: 'old' });
  const records = await said(() => {
    stream.write('{"name":"x","level":35,"msg":"between"}');
    stream.write('no json');
    stream.write({ level: 1000, msg: 7, password: 'hunter2' });
    stream.write(new Proxy({}, { get: () => { throw new Error('nope'); } })); // prettier-ignore
    stream.end();
  });
  expect(records.map(({ target, level, message }) => [target, level, message])).toEqual([
    ['old', 2, 'between'],
    ['old', 2, 'no json'],
    ['old', 5, ''],
    ['old', 2, ''],
  ]);
  expect(records[2].values).toEqual({ password: '[Redacted]' });
});

test('a wrong option says what was expected', () => {
  expect(() => bunyanStream({ target: 7 } as never)).toThrow(/Expected target to be a name, got 7/);
});
