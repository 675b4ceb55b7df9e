// Hono where there is no Node behind it, and Koa and Hono where something else is there too.
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import Koa from 'koa';
import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { addContext, currentContext, exportContext, info, LogLevel, withSpan } from 'ttlog';
import { ttlogHono } from 'ttlog/hono';
import { ttlogKoa } from 'ttlog/koa';
import { answered, ask, completions, listen, record, records, roots } from '../support.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('Hono without Node', () => {
  test('a request is over when its response has been made', async () => {
    record();
    const app = new Hono();
    app.use(ttlogHono({ fields: (c) => ({ tenant: c.req.header('x-tenant') }) }));
    app.get('/orders/:id', async (c) => {
      await withSpan('work', () => Promise.resolve());
      c.var.log.info('Looking it up');
      addContext({ cart: 3 });
      return new Response(JSON.stringify(exportContext()));
    });
    const response = await app.request('/orders/7?token=hush', {
      headers: { 'x-request-id': 'r-1', 'x-tenant': 'acme', traceparent: `00-${TRACE}-${SPAN}-01` },
    });
    expect(response.headers.get('x-request-id')).toBe('r-1');
    expect(await response.json()).toMatchObject({ fields: { request_id: 'r-1', tenant: 'acme', cart: 3 } });
    const all = await answered(1);
    expect(roots(all)[0]).toMatchObject({
      message: 'GET /orders/:id',
      traceId: TRACE,
      parentSpanId: SPAN,
      outcome: 'ok',
    });
    expect(completions(all)[0]).toMatchObject({
      level: LogLevel.Info,
      values: {
        req: { id: 'r-1', method: 'GET', url: '/orders/7?token=[Redacted]' },
        route: '/orders/:id',
        res: { statusCode: 200 },
        tenant: 'acme',
        cart: 3,
      },
    });
  });

  test('what fails is one error line, what is ignored none', async () => {
    record();
    const app = new Hono();
    app.use(ttlogHono({ ignore: (c) => c.req.path === '/health' }));
    app.onError((_error, c) => c.text('sorry', 500));
    app.get('/broken', () => {
      throw new Error('broken');
    });
    app.get('/health', (c) => {
      c.get('log').info('quiet');
      info('quiet');
      return c.text('ok');
    });
    expect((await app.request('/broken')).status).toBe(500);
    expect((await app.request('/health')).headers.get('x-request-id')).toBeNull();
    const all = await answered(1);
    expect(all.filter(({ kind }) => kind === 'event').map(({ level, values }) => [level, values['err']])).toEqual([
      [LogLevel.Error, expect.objectContaining({ message: 'broken' })],
    ]);
  });

  test('the middleware twice is one scope', async () => {
    record();
    const app = new Hono();
    app.use(ttlogHono());
    app.use('/api/*', ttlogHono());
    app.get('/api/orders', (c) => c.json(currentContext()));
    await app.request('/api/orders');
    await app.request('/nowhere');
    const all = await answered(2);
    expect(completions(all).map(({ values }) => values['route'])).toEqual(['/api/orders', undefined]);
  });
});

test('Hono on Node: a body that breaks off is told, with its error', async () => {
  record();
  const app = new Hono();
  app.use(ttlogHono());
  app.get('/', () => {
    let pieces = 0;
    return new Response(
      new ReadableStream({
        async pull(controller) {
          await turn();
          if (pieces++ < 2) controller.enqueue(Buffer.from('a'));
          else controller.error(new Error('cut off'));
        },
      }),
    );
  });
  const url = await listen(createServer(getRequestListener(app.fetch)));
  await expect(ask(url)).rejects.toThrow(/aborted|hang up|reset|terminated/);
  const [completion] = completions(await answered(1));
  expect(completion).toMatchObject({
    level: LogLevel.Error,
    message: 'request aborted',
    values: { aborted: true, res: { statusCode: 200 }, err: { message: 'cut off' } },
  });
});

test('Hono: a request that a middleware answers is of no route, and named so', async () => {
  record();
  const app = new Hono();
  app.use(ttlogHono());
  app.use(async (c, next) => (c.req.path === '/orders/7' ? c.text('who are you?', 401) : next()));
  app.get('/orders/:id', (c) => c.text('grinder'));
  expect((await app.request('/orders/7')).status).toBe(401);
  expect((await app.request('/orders/8')).status).toBe(200);
  const all = await answered(2);
  expect(completions(all).map(({ values }) => values['route'])).toEqual([undefined, '/orders/:id']);
  expect(roots(all).map(({ message }) => message)).toEqual(['GET', 'GET /orders/:id']);
});

test('the id of Hono’s own requestId() is the request’s', async () => {
  record();
  const app = new Hono();
  app.use(requestId({ generator: () => 'r-own' }));
  app.use(ttlogHono());
  app.get('/', (c) => c.text(`${c.get('requestId')} ${String(currentContext()['request_id'])}`));
  expect(await (await app.request('/')).text()).toBe('r-own r-own');
});

test('Koa: what is thrown and is no error, and what an outer middleware makes of it', async () => {
  record();
  const app = new Koa();
  app.silent = true;
  app.use(ttlogKoa());
  app.use((ctx) => {
    if (ctx.path === '/text') throw 'only a text';
    ctx.throw(404, 'not here');
  });
  const url = await listen(createServer(app.callback()));
  expect((await ask(`${url}/text`)).status).toBe(500);
  expect((await ask(`${url}/other`)).status).toBe(404);
  const all = await answered(2);
  expect(completions(all).map(({ level, values }) => [level, values['err']])).toEqual([
    [LogLevel.Error, 'only a text'],
    [LogLevel.Warn, undefined],
  ]);
  expect((await records()).filter(({ level }) => level >= LogLevel.Error)).toHaveLength(1);
});
