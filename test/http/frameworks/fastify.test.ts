// What is Fastify's own: its logger contract, its ids, its plugins.
import { once } from 'node:events';
import { connect } from 'node:http2';
import { Readable } from 'node:stream';
import {
  fastify,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyServerOptions,
} from 'fastify';
import { describe, expect, test } from 'vitest';
import { currentContext, LogLevel, type LogRecord } from 'ttlog';
import { fastifyLogger, ttlogFastify } from 'ttlog/fastify';
import { answered, ask, atTheEnd, completions, record, records } from '../support.js';

/** What is there besides what Fastify's type of a logger says. */
type FullLogger = {
  child(...args: Parameters<FastifyBaseLogger['child']>): FullLogger;
  info(...args: unknown[]): void;
  warn(...args: unknown[]): void;
  bindings(): object;
  isLevelEnabled(level: string): boolean;
} & FastifyBaseLogger;
const fullLogger = (...args: Parameters<typeof fastifyLogger>) => fastifyLogger(...args) as FullLogger;

/** Records of the application's own, without what Fastify says when it listens. */
const said = (all: readonly LogRecord[]) =>
  all.filter(({ kind, target, message }) => kind === 'event' && target === 'shop' && !message.startsWith('Server '));

function start(options: FastifyServerOptions = {}): FastifyInstance {
  record();
  const app: FastifyInstance = fastify({ ...options, loggerInstance: fastifyLogger() });
  atTheEnd(() => app.close());
  return app;
}

describe('the logger', () => {
  /** What a call records: its message and its fields. */
  async function recorded(call: (log: FullLogger) => void, log = fullLogger()) {
    record();
    call(log);
    return (await records()).map(({ level, message, values }) => [level, message, values]);
  }
  const error = new Error('broken');

  test.each<[string, unknown[], string, object]>([
    ['a message', ['hello'], 'hello', {}],
    ['fields and a message', [{ a: 1 }, 'hello'], 'hello', { a: 1 }],
    ['a message and fields', ['hello', { a: 1 }], 'hello', { a: 1 }],
    ['a message and its values', ['%s has %d', 'cart', 3], 'cart has 3', {}],
    ['fields, a message and its values', [{ a: 1 }, '%s has %o', 'cart', [1]], 'cart has [ 1, [length]: 1 ]', { a: 1 }],
    ['an object for the message', ['of %j', { a: 1 }], 'of {"a":1}', {}],
    ['more values than places', ['at', 'home', 7], 'at home 7', {}],
    ['fields alone', [{ a: 1 }], '', { a: 1 }],
    ['an error', [error], 'broken', { err: { message: 'broken' } }],
    ['an error and a message', [error, 'hello'], 'hello', { err: { message: 'broken' } }],
    ['an error among the fields', [{ err: error, a: 1 }], 'broken', { err: { message: 'broken' }, a: 1 }],
    ['nothing', [], '', {}],
    ['null', [null], '', { value: null }],
    ['a number', [7, 'hello'], 'hello', { value: 7 }],
  ])('takes %s', async (_what, args, message, fields) => {
    const [[level, text, values]] = await recorded((log) => log.warn(...args));
    expect([level, text, values]).toMatchObject([LogLevel.Warn, message, fields]);
    expect(Object.keys(values as object).sort()).toEqual(Object.keys(fields).sort());
  });

  test.each([
    [
      'a getter',
      {
        get a() {
          throw new Error('no');
        },
      },
    ],
    [
      'a proxy that was revoked',
      (() => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      })(),
    ],
    ['a symbol', Symbol('x')],
    [
      'a value that cannot be formatted',
      {
        toString() {
          throw new Error('no');
        },
        toJSON() {
          throw new Error('no');
        },
      },
    ],
  ])('never throws: %s', async (_what, value) => {
    // prettier-ignore
    const lines = await recorded((log) => {
      log.info(value, 'first');
      log.info('second %s', value);
      log.error({ err: value }, 'third');
      log.child({ value }).info('fourth');
      log.error(value);
    });
    expect(lines).toHaveLength(5);
  });

  test('has a level of its own, which its children inherit', async () => {
    const log = fullLogger({ level: 'warn' });
    const loud = log.child({}, { level: 'debug' });
    const silent = log.child({});
    silent.level = 'silent';
    expect([log.level, loud.level, silent.level]).toEqual(['warn', 'debug', 'silent']);
    expect([log.isLevelEnabled('info'), loud.isLevelEnabled('info'), silent.isLevelEnabled('fatal')]).toEqual([
      false,
      true,
      false,
    ]);
    const lines = await recorded(() => {
      for (const one of [log, loud, silent])
        for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const) one[level](level);
    });
    expect(lines.map(([, message]) => message)).toEqual([
      'warn', 'error', 'fatal', 'debug', 'info', 'warn', 'error', 'fatal',
    ]); // prettier-ignore
    expect(() => (log.level = 'loud')).toThrow('Expected level to be trace, debug, info, warn, error, fatal or silent');
  });

  test('its children have bindings, serializers and a prefix', async () => {
    const log = fullLogger({ serializers: { cart: (cart: { items: number }) => cart.items } });
    const child = log.child({ cart: { items: 3 }, region: 'eu' }, { msgPrefix: '[cart] ' });
    const inner = child.child({ step: 1 }, { serializers: { step: (step: number) => `#${step}` }, msgPrefix: '> ' });
    expect([child.bindings(), inner.bindings()]).toEqual([
      { cart: 3, region: 'eu' },
      { cart: 3, region: 'eu', step: '#1' },
    ]);
    const lines = await recorded(() => {
      child.info({ cart: { items: 4 } }, 'counted');
      inner.info('added');
    });
    expect(lines).toEqual([
      [LogLevel.Info, '[cart] counted', { cart: 4, region: 'eu' }],
      [LogLevel.Info, '[cart] > added', { cart: 3, region: 'eu', step: '#1' }],
    ]);
  });

  test('a serializer that throws says so', async () => {
    const log = fullLogger({
      serializers: {
        cart: () => {
          throw new Error('no');
        },
      },
    });
    expect(await recorded(() => log.info({ cart: 1, a: 2 }, 'x'))).toEqual([
      [LogLevel.Info, 'x', { cart: expect.stringContaining('Throws'), a: 2 }],
    ]);
  });

  test.each([
    [{ level: 'loud' }, 'Expected level to be'],
    [{ target: 7 }, 'Expected target to be a name'],
    [{ serializers: { a: 1 } }, 'Expected serializers to be an object of functions'],
    [{ stream: 1 }, 'Expected an option of fastifyLogger() to be one of'],
  ])('%j is wrong', (options, message) => {
    expect(() => fullLogger(options as object)).toThrow(message);
  });
});

