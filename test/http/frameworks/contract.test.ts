// What every framework keeps to, over real HTTP and with the real packages.
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  addContext,
  currentContext,
  currentSpan,
  error,
  getLogger,
  info,
  LogLevel,
  type LogRecord,
  warn,
  withContext,
  withSpan,
} from 'ttlog';
import { instrumentHttp } from 'ttlog/http';
import { renderSpanTree } from 'ttlog/testing';
import { readSnapshot } from '../../../src/recorder/snapshot.js';
import { temporaryPath } from '../../support/child.js';
import { headersOf, sentRequests, strangers } from '../../nestjs/support/isolation.js';
import { Gate } from '../../nestjs/support/gate.js';
import {
  answered,
  ask,
  atTheEnd,
  calls,
  completions,
  keptConnection,
  record,
  records,
  recordsWhen,
  roots,
} from '../support.js';
import { serve as plain } from '../support.js';
import type { Application, Call } from './application.js';
import { FRAMEWORKS, onHttp2, type Framework } from './frameworks.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const UUID_4 = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

const errorLines = (all: Awaited<ReturnType<typeof answered>>) => all.filter(({ level }) => level >= LogLevel.Error);

/** Of the request as the framework hands it on, or of the context that has it. */
const isHealthCheck = ({ req, url = '' }: { url?: string; req?: { url: string } }) =>
  (req?.url ?? url).endsWith('/health');

type Served = Partial<Application> & Pick<Application, 'routes'>;

function served(framework: Framework, application: Served): Promise<string> {
  record();
  return framework.serve(application);
}

