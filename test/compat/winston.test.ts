import { expect, test } from 'vitest';
import winston from 'winston';
import { withContext, withSpan } from 'ttlog';
import { memorySink } from 'ttlog/sinks';
import { TtlogTransport } from 'ttlog/winston';
import { start } from '../support/running.js';

type Options = ConstructorParameters<typeof TtlogTransport>[0];

/** What one use of a logger leaves. */
async function said(
  use: (logger: winston.Logger) => void,
  { transport, logger }: { transport?: Options; logger?: winston.LoggerOptions } = {},
) {
  const memory = memorySink();
  const handle = start({ level: 'trace', sinks: [memory] });
  const made = winston.createLogger({ transports: [new TtlogTransport(transport)], ...logger });
  use(made);
  made.close();
  await handle.shutdown();
  return memory.records;
}

test('message, fields and level, whatever level the logger itself has', async () => {
  const records = await said(
    (logger) => {
      logger.info('Order placed', { order_id: 7 });
      logger.silly('Cache looked up');
      logger.log('verbose', 'Query planned');
      logger.http('GET /');
    },
    { transport: { target: 'orders' }, logger: { level: 'error' } },
  );
  expect(records.map(({ target, level, message, values }) => [target, level, message, values])).toEqual([
    ['orders', 2, 'Order placed', { order_id: 7 }],
    ['orders', 0, 'Cache looked up', {}],
    ['orders', 1, 'Query planned', {}],
    ['orders', 1, 'GET /', {}],
  ]);
});

test('a level of its own is winston’s to keep', async () => {
  const records = await said(
    (logger) => {
      logger.warn('kept');
      logger.info('left out');
    },
    { transport: { level: 'warn' } },
  );
  expect(records.map(({ message, target }) => [message, target])).toEqual([['kept', 'shop']]);
});

test('the running context and span', async () => {
  let traceId = '';
  const records = await said((logger) =>
    withContext('request_id', 'r-1', () =>
      withSpan('checkout', (span) => {
        traceId = span.traceId;
        logger.info('Paid');
      }),
    ),
  );
  const paid = records.find(({ message }) => message === 'Paid');
  expect([paid?.traceId, paid?.values]).toEqual([traceId, { request_id: 'r-1' }]);
});

test.each([
  ['beside a message', (logger: winston.Logger, err: Error) => logger.error('Payment failed', err), 'Payment failed'],
  ['as a field', (logger: winston.Logger, err: Error) => logger.error('Payment failed', { err }), 'Payment failed'],
  ['on its own', (logger: winston.Logger, err: Error) => logger.error(err), 'card declined'],
  [
    'as the message of an object',
    (logger: winston.Logger, err: Error) => logger.log({ level: 'error', message: err as never }),
    'card declined',
  ],
])('an error %s', async (_how, use, message) => {
  const err = Object.assign(new TypeError('card declined', { cause: new Error('timeout') }), { code: 'E_CARD' });
  const [record] = await said((logger) => void use(logger, err));
  expect([record.level, record.message]).toEqual([4, message]);
  expect(record.values['err']).toMatchObject({
    type: 'TypeError',
    message: 'card declined',
    code: 'E_CARD',
    stack: expect.stringContaining('winston.test.ts') as string,
    cause: { message: 'timeout' },
  });
  expect(Object.keys(record.values)).toEqual(['err']);
});

test('what formats make of it: interpolated text, labels, errors with stacks, colours left out', async () => {
  const { format } = winston;
  const records = await said(
    (logger) => {
      logger.info('found %d of %s', 3, 'orders');
      logger.error(new RangeError('no'));
    },
    {
      logger: {
        format: format.combine(
          format.errors({ stack: true }),
          format.splat(),
          format.label({ label: 'db' }),
          format.colorize({ all: true }),
          format.json(),
        ),
      },
    },
  );
  expect(records[0]).toMatchObject({ level: 2, message: 'found 3 of orders', values: { label: 'db' } });
  expect(records[1]).toMatchObject({ level: 4, message: 'no', values: { err: { type: 'RangeError', message: 'no' } } });
});

test('syslog levels, levels of one’s own, child loggers', async () => {
  const syslog = await said((logger) => logger.log('crit', 'down'), {
    logger: { levels: winston.config.syslog.levels },
  });
  expect(syslog[0].level).toBe(5);
  const own = await said(
    (logger) => {
      logger.log('whisper', 'psst');
      logger.child({ request: 7 }).log('shout', 'hey');
    },
    {
      transport: { levels: { whisper: 'trace', shout: 'warn' } },
      logger: { levels: { shout: 0, whisper: 1 }, level: 'shout' },
    },
  );
  expect(own.map(({ level, values }) => [level, values])).toEqual([
    [0, {}],
    [3, { request: 7 }],
  ]);
});

test('sensitive fields are redacted; what cannot be read says so; nothing is thrown', async () => {
  const hostile = {
    password: 'hunter2',
    get broken(): never {
      throw new Error('nope');
    },
  };
  // Winston's own JSON, which is its default, would throw.
  const [record] = await said((logger) => logger.log({ level: 'info', message: 'Signed in', user: hostile }), {
    logger: { format: winston.format((info) => info)() },
  });
  expect(record).toMatchObject({
    message: 'Signed in',
    values: { user: { password: '[Redacted]', broken: '[Throws: nope]' } },
  });
});

test('a wrong option says what was expected', () => {
  expect(() => new TtlogTransport({ levels: { loud: 'very' as never } })).toThrow(
    /Expected levels\.loud to be a LogLevel or its name/,
  );
  expect(() => new TtlogTransport({ tarjet: 'x' } as never)).toThrow(/Expected an option of TtlogTransport/);
});