describe('as loggerInstance', () => {
  test('alone, it has what Fastify says', async () => {
    const app = start();
    app.get('/broken', async () => {
      throw new Error('broken');
    });
    await app.inject('/broken?token=hush');
    const lines = said(await records());
    expect(lines.map(({ level, message, values }) => [level, message, values['reqId']])).toEqual([
      [LogLevel.Info, 'incoming request', 'req-1'],
      [LogLevel.Error, 'broken', 'req-1'],
      [LogLevel.Info, 'request completed', 'req-1'],
    ]);
    expect(lines.map(({ values }) => values)).toMatchObject([
      { req: { id: 'req-1', method: 'GET', url: '/broken?token=[Redacted]' } },
      { err: { type: 'Error', message: 'broken' }, res: { statusCode: 500 } },
      { res: { statusCode: 500 }, responseTime: expect.any(Number) },
    ]);
  });

  test('with the plugin, levels and serializers of a route hold', async () => {
    const app = start();
    await app.register(ttlogFastify);
    app.get('/quiet', { logLevel: 'warn', logSerializers: { cart: () => 'a cart' } }, async (request) => {
      request.log.info('not said');
      request.log.warn({ cart: {} }, 'said');
      return request.id;
    });
    const { body, headers } = await app.inject('/quiet');
    expect(headers['x-request-id']).toBe(body);
    const all = await answered(1);
    expect(
      said(all).map(({ message, values }) => [message, values['cart'], values['reqId'], values['request_id']]),
    ).toEqual([['said', 'a cart', undefined, body]]);
  });

  test('a plugin of another prefix, with its own error handler and its own hooks, is within', async () => {
    const app = start();
    await app.register(ttlogFastify);
    await app.register(
      async (sub) => {
        sub.setErrorHandler((_error, _request, reply) => reply.status(500).send(currentContext()));
        sub.addHook('preHandler', async (request) => request.log.info('hook'));
        sub.get('/broken', async () => {
          throw new Error('broken');
        });
      },
      { prefix: '/sub' },
    );
    const { json } = await app.inject({ url: '/sub/broken', headers: { 'x-request-id': 'r-1' } });
    expect(json()).toEqual({ request_id: 'r-1' });
    const all = await answered(1);
    expect(said(all).map(({ message, values }) => [message, values['request_id']])).toEqual([['hook', 'r-1']]);
    expect(completions(all)[0]).toMatchObject({
      level: LogLevel.Error,
      values: { route: '/sub/broken', err: { message: 'broken' } },
    });
  });
});