describe.each(FRAMEWORKS)('$name', (framework: Framework) => {
  const serve = (application: Served) => served(framework, application);

  test('a request leaves one completion record and one root span', async () => {
    const url = await serve({ routes: { 'GET /orders/:id': () => 'grinder' } });
    const { status, text, headers } = await ask(`${url}/orders/7?full=1&token=hush`);
    expect([status, text]).toEqual([200, 'grinder']);
    const all = await answered(1);
    const [completion, ...more] = completions(all);
    expect(more).toEqual([]);
    const id = headers['x-request-id'];
    expect(id).toMatch(UUID_4);
    expect(completion).toMatchObject({ level: LogLevel.Info, message: 'request completed', target: 'http' });
    expect(completion.values).toEqual({
      request_id: id,
      req: { id, method: 'GET', url: '/orders/7?full=1&token=[Redacted]' },
      ...(framework.mounted === undefined ? undefined : { route: '/orders/:id' }),
      res: { statusCode: 200 },
      responseTime: expect.any(Number),
    });
    const [root, ...others] = roots(all);
    expect(others).toEqual([]);
    expect(root).toMatchObject({
      message: framework.mounted === undefined ? 'GET' : 'GET /orders/:id',
      level: LogLevel.Debug,
      outcome: 'ok',
      late: false,
    });
    expect([root.traceId, root.spanId]).toEqual([completion.traceId, completion.spanId]);
    // And nobody else says anything about it.
    expect(all.filter(({ traceId }) => traceId === root.traceId)).toHaveLength(2);
  });

  test('the id and the trace that come in go on and go back', async () => {
    const url = await serve({
      routes: {
        'GET /orders/:id': async ({ id }) => {
          await turn();
          return JSON.stringify({ id, context: currentContext(), trace: currentSpan()?.traceId });
        },
      },
    });
    const headers = { 'x-request-id': 'r-1', traceparent: `00-${TRACE}-${SPAN}-01` };
    const { text, headers: back } = await ask(`${url}/orders/7`, { headers });
    expect(back['x-request-id']).toBe('r-1');
    expect(JSON.parse(text)).toMatchObject({ context: { request_id: 'r-1' }, trace: TRACE });
    expect(roots(await answered(1))[0]).toMatchObject({ traceId: TRACE, parentSpanId: SPAN });
  });

  test('the answer to a failure has its id, too', async () => {
    const url = await serve({
      routes: {
        'GET /broken': () => {
          throw new Error('broken');
        },
      },
    });
    const { status, headers } = await ask(`${url}/broken`, { headers: { 'x-request-id': 'r-1' } });
    expect([status, headers['x-request-id']]).toEqual([500, 'r-1']);
    await answered(1);
  });

  test('its scope is seen in middleware, handlers, timers, bodies and error handlers', async () => {
    const seen: [string, unknown, unknown][] = [];
    const note = (where: string) => seen.push([where, currentContext()['request_id'], currentSpan()?.traceId]);
    const url = await serve({
      middleware: () => note('middleware'),
      onError() {
        note('error handler');
        return 'sorry';
      },
      routes: {
        'POST /orders': async ({ body }) => {
          note('handler');
          await body();
          note('body');
          await delay(1);
          note('timer');
          throw new Error('broken');
        },
      },
    });
    const headers = { 'x-request-id': 'r-1', 'content-type': 'text/x', traceparent: `00-${TRACE}-${SPAN}-01` };
    const { status, text } = await ask(`${url}/orders`, { method: 'POST', headers }, 'x'.repeat(200_000));
    expect([status, text]).toEqual([500, 'sorry']);
    expect(seen).toEqual(['middleware', 'handler', 'body', 'timer', 'error handler'].map((at) => [at, 'r-1', TRACE]));
  });

  test('its logger belongs to it wherever it is called', async () => {
    const earlier: Call[] = [];
    const url = await serve({
      routes: {
        'GET /one': (call) => {
          earlier.push(call);
          call.raw.on('close', () => call.log.info('in a listener'));
          withContext({ step: 2 }, () => call.log.child({ part: 'a' }).info('inside', { n: 1 }));
          return 'ok';
        },
        'GET /other': async () => {
          // Whoever calls back runs in a scope of its own.
          await turn();
          withSpan('mine', () => earlier[0].log.info('from elsewhere'));
          return 'ok';
        },
      },
    });
    await ask(`${url}/one`, { headers: { 'x-request-id': 'r-1' } });
    await ask(`${url}/other`, { headers: { 'x-request-id': 'r-2' } });
    const all = await recordsWhen(
      (some) => completions(some).length === 2 && some.some(({ message }) => message === 'in a listener'),
    );
    const [first] = completions(all);
    const of = (message: string) => all.find((one) => one.message === message)!;
    for (const message of ['inside', 'in a listener', 'from elsewhere'])
      expect([message, of(message).traceId, of(message).values['request_id']]).toEqual([message, first.traceId, 'r-1']);
    expect(of('inside')).toMatchObject({ target: 'shop', values: { step: 2, part: 'a', n: 1 } });
    expect(of('mine').values['request_id']).toBe('r-2');
  });

  test('the template of a route is known, also of one in a router that is mounted, also when it fails', async () => {
    const url = await serve({
      onError: () => 'sorry',
      routes: {
        'GET /api/:version/items/:item': () => 'ok',
        'GET /api/:version/broken/:item': () => {
          throw new Error('broken');
        },
      },
    });
    await ask(`${url}/api/v1/items/7`);
    await ask(`${url}/api/v1/broken/7`);
    await ask(`${url}/nowhere`);
    const all = completions(await answered(3)).map(({ values }) => [values['route'], values['res']]);
    const { mounted } = framework;
    expect(all).toEqual([
      [mounted, { statusCode: 200 }],
      [mounted?.replace('items', 'broken'), { statusCode: 500 }],
      [undefined, { statusCode: 404 }],
    ]);
  });

  test('the span has the name of its route while it is open, where it is counted, and at its end', async () => {
    const handle = record({ snapshots: { dir: temporaryPath('snapshots'), crash: false } });
    let path = '';
    const names: (string | undefined)[] = [];
    const url = await framework.serve({
      routes: {
        'GET /api/:version/items/:item': async () => {
          names.push(currentSpan()?.name);
          ({ path } = await handle.snapshot('asked'));
          return 'ok';
        },
      },
    });
    await ask(`${url}/api/v1/items/7`);
    await ask(`${url}/nowhere`);
    const all = await answered(2);
    const { mounted } = framework;
    const name = mounted === undefined ? 'GET' : `GET ${mounted}`;
    expect(names).toEqual([name]);
    expect((await readSnapshot(path)).openSpans.map((open) => open.name)).toEqual([name]);
    expect(roots(all).map(({ message }) => message)).toEqual([name, 'GET']);
    const counted = handle.stats().spans.filter(({ target }) => target === 'shop');
    expect(Object.fromEntries(counted.map((spans) => [spans.name, spans.count]))).toEqual(
      mounted === undefined ? { GET: 2 } : { [name]: 1, GET: 1 },
    );
    expect(renderSpanTree(all.filter(({ target }) => target === 'shop'))).toContain(`${name} `);
  });

  test('the application may say what the template of a route is', async () => {
    const url = await serve({
      options: { route: (request: object) => (isHealthCheck(request) ? '/health' : undefined) },
      routes: { 'GET /health': () => currentSpan()!.name, 'GET /orders/:id': () => 'ok' },
    });
    expect((await ask(`${url}/health`)).text).toBe('GET /health');
    await ask(`${url}/orders/7`);
    const all = await answered(2);
    const { mounted } = framework;
    const others = mounted === undefined ? undefined : '/orders/:id';
    expect(completions(all).map(({ values }) => values['route'])).toEqual(['/health', others]);
    expect(roots(all).map(({ message }) => message)).toEqual([
      'GET /health',
      mounted === undefined ? 'GET' : 'GET /orders/:id',
    ]);
  });

  describe.each([
    [
      'at once',
      (): string => {
        throw new Error('broken');
      },
    ],
    [
      'later',
      async (): Promise<string> => {
        await delay(1);
        throw new Error('broken');
      },
    ],
  ])('an error that is thrown %s', (_when, handler) => {
    // prettier-ignore
    test.each([['the framework’s', undefined], ['its own', () => 'sorry']])(
      'is one error line, with %s error handler',
      async (_whose, onError) => {
        const url = await serve({ onError, routes: { 'GET /broken': handler } });
        expect((await ask(`${url}/broken`)).status).toBe(500);
        const all = await answered(1);
        const [line, ...more] = errorLines(all);
        expect(more).toEqual([]);
        expect(line.values).toMatchObject({
          err: { type: 'Error', message: 'broken', stack: expect.stringContaining('contract.test.ts') },
        });
        expect(line.traceId).toBe(completions(all)[0].traceId);
        expect(roots(all)[0].outcome).toBe('error');
      },
    );
  });

  test('what has had its line inside a span is not said again', async () => {
    const url = await serve({
      routes: {
        'GET /broken': () =>
          withSpan('work', async (): Promise<string> => {
            await turn();
            throw new Error('broken');
          }),
      },
    });
    await ask(`${url}/broken`);
    const all = await answered(1);
    // A handler of Node's alone has nobody to throw to: it says so itself.
    const more = framework.mounted === undefined ? ['broken'] : [];
    expect(errorLines(all).map(({ message }) => message)).toEqual(['work', ...more]);
    expect(completions(all)[0]).toMatchObject({ level: LogLevel.Warn, values: { res: { statusCode: 500 } } });
  });

  test('requests that fail with one error, which a module keeps, are a failure each', async () => {
    const kept = new Error('timed out');
    const url = await serve({
      onError: () => 'sorry',
      routes: {
        'GET /broken': async () => {
          await turn();
          throw kept;
        },
      },
    });
    await Promise.all([ask(`${url}/broken`), ask(`${url}/broken`)]);
    await ask(`${url}/broken`);
    const all = await answered(3);
    const failed = errorLines(all).map(({ traceId }) => traceId);
    expect(failed).toHaveLength(3);
    expect(new Set(failed)).toEqual(new Set(completions(all).map(({ traceId }) => traceId)));
  });

  test.each([
    ['{ err }', (err: Error) => error('Could not', { err })],
    ['the error alone', (err: Error) => error(err)],
    ['under another name', (err: Error) => getLogger('orders').fatal({ cause_of_it: err }, 'Could not')],
  ])('what the handler has logged itself, as %s, is not said again', async (_how, say) => {
    const url = await serve({
      onError: () => 'sorry',
      routes: {
        'GET /broken': () =>
          withSpan('work', async (): Promise<string> => {
            await turn();
            const broken = new Error('broken');
            say(broken);
            throw broken;
          }),
      },
    });
    await ask(`${url}/broken`);
    const all = await answered(1);
    // A handler of Node's alone has nobody to throw to: it says so itself.
    const lines = errorLines(all).slice(0, framework.mounted === undefined ? -1 : undefined);
    expect(lines.map(({ kind, traceId }) => [kind, traceId])).toEqual([['event', completions(all)[0].traceId]]);
    expect(all.find(({ message }) => message === 'work')).toMatchObject({
      level: LogLevel.Debug,
      outcome: 'error',
      values: { err: 'Error: broken' },
    });
    expect(completions(all)[0]).toMatchObject({ level: LogLevel.Warn, values: { res: { statusCode: 500 } } });
    expect(roots(all)[0].outcome).toBe('error');
  });

  test('requests that are ignored leave nothing below a warning, and no id', async () => {
    const url = await serve({
      options: {
        ignore: isHealthCheck,
      },
      routes: {
        'GET /health': async ({ log }) => {
          log.info('quiet');
          info('quiet');
          await withSpan('quiet', turn);
          warn('loud');
          return JSON.stringify(currentContext());
        },
        'GET /other': () => 'ok',
      },
    });
    const { headers, text } = await ask(`${url}/health`);
    expect([headers['x-request-id'], text]).toEqual([undefined, '{}']);
    await ask(`${url}/other`);
    const all = await answered(1);
    expect(completions(all)).toHaveLength(1);
    expect(all.map(({ message }) => message)).toEqual(expect.arrayContaining(['loud', 'request completed']));
    expect(all.filter(({ message }) => message === 'quiet')).toEqual([]);
  });

  test('an ignored request that fails is told all the same', async () => {
    const url = await serve({
      options: { ignore: () => true },
      routes: {
        'GET /health': () => {
          throw new Error('no database');
        },
      },
    });
    expect((await ask(`${url}/health`)).status).toBe(500);
    const all = await recordsWhen((some) => errorLines(some).length > 0);
    expect(errorLines(all).map(({ values }) => values['err'])).toMatchObject([{ message: 'no database' }]);
    expect(completions(all).filter(({ level }) => level < LogLevel.Error)).toEqual([]);
  });

  test('fields of the application are on all that the request causes, and on its completion as they are then', async () => {
    const users = new Map<string, string>();
    const idOf = (request: { headers?: Record<string, string>; req?: { header?: (name: string) => string } }) =>
      request.headers?.['x-request-id'] ?? request.req?.header?.('x-request-id') ?? '';
    const url = await serve({
      options: {
        fields: (request: object) => {
          const user_id = users.get(idOf(request));
          return { tenant: 'acme', api_key: 'hush', ...(user_id === undefined ? undefined : { user_id }) };
        },
      },
      routes: {
        'GET /orders/:id': () => {
          info('before');
          users.set('r-1', 'u-7');
          addContext({ cart: 3 });
          return 'ok';
        },
      },
    });
    await ask(`${url}/orders/7`, { headers: { 'x-request-id': 'r-1' } });
    const all = await answered(1);
    const { values: before } = all.find(({ message }) => message === 'before')!;
    expect(before).toMatchObject({ tenant: 'acme', api_key: '[Redacted]', request_id: 'r-1' });
    expect(before).not.toHaveProperty('user_id');
    expect(completions(all)[0].values).toMatchObject({
      tenant: 'acme',
      api_key: '[Redacted]',
      user_id: 'u-7',
      cart: 3,
      req: { id: 'r-1' },
    });
  });

  test('bodies and headers are in no record, also of a request that is logged', async () => {
    const url = await serve({
      routes: {
        'POST /orders': async ({ body, log, raw }) => {
          await body();
          log.info('Placed', { req: raw });
          return 'answer-7';
        },
      },
    });
    const headers = { 'content-type': 'text/x', 'x-card': 'card-7' };
    const { text } = await ask(`${url}/orders`, { method: 'POST', headers }, 'body-7');
    expect(text).toBe('answer-7');
    const all = await answered(1);
    const { req } = all.find(({ message }) => message === 'Placed')!.values as { req: object };
    expect(req).toMatchObject({ method: 'POST', url: '/orders' });
    const said = JSON.stringify(all, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    expect(said).not.toMatch(/(?:body|card|answer)-7/);
  });

  describe('a client that goes away', () => {
    const url = { of: '' };
    async function goAway(application: Application, after: 'request' | 'response') {
      url.of = await serve(application);
      const request = httpRequest(`${url.of}/slow`, { agent: false, headers: { 'x-request-id': 'r-gone' } });
      request.on('error', () => {});
      request.end();
      return {
        async leave() {
          if (after === 'response') {
            const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream & { destroy(): void }];
            response.on('error', () => {});
            response.once('data', () => response.destroy());
          } else request.destroy();
        },
      };
    }

    test('before its answer', async () => {
      let arrived!: () => void;
      const arrival = new Promise<void>((resolve) => (arrived = resolve));
      let leave!: () => void;
      const left = new Promise<string>((resolve) => (leave = () => resolve('too late')));
      const client = await goAway(
        {
          routes: {
            'GET /slow': () => {
              arrived();
              return left;
            },
          },
        },
        'request',
      );
      await arrival;
      await client.leave();
      const all = await answered(1);
      leave();
      expect(completions(all)).toHaveLength(1);
      expect(completions(all)[0]).toMatchObject({
        level: LogLevel.Warn,
        message: 'request aborted',
        values: { request_id: 'r-gone', aborted: true, res: { statusCode: null } },
      });
      expect(errorLines(all)).toEqual([]);
    });

    test('in the middle of its body', async () => {
      let reading!: () => void;
      const begun = new Promise<void>((resolve) => (reading = resolve));
      const at = await serve({
        // Where the framework reads the body before the handler runs, nobody says that it has begun.
        options: { fields: () => void setImmediate(reading) },
        routes: { 'POST /orders': async ({ body }) => `${(await body()).length} bytes` },
      });
      const headers = { 'content-type': 'text/x', 'content-length': '1000', 'x-request-id': 'r-gone' };
      const request = httpRequest(`${at}/orders`, { method: 'POST', agent: false, headers });
      request.on('error', () => {});
      request.write('ten bytes.');
      await begun;
      request.destroy();
      // What reading it failed with comes behind, and is no failure of the service.
      const all = await answered(1);
      for (let i = 0; i < 10; i++) await turn();
      const said = (await records()).filter(({ level }) => level >= LogLevel.Warn);
      expect(said.map(({ level, values }) => [level, values['aborted']])).toEqual([[LogLevel.Warn, true]]);
      expect(completions(all)[0]).toMatchObject({ message: 'request aborted' });
    });

    test('in the middle of a stream', async () => {
      const client = await goAway(
        {
          routes: {
            'GET /slow': async function* () {
              for (;;) {
                yield 'x'.repeat(1000);
                await turn();
              }
            } as never,
          },
        },
        'response',
      );
      await client.leave();
      const all = await answered(1);
      expect(completions(all)[0]).toMatchObject({
        level: LogLevel.Warn,
        message: 'request aborted',
        values: { aborted: true, res: { statusCode: 200 } },
      });
      expect(errorLines(all)).toEqual([]);
    });
  });

  test('a stream is over when its last piece is, and runs in the request’s scope', async () => {
    async function* pieces() {
      for (let piece = 0; piece < 3; piece++) {
        await delay(1);
        info('piece', { piece });
        yield `${piece};`;
      }
    }
    const url = await serve({ routes: { 'GET /stream': () => pieces() as never } });
    const { text } = await ask(`${url}/stream`);
    expect(text).toBe('0;1;2;');
    const all = await answered(1);
    const [completion] = completions(all);
    expect(completion.message).toBe('request completed');
    expect(completion.values['responseTime']).toBeGreaterThan(2);
    const order = all
      .filter(({ kind, traceId }) => kind === 'event' && traceId === completion.traceId)
      .map(({ message }) => message);
    expect(order).toEqual(['piece', 'piece', 'piece', 'request completed']);
  });

  test('requests of one connection, one after the other, see nothing of each other', async () => {
    const url = await serve({ routes: { 'GET /orders/:id': () => JSON.stringify(currentContext()) } });
    const agent = keptConnection();
    for (const id of ['r-1', 'r-2', 'r-3'])
      expect((await ask(`${url}/orders/7`, { agent, headers: { 'x-request-id': id } })).text).toBe(
        `{"request_id":"${id}"}`,
      );
    expect(new Set(roots(await answered(3)).map(({ traceId }) => traceId)).size).toBe(3);
  });

  test('requests that come in one packet have scopes of their own', async () => {
    const url = new URL(
      await serve({
        routes: {
          'GET /orders/:id': async ({ url: path }) => {
            await turn();
            return `${path} ${String(currentContext()['request_id'])};`;
          },
        },
      }),
    );
    const socket = connect(Number(url.port), url.hostname);
    socket.setEncoding('utf8');
    const head = (n: number, more = '') =>
      `GET /orders/${n} HTTP/1.1\r\nHost: x\r\nX-Request-Id: r-${n}\r\n${more}\r\n`;
    socket.write(head(1) + head(2) + head(3, 'Connection: close\r\n'));
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text.match(/\/orders\/\d r-\d;/g)).toEqual(['/orders/1 r-1;', '/orders/2 r-2;', '/orders/3 r-3;']);
    expect(completions(await answered(3)).map(({ values }) => values['request_id'])).toEqual(['r-1', 'r-2', 'r-3']);
  });

  test('where Node’s own HTTP is recorded too, a request has one scope, and both have their say', async () => {
    const instrumented = instrumentHttp({ client: false, server: { fields: () => ({ region: 'eu' }) } });
    atTheEnd(() => instrumented[Symbol.dispose]());
    const url = await serve({
      options: {
        ignore: isHealthCheck,
        fields: () => ({ tenant: 'acme' }),
      },
      routes: {
        'GET /orders/:id': () => JSON.stringify(currentContext()),
        'GET /health': ({ log }) => {
          log.info('quiet');
          info('quiet');
          return 'ok';
        },
      },
    });
    const { text } = await ask(`${url}/orders/7`, { headers: { 'x-request-id': 'r-1' } });
    expect(JSON.parse(text)).toEqual({ request_id: 'r-1', region: 'eu', tenant: 'acme' });
    await ask(`${url}/health`);
    const all = await recordsWhen((some) => roots(some).length === 2);
    expect(completions(all).map(({ values }) => values)).toMatchObject([
      { request_id: 'r-1', region: 'eu', tenant: 'acme' },
    ]);
    expect(all.filter(({ message }) => message === 'quiet')).toEqual([]);
  });

  test('a call that it makes tells the other side of its trace', async () => {
    const instrumented = instrumentHttp({ server: false });
    atTheEnd(() => instrumented[Symbol.dispose]());
    const other = await plain((request, response) => response.end(String(request.headers.traceparent)));
    const url = await serve({ routes: { 'GET /orders/:id': async () => (await fetch(other)).text() } });
    const { text } = await ask(`${url}/orders/7`, { headers: { traceparent: `00-${TRACE}-${SPAN}-01` } });
    // Besides that of the test itself.
    const callsOf = (some: readonly LogRecord[]) => calls(some).filter(({ traceId }) => traceId === TRACE);
    const all = await recordsWhen((some) => completions(some).length === 1 && callsOf(some).length === 1);
    const [call] = callsOf(all);
    expect(text).toBe(`00-${TRACE}-${call.spanId}-01`);
    expect(call).toMatchObject({ parentSpanId: roots(all)[0].spanId, values: { span_kind: 'client' } });
    expect(roots(all)[0].values['span_kind']).toBe('server');
  });

  describe('200 requests in flight', () => {
    const COUNT = 200;

    /** Everything says by `asked_by`, an argument, which request it is of. `run` is who carries the work out. */
    async function drive(run: <T>(askedBy: number, work: () => Promise<T>) => Promise<T>) {
      const gate = new Gate(COUNT);
      const numberOf = ({ header }: Call) => Number(header('x-number'));
      const url = await serve({
        middleware: (call) => info('middleware', { asked_by: numberOf(call) }),
        routes: {
          'POST /orders': async (call) => {
            const asked_by = numberOf(call);
            await call.body();
            const customer_id = call.header('x-customer-id');
            await withContext({ customer_id }, async () => {
              info('waiting', { asked_by });
              await gate.pass();
              await run(asked_by, () =>
                withSpan('work', { asked_by }, async () => {
                  await delay(asked_by % 5);
                  info('worked', { asked_by });
                }),
              );
              call.log.info('placed', { asked_by });
            });
            return 'ok';
          },
        },
      });
      const requests = sentRequests(COUNT);
      const agent = new Agent({ keepAlive: true, maxSockets: COUNT });
      atTheEnd(() => agent.destroy());
      const answers = await Promise.all(
        requests.map((request) => {
          const headers = { ...headersOf(request), 'x-number': String(request.number), 'content-type': 'text/x' };
          return ask(`${url}/orders`, { method: 'POST', agent, headers }, 'x'.repeat(request.number * 10));
        }),
      );
      expect(gate.most).toBe(COUNT);
      const all = await answered(COUNT);
      expect(completions(all)).toHaveLength(COUNT);
      // What comes before the customer is known says nothing of one.
      const later = all.filter(({ message }) => !/^(?:middleware|Server listening)/.test(message));
      const early = all.filter(({ message }) => message === 'middleware');
      expect(early.filter(({ values }) => values['request_id'] !== `r-${String(values['asked_by'])}`)).toEqual([]);
      return { requests, answers, found: strangers(later, requests) };
    }

    test('none sees anything of another', async () => {
      const { requests, answers, found } = await drive((_askedBy, work) => work());
      expect(answers.map(({ status, headers }) => [status, headers['x-request-id']])).toEqual(
        requests.map(({ requestId }) => [200, requestId]),
      );
      expect(found).toEqual([]);
    });

    test('the same checker finds a pool that mixes up its callers', async () => {
      const jobs: (() => void)[] = [];
      const { found } = await drive(
        (_askedBy, work) =>
          new Promise((resolve, reject) => {
            jobs.push(() => void work().then(resolve, reject));
            if (jobs.length === COUNT) for (const job of jobs.splice(0)) job();
          }),
      );
      expect(found.length).toBeGreaterThan(COUNT / 2);
    });
  });
});

