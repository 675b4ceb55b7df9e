// What is Express's own: where routers are mounted, what others have done to a request, what is printed.
import express4 from 'express4';
import express5 from 'express';
import { createServer, type IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { LogLevel } from 'ttlog';
import { ttlogExpress, ttlogExpressErrors } from 'ttlog/express';
import { answered, ask, completions, keptConnection, listen, record, roots } from '../support.js';

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('%s', (_name, express) => {
  const routesOf = async (count: number) => completions(await answered(count)).map(({ values }) => values['route']);

  test('routers in routers, and applications in applications', async () => {
    record();
    const app = express();
    app.use(ttlogExpress());
    const inner = express.Router({ mergeParams: true });
    inner.get('/', (_req, res) => void res.end('list'));
    inner.get('/:item', (_req, res) => void res.end('one'));
    const outer = express.Router({ mergeParams: true });
    outer.use((_req, _res, next) => next());
    outer.use('/items', inner);
    app.use('/shops/:shop', outer);
    const admin = express();
    admin.get('/users/:id', (_req, res) => void res.end('user'));
    app.use('/admin', admin);
    app.get(/^\/files\/(.*)$/, (_req, res) => void res.end('file'));
    app.get('/', (_req, res) => void res.end('home'));
    const url = await listen(createServer(app));
    for (const path of ['/shops/7/items', '/shops/7/items/3', '/admin/users/7', '/files/a/b', '/'])
      await ask(url + path);
    expect(await routesOf(5)).toEqual([
      '/shops/:shop/items',
      '/shops/:shop/items/:item',
      '/admin/users/:id',
      String.raw`/^\/files\/(.*)$/`,
      '/',
    ]);
  });

  test('what a router is mounted at, without mergeParams, and where values are encoded', async () => {
    record();
    const app = express();
    app.use(ttlogExpress());
    const router = express.Router();
    router.get('/orders/:id', (_req, res) => void res.end('one'));
    app.use('/shops/:shop', router);
    app.use('/:country/:shop', router);
    const url = await listen(createServer(app));
    for (const path of ['/shops/7/orders/3', '/shops/caf%C3%A9%207/orders/3', '/de/%20/orders/3', '/a/a/orders/a'])
      await ask(url + path);
    const all = await answered(4);
    const templates = ['/shops/:shop', '/shops/:shop', '/:country/:shop', '/:country/:shop'];
    expect(completions(all).map(({ values }) => values['route'])).toEqual(templates.map((at) => `${at}/orders/:id`));
    expect(roots(all).map(({ message }) => message)).toEqual(templates.map((at) => `GET ${at}/orders/:id`));
  });

  test('values that nobody knows as parameters do not make any number of names', async () => {
    record();
    const app = express();
    app.use(ttlogExpress());
    const router = express.Router();
    router.use((_req, _res, next) => next());
    router.get('/orders', (_req, res) => void res.end('all'));
    app.use('/:tenant', router);
    const url = await listen(createServer(app));
    const agent = keptConnection();
    await ask(`${url}/${'x'.repeat(5000)}/orders`, { agent });
    for (let tenant = 0; tenant < 100; tenant++) await ask(`${url}/t${tenant}/orders`, { agent });
    const all = await answered(101);
    const names = roots(all).map(({ message }) => message);
    expect(names[0]).toBe('GET /*/orders');
    expect(new Set(names).size).toBeLessThanOrEqual(17);
    expect(new Set(completions(all).map(({ values }) => values['route'])).size).toBeLessThanOrEqual(17);
  });

  test('in front of one route, and twice', async () => {
    record();
    const app = express();
    app.get('/orders/:id', ttlogExpress(), ttlogExpress({ fields: () => ({ twice: true }) }), (req, res) => {
      res.end((req.route as { path: string }).path);
    });
    const url = await listen(createServer(app));
    expect((await ask(`${url}/orders/7`)).text).toBe('/orders/:id');
    const all = await answered(1);
    expect(roots(all)).toHaveLength(1);
    expect(completions(all).map(({ values }) => [values['route'], values['twice']])).toEqual([['/orders/:id', true]]);
  });

  test('what the first one has been told of routes holds where the second one knows none', async () => {
    record();
    const app = express();
    app.use(ttlogExpress({ route: ({ path }) => (path === '/proxied' ? '/proxied' : undefined) }));
    app.use(ttlogExpress());
    app.get('/orders/:id', (_req, res) => void res.end());
    app.use((_req, res) => void res.end('by somebody else'));
    const url = await listen(createServer(app));
    await ask(`${url}/proxied`);
    await ask(`${url}/orders/7`);
    const all = await answered(2);
    expect(completions(all).map(({ values }) => values['route'])).toEqual(['/proxied', '/orders/:id']);
    expect(roots(all).map(({ message }) => message)).toEqual(['GET /proxied', 'GET /orders/:id']);
  });

  test('an id that somebody has given it already counts, where it is sane', async () => {
    record();
    const app = express();
    app.use((req, _res, next) => {
      req.id = (req.query['id'] as string | undefined) ?? 'mine';
      next();
    });
    app.use(ttlogExpress());
    app.use((req, res) => void res.end(req.id));
    const url = await listen(createServer(app));
    expect((await ask(url, { headers: { 'x-request-id': 'theirs' } })).text).toBe('mine');
    expect((await ask(`${url}?id=a%0Ab`, { headers: { 'x-request-id': 'theirs' } })).text).toBe('theirs');
  });

  test('the URL is that of the request, also where the middleware is mounted further in', async () => {
    record();
    const app = express();
    app.use('/api', ttlogExpress(), (_req, res) => void res.end());
    const url = await listen(createServer(app));
    await ask(`${url}/api/orders?token=hush`);
    expect(completions(await answered(1))[0].values['req']).toMatchObject({ url: '/api/orders?token=[Redacted]' });
  });

  test('what is answered with 4xx is no failure, and an error that the application answers with 200 is none', async () => {
    record();
    const app = express();
    app.use(ttlogExpress());
    app.get('/teapot', () => {
      throw Object.assign(new Error('I am one'), { status: 418 });
    });
    app.get('/handled', () => {
      throw new Error('never mind');
    });
    app.use(ttlogExpressErrors());
    app.use(((error, req, res, next) => {
      if (req.path === '/handled') res.end('fine');
      else next(error);
    }) as express5.ErrorRequestHandler);
    const url = await listen(createServer(app));
    await ask(`${url}/teapot`);
    await ask(`${url}/handled`);
    const all = await answered(2);
    expect(completions(all).map(({ level, values }) => [level, values['err']])).toEqual([
      [LogLevel.Warn, undefined],
      [LogLevel.Info, undefined],
    ]);
    expect(roots(all).map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });

  test.each([[null], [undefined], ['text'], [Object.freeze(new Error('frozen'))]])('%s is thrown', async (thrown) => {
    record();
    const app = express();
    app.use(ttlogExpress());
    app.get('/', (_req, _res, next) => next(thrown ?? new Error('nothing')));
    app.use(ttlogExpressErrors());
    app.use(((_error, _req, res, _next) => void res.status(500).end()) as express5.ErrorRequestHandler);
    const url = await listen(createServer(app));
    expect((await ask(url)).status).toBe(500);
    const all = await answered(1);
    expect(all.filter(({ level }) => level >= LogLevel.Error)).toHaveLength(1);
    expect(completions(all)[0].values).toHaveProperty('err');
  });

  test('questions of the application that throw are no questions', async () => {
    record();
    const broken = () => {
      throw new Error('no');
    };
    const app = express();
    app.use(ttlogExpress({ ignore: broken, fields: broken }));
    app.use((_req, res) => void res.end());
    const url = await listen(createServer(app));
    expect((await ask(url)).status).toBe(200);
    expect(completions(await answered(1))).toHaveLength(1);
  });
});

test.each([
  ['4', express4],
  ['5', express5],
])(
  'Express %s: routes of requests that it has not seen, of mounted applications, and of one route alone',
  async (_version, express) => {
    record();
    const pathOf: express5.RequestHandler = (req, res) => void res.end((req.route as { path: string }).path);
    const app = express();
    app.use('/seen', ttlogExpress());
    app.get('/alone/:id', ttlogExpress(), pathOf);
    const inner = express();
    inner.get('/items/:item', pathOf);
    app.use('/seen', inner);
    app.get('/seen/through/:id', (_req, _res, next) => next());
    app.get('/seen/:what/:id', pathOf);
    app.get('/unseen/:id', pathOf);
    const url = await listen(createServer(app));
    for (const [path, route] of [
      ['/seen/items/7', '/items/:item'],
      ['/seen/through/7', '/seen/:what/:id'],
      ['/unseen/7', '/unseen/:id'],
      ['/alone/7', '/alone/:id'],
    ])
      expect([path, (await ask(url + path)).text]).toEqual([path, route]);
    expect(roots(await answered(3)).map(({ message }) => message)).toEqual([
      'GET /seen/items/:item',
      'GET /seen/:what/:id',
      'GET /alone/:id',
    ]);
  },
);

test('without ttlog running, and behind nothing of it, nothing goes wrong', async () => {
  const app = express5();
  app.get('/broken', () => {
    throw new Error('broken');
  });
  app.use(ttlogExpressErrors());
  app.use(((_error, _req, res, _next) => void res.status(500).end('sorry')) as express5.ErrorRequestHandler);
  const url = await listen(createServer(app));
  expect((await ask(`${url}/broken`)).text).toBe('sorry');
  const alone = express5();
  alone.use(ttlogExpress());
  alone.use((req, res) => {
    req.log.info('nobody hears it');
    res.end(req.id);
  });
  expect((await ask(await listen(createServer(alone)))).text).toMatch(/^[\da-f-]{36}$/);
});

test.each([
  [{ ignore: '/health' }, 'Expected ttlogExpress.ignore to be a function'],
  [{ fields: {} }, 'Expected ttlogExpress.fields to be a function'],
  [{ autoLogging: false }, 'Expected an option of ttlogExpress to be one of ignore, fields'],
])('%j is wrong', (options, message) => {
  expect(() => ttlogExpress(options as object)).toThrow(message);
});

test('it is what other frameworks of that kind take, too', async () => {
  record();
  const middleware = ttlogExpress();
  const url = await listen(
    createServer((request, response) => {
      middleware(request as never, response as never, () => {
        (request as IncomingMessage & { log: { info(message: string): void } }).log.info('here');
        response.end();
      });
    }),
  );
  await ask(url);
  const all = await answered(1);
  expect(all.some(({ message }) => message === 'here')).toBe(true);
});