test.each([
  [{ genReqId: () => 'mine' }, {}, 'mine'],
  [{ genReqId: () => 'mine' }, { 'x-request-id': 'theirs' }, 'mine'],
  [{ requestIdHeader: 'x-trace' }, { 'x-trace': 'theirs' }, 'theirs'],
  [{}, { 'x-request-id': 'theirs' }, 'theirs'],
])('the id of %j and %j is %s', async (options, headers, id) => {
  const app = start(options);
  await app.register(ttlogFastify);
  app.get('/', async (request) => request.id);
  const response = await app.inject({ url: '/', headers });
  expect([response.body, response.headers['x-request-id']]).toEqual([id, id]);
  expect(completions(await answered(1))[0].values['req']).toMatchObject({ id });
});

type Answering = (reply: FastifyReply) => unknown;

test.each<[string, Answering, string | undefined]>([
  ['a reply', (reply) => reply.send('ok'), 'r-1'],
  ['a stream', (reply) => reply.send(Readable.from(['ok'])), 'r-1'],
  ['a reply with an id of its own', (reply) => reply.header('x-request-id', 'own').send('ok'), 'own'],
  ['a reply without', (reply) => reply.removeHeader('x-request-id').send('ok'), undefined],
  ['the response, past the reply', (reply) => reply.hijack().raw.end('ok'), 'r-1'],
  ['the response, with headers', (reply) => reply.hijack().raw.writeHead(200, { 'x-a': '1' }).end('ok'), 'r-1'],
  ['the response, with a list of them', (reply) => reply.hijack().raw.writeHead(200, ['x-a', '1']).end('ok'), 'r-1'],
  [
    'the response, with its reply’s',
    (reply) =>
      reply
        .hijack()
        .raw.writeHead(200, reply.getHeaders() as {})
        .end('ok'),
    'r-1',
  ],
  [
    'the response, with an id of its own',
    (reply) => reply.hijack().raw.setHeader('X-Request-Id', 'own').writeHead(200, 'OK').end('ok'),
    'own',
  ],
  ['the response, without', (reply) => reply.removeHeader('x-request-id').hijack().raw.end('ok'), undefined],
])('the id goes along with %s', async (_what, answer, id) => {
  const app = start();
  await app.register(ttlogFastify);
  app.get('/', (_request, reply) => void answer(reply));
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const { headers, text } = await ask(url, { headers: { 'x-request-id': 'r-1' } });
  expect([headers['x-request-id'], text]).toEqual([id, 'ok']);
});

test('the plugin takes pino’s logger away from requests only', async () => {
  record();
  const lines: string[] = [];
  const app = fastify({ logger: { stream: { write: (line: string) => void lines.push(line) } } });
  await app.register(ttlogFastify);
  app.get('/', async (request) => {
    app.log.info('by pino');
    request.log.info('by ttlog');
    return 'ok';
  });
  await app.inject('/');
  await app.close();
  const all = await answered(1);
  expect(lines.some((line) => line.includes('by pino'))).toBe(true);
  expect(said(all).map(({ message }) => message)).toEqual(['by ttlog']);
});

test.each([
  ['a promise of the module', () => import('ttlog/fastify')],
  ['the module, as require() gives it', async () => ({ ...(await import('ttlog/fastify')) })],
])('registered as %s', async (_what, module) => {
  const app = start();
  await app.register((await module()) as never);
  app.get('/', async () => currentContext());
  const response = await app.inject({ url: '/', headers: { 'x-request-id': 'r-1' } });
  expect(response.json()).toEqual({ request_id: 'r-1' });
});

test('over HTTP/2', async () => {
  record();
  const app = fastify({ http2: true, loggerInstance: fastifyLogger() });
  await app.register(ttlogFastify);
  app.get('/orders/:id', async () => currentContext());
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  atTheEnd(() => app.close());
  const session = connect(url);
  atTheEnd(() => session.destroy());
  const stream = session.request({ ':path': '/orders/7', 'x-request-id': 'r-1' });
  const [headers] = (await once(stream, 'response')) as [Record<string, string>];
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
  expect([headers['x-request-id'], text]).toEqual(['r-1', '{"request_id":"r-1"}']);
  expect(completions(await answered(1))[0].values).toMatchObject({ route: '/orders/:id', res: { statusCode: 200 } });
});

test('a wrong option stops the start', async () => {
  const app = fastify();
  const registered = app.register(ttlogFastify, { skip: true } as object);
  await expect(registered).rejects.toThrow('Expected an option of ttlogFastify to be one of');
});