// Nobody hears of what a handler of Node's alone throws.
describe.each(FRAMEWORKS.filter(({ mounted }) => mounted !== undefined))('$name', (framework) => {
  test('what fails after the client has gone is told by a line of its own', async () => {
    let fail!: () => void;
    let arrived!: () => void;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    const failed = new Promise<string>((_resolve, reject) => (fail = () => reject(new Error('too late'))));
    const url = await served(framework, {
      routes: {
        'GET /slow': () => {
          arrived();
          return failed;
        },
      },
    });
    const request = httpRequest(`${url}/slow`, { agent: false });
    request.on('error', () => {});
    request.end();
    await arrival;
    request.destroy();
    await answered(1);
    fail();
    const all = await recordsWhen((some) => errorLines(some).length > 0);
    const [line, ...more] = errorLines(all);
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      message: 'request failed',
      traceId: roots(all)[0].traceId,
      values: { err: { message: 'too late' } },
    });
  });
});

// The helper of Hono that is used here takes the error for itself; see web.test.ts.
describe.each(FRAMEWORKS.filter(({ name }) => name !== 'Hono'))('$name', (framework) => {
  test('a stream that breaks off is told once, with its error', async () => {
    async function* pieces() {
      yield 'a';
      await delay(1);
      throw new Error('cut off');
    }
    const url = await served(framework, { routes: { 'GET /stream': () => pieces() as never } });
    await expect(ask(`${url}/stream`)).rejects.toThrow(/aborted|hang up|reset|terminated/);
    const all = await answered(1);
    const [completion] = completions(all);
    expect(completion).toMatchObject({ message: 'request aborted', values: { res: { statusCode: 200 } } });
    const told = all.filter(({ level, values }) => level >= LogLevel.Warn && values['err'] !== undefined);
    expect(told.map(({ values }) => values['err'])).toMatchObject([{ message: 'cut off' }]);
    expect(told[0].traceId).toBe(completion.traceId);
  });
});

test('the compatible side of HTTP/2', async () => {
  const { connect: connect2 } = await import('node:http2');
  record();
  const url = await onHttp2({
    routes: {
      'GET /orders/:id': async ({ log }) => {
        await turn();
        log.info('Looking it up');
        return JSON.stringify(currentContext());
      },
    },
  });
  const session = connect2(url);
  atTheEnd(() => session.destroy());
  const stream = session.request({ ':path': '/orders/7?token=hush', 'x-request-id': 'r-1' });
  const [headers] = (await once(stream, 'response')) as [Record<string, string>];
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
  expect([headers['x-request-id'], text]).toEqual(['r-1', '{"request_id":"r-1"}']);
  const all = await answered(1);
  expect(completions(all)[0].values).toMatchObject({
    req: { id: 'r-1', method: 'GET', url: '/orders/7?token=[Redacted]' },
    res: { statusCode: 200 },
  });
  expect(all.find(({ message }) => message === 'Looking it up')!.values['request_id']).toBe('r-1');
});

test('methods that a client of HTTP/2 has made up are no names', async () => {
  const { connect: connect2 } = await import('node:http2');
  record();
  const session = connect2(await onHttp2({ routes: {} }));
  atTheEnd(() => session.destroy());
  for (const method of ['PATCH', 'MADE-UP', 'MADE-UP-2']) {
    const stream = session.request({ ':method': method, ':path': '/' }, { endStream: true });
    await once(stream.resume(), 'close');
  }
  const all = await answered(3);
  expect(roots(all).map(({ message }) => message)).toEqual(['PATCH', 'HTTP', 'HTTP']);
  expect(completions(all).at(-1)!.values['req']).toMatchObject({ method: 'MADE-UP-2' });
});
