import {
  Body,
  Catch,
  Controller,
  Get,
  HttpException,
  HttpStatus,
  Param,
  Post,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  VersioningType,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type MiddlewareConsumer,
  type NestInterceptor,
  type NestModule,
  Module,
} from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { from, switchMap, type Observable } from 'rxjs';
import { afterEach, describe, expect, test } from 'vitest';
import { addContext, currentContext, info, LogLevel, withSpan } from 'ttlog';
import { closeApps, completions, hangUpLater, over, PLATFORMS, postInPieces, startApp } from './support/app.js';
import { witnesses } from './support/witnesses.js';

afterEach(closeApps);

/** Nest's type of an adapter knows nothing of its hooks. */
const hooksOf = (app: INestApplication) =>
  app.getHttpAdapter() as unknown as { setOnRequestHook(hook: (...args: never[]) => void): void };

@Controller('orders')
class OrdersController {
  @Get(':id')
  async find(@Param('id') id: string) {
    await Promise.resolve();
    info('Looking it up', { id });
    return { id, seen: currentContext() };
  }

  @Get(':id/missing')
  missing() {
    throw new HttpException('no such order', HttpStatus.NOT_FOUND);
  }

  @Get(':id/broken')
  broken() {
    throw new Error('broken');
  }

  @Post()
  place(@Body() body: unknown) {
    info('Placing', { body });
    return currentContext();
  }
}

describe.each(PLATFORMS)('on %s', (platform) => {
  const start = (ttlog = {}) => startApp({ controllers: [OrdersController] }, { platform, ttlog });

  test('a request leaves one completion record', async () => {
    const { url, recordsWhen } = await start();
    const response = await fetch(`${url}/orders/7?full=1`);
    const [completion, ...more] = completions(await recordsWhen(over(1)));
    expect(more).toEqual([]);
    expect(completion).toMatchObject({ level: LogLevel.Info, message: 'request completed', target: 'http' });
    const id = response.headers.get('x-request-id');
    expect(completion.values).toEqual({
      request_id: id,
      req: { id, method: 'GET', url: '/orders/7?full=1' },
      route: '/orders/:id',
      res: { statusCode: 200 },
      responseTime: expect.any(Number),
    });
    expect(completion.values['responseTime']).toBeGreaterThan(0);
  });

  test.each([
    ['/orders/7', 'GET /orders/:id', 200, LogLevel.Info, 'ok', undefined],
    ['/orders/7/missing', 'GET /orders/:id/missing', 404, LogLevel.Warn, 'ok', undefined],
    ['/nowhere', 'GET', 404, LogLevel.Warn, 'ok', undefined],
    ['/orders/7/broken', 'GET /orders/:id/broken', 500, LogLevel.Error, 'error', 'Error: broken'],
  ])('%s is %s, and ends with %i', async (path, name, statusCode, level, outcome, err) => {
    const { url, recordsWhen } = await start();
    await fetch(url + path);
    const records = await recordsWhen(over(1));
    const [completion] = completions(records);
    expect(completion).toMatchObject({ level, values: { res: { statusCode } } });
    const root = records.find(({ kind, parentSpanId }) => kind === 'span' && parentSpanId === undefined);
    expect(root).toMatchObject({ message: name, level: LogLevel.Debug, outcome, traceId: completion.traceId });
    expect(root!.values['err']).toBe(err); // its name: the completion record has the rest
  });

  test('the id goes along also where a middleware answers', async () => {
    @Module({ controllers: [OrdersController] })
    class GuardedModule implements NestModule {
      configure(consumer: MiddlewareConsumer) {
        consumer
          .apply((_request: unknown, response: ServerResponse) => response.writeHead(403, { 'x-why': 'closed' }).end())
          .forRoutes(OrdersController);
      }
    }
    const { url } = await startApp({ imports: [GuardedModule] }, { platform });
    const { status, headers } = await fetch(`${url}/orders/7`, { headers: { 'X-Request-Id': 'r-1' } });
    expect([status, headers.get('x-why'), headers.get('x-request-id')]).toEqual([403, 'closed', 'r-1']);
  });

  test('the route is the whole template: prefix, version, controller, method', async () => {
    const { url, recordsWhen } = await startApp(
      { controllers: [OrdersController] },
      {
        platform,
        before: (app) => app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI, defaultVersion: '2' }),
      },
    );
    expect((await fetch(`${url}/api/v2/orders/7`)).status).toBe(200);
    expect(completions(await recordsWhen(over(1)))[0].values['route']).toBe('/api/v2/orders/:id');
  });

  test('every event of a request has its id and its trace', async () => {
    const { url, recordsWhen } = await start();
    const response = await fetch(`${url}/orders/7`, { headers: { 'X-Request-Id': 'r-1' } });
    expect(await response.json()).toMatchObject({ seen: { request_id: 'r-1' } });
    const records = await recordsWhen(over(1));
    expect(records.length).toBeGreaterThan(1);
    expect(new Set(records.map(({ values }) => values['request_id']))).toEqual(new Set(['r-1']));
    expect(new Set(records.map(({ traceId }) => traceId)).size).toBe(1);
  });

  test('the scope survives reading a body that comes in pieces', async () => {
    const { url, recordsWhen } = await start();
    const body = JSON.stringify({ sku: 'x'.repeat(90_000) });
    const seen = await postInPieces(
      `${url}/orders`,
      { 'content-type': 'application/json', 'content-length': String(body.length), 'x-request-id': 'r-body' },
      [body.slice(0, 10), body.slice(10, 50_000), body.slice(50_000)],
    );
    expect(JSON.parse(seen)).toEqual({ request_id: 'r-body' });
    const records = await recordsWhen(over(1));
    expect(records.find(({ message }) => message === 'Placing')!.values['request_id']).toBe('r-body');
  });

  test('a body that cannot be parsed completes in its scope too', async () => {
    const { url, recordsWhen } = await start();
    await fetch(`${url}/orders`, {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json', 'x-request-id': 'r-bad' },
    });
    const [completion] = completions(await recordsWhen(over(1)));
    expect(completion.values).toMatchObject({ request_id: 'r-bad', res: { statusCode: 400 } });
  });

  describe('X-Request-Id', () => {
    test('a sane one is taken and sent back', async () => {
      const { url } = await start();
      const response = await fetch(`${url}/orders/7`, { headers: { 'X-Request-Id': 'edge:7f.b-1_2/3+4=@' } });
      expect(response.headers.get('x-request-id')).toBe('edge:7f.b-1_2/3+4=@');
    });

    test.each([
      ['none', undefined],
      ['an empty one', ''],
      ['one with a space', 'a b'],
      ['markup', '<b>'],
      ['a long one', 'x'.repeat(129)],
    ])('%s is replaced', async (_what, given) => {
      const { url, recordsWhen } = await start();
      const response = await fetch(`${url}/orders/7`, {
        headers: given === undefined ? {} : { 'X-Request-Id': given },
      });
      const id = response.headers.get('x-request-id');
      expect(id).toMatch(/^[\da-f]{8}-[\da-f-]{27}$/);
      expect(completions(await recordsWhen(over(1)))[0].values['request_id']).toBe(id);
    });

    test('under another name', async () => {
      const { url } = await start({ requests: { idHeader: 'X-Correlation-Id' } });
      const response = await fetch(`${url}/orders/7`, {
        headers: { 'x-correlation-id': 'c-1', 'x-request-id': 'r-1' },
      });
      expect(response.headers.get('x-correlation-id')).toBe('c-1');
      expect(response.headers.get('x-request-id')).toBeNull();
    });
  });

  describe('traceparent', () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const spanId = '00f067aa0ba902b7';

    test('a valid one is continued', async () => {
      const { url, recordsWhen } = await start();
      await fetch(`${url}/orders/7`, { headers: { traceparent: `00-${traceId}-${spanId}-01` } });
      const records = await recordsWhen(over(1));
      expect(new Set(records.map((record) => record.traceId))).toEqual(new Set([traceId]));
      expect(records.find(({ message }) => message === 'GET /orders/:id')).toMatchObject({ parentSpanId: spanId });
    });

    test.each([
      `00-${'0'.repeat(32)}-${spanId}-01`,
      `ff-${traceId}-${spanId}-01`,
      `00-${traceId}-${spanId}`,
      'nonsense',
    ])('%s begins a new trace', async (traceparent) => {
      const { url, recordsWhen } = await start();
      await fetch(`${url}/orders/7`, { headers: { traceparent } });
      const records = await recordsWhen(over(1));
      const root = records.find(({ message }) => message === 'GET /orders/:id')!;
      expect(root.traceId).toMatch(/^[\da-f]{32}$/);
      expect([traceId, '0'.repeat(32)]).not.toContain(root.traceId);
      expect(root.parentSpanId).toBeUndefined();
    });

    test('also while the record level leaves spans out, nothing goes wrong', async () => {
      const { url, recordsWhen } = await start({ record: 'info' });
      await fetch(`${url}/orders/7`, { headers: { traceparent: `00-${traceId}-${spanId}-01`, 'x-request-id': 'r-1' } });
      const records = await recordsWhen(over(1));
      expect(records.map(({ message, values }) => [message, values['request_id']])).toEqual([
        ['Looking it up', 'r-1'],
        ['request completed', 'r-1'],
      ]);
    });
  });

  test('sensitive query parameters are not recorded', async () => {
    const { url, recordsWhen } = await start();
    await fetch(`${url}/orders/7?access%5Ftoken=s3cret&api_key=s3cret&page=2&max_tokens=5&token`);
    const [completion] = completions(await recordsWhen(over(1)));
    expect((completion.values['req'] as { url: string }).url).toBe(
      '/orders/7?access%5Ftoken=[Redacted]&api_key=[Redacted]&page=2&max_tokens=5&token',
    );
  });

  test('a request whose client went away completes as aborted', async () => {
    let arrived!: () => void;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    @Controller()
    class Never {
      @Get('never')
      never() {
        arrived();
        return new Promise(() => {});
      }
    }
    const { url, recordsWhen } = await startApp({ controllers: [Never] }, { platform });
    const request = await hangUpLater(`${url}/never`, { 'x-request-id': 'r-gone' });
    await arrival;
    request.abort();
    const records = await recordsWhen(over(1));
    const [completion, ...more] = completions(records);
    expect(more).toEqual([]);
    expect(completion).toMatchObject({ level: LogLevel.Warn, message: 'request aborted', traceId: expect.any(String) });
    expect(completion.values).toMatchObject({ request_id: 'r-gone', aborted: true, res: { statusCode: null } });
    expect(records.find(({ message }) => message === 'GET /never')).toMatchObject({ kind: 'span' });
  });

  test('requests that are to be ignored have no scope and no record', async () => {
    const { url, recordsWhen } = await start({
      requests: { ignore: (request: IncomingMessage) => request.url!.startsWith('/orders/0') },
    });
    const ignored = await fetch(`${url}/orders/0`);
    expect(ignored.headers.get('x-request-id')).toBeNull();
    expect(await ignored.json()).toEqual({ id: '0', seen: {} });
    await fetch(`${url}/orders/1`);
    expect(completions(await recordsWhen(over(1)))).toHaveLength(1);
  });

  test('an ignore function that throws ignores nothing', async () => {
    const ignore = () => {
      throw new Error('no');
    };
    const { url, recordsWhen } = await start({ requests: { ignore } });
    expect((await fetch(`${url}/orders/1`)).status).toBe(200);
    expect(completions(await recordsWhen(over(1)))).toHaveLength(1);
  });

  test('`requests: false` leaves requests alone', async () => {
    const { url, records } = await start({ requests: false });
    const response = await fetch(`${url}/orders/7`);
    expect(response.headers.get('x-request-id')).toBeNull();
    expect(completions(await records())).toEqual([]);
  });

  test('a request hook of somebody else still runs, in the scope, whoever came first', async () => {
    for (const order of ['before', 'after'] as const) {
      const seen: unknown[] = [];
      const hook = (_request: unknown, _response: unknown, done: () => void) => {
        seen.push(currentContext()['request_id']);
        done();
      };
      const { app, url, recordsWhen, close } = await startApp(
        { controllers: [OrdersController] },
        {
          platform,
          before: (created) => order === 'before' && hooksOf(created).setOnRequestHook(hook),
        },
      );
      if (order === 'after') hooksOf(app).setOnRequestHook(hook);
      await fetch(`${url}/orders/7`, { headers: { 'x-request-id': order } });
      expect(completions(await recordsWhen(over(1)))).toHaveLength(1);
      expect(seen).toEqual([order]);
      await close();
    }
  });

  test('middleware, guard, interceptor, pipe, handler and filter are all inside', async () => {
    const { seenBy: seen, note, Guard, Pipe } = witnesses();
    class Interceptor implements NestInterceptor {
      intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
        note('interceptor');
        return from(Promise.resolve()).pipe(switchMap(() => next.handle()));
      }
    }
    @Catch()
    class Filter implements ExceptionFilter {
      catch(_error: unknown, host: ArgumentsHost): void {
        note('filter');
        const response = host.switchToHttp().getResponse<{ status(code: number): { send(body: object): void } }>();
        response.status(418).send(currentContext());
      }
    }
    @Controller()
    @UseGuards(Guard)
    @UseInterceptors(Interceptor)
    @UsePipes(Pipe)
    @UseFilters(Filter)
    class Everything {
      @Get('everything/:id')
      async handle(@Param('id') _id: string) {
        note('handler');
        addContext({ customer_id: 'c-1' });
        await withSpan('work', () => Promise.resolve());
        throw new Error('caught by the filter');
      }
    }
    @Module({ controllers: [Everything], providers: [Guard] })
    class EverythingModule implements NestModule {
      configure(consumer: MiddlewareConsumer) {
        consumer
          .apply((_request: IncomingMessage, _response: ServerResponse, next: () => void) => {
            note('middleware');
            next();
          })
          .forRoutes(Everything);
      }
    }
    const { url, recordsWhen } = await startApp({ imports: [EverythingModule] }, { platform });
    const response = await fetch(`${url}/everything/1`, { headers: { 'x-request-id': 'r-1' } });
    expect(response.status).toBe(418);
    expect(await response.json()).toEqual({ request_id: 'r-1', customer_id: 'c-1' });
    const [completion] = completions(await recordsWhen(over(1)));
    expect(completion.values).toMatchObject({ request_id: 'r-1', customer_id: 'c-1' }); // addContext is seen at the end
    expect(seen.map(([where]) => where)).toEqual(['middleware', 'guard', 'interceptor', 'pipe', 'handler', 'filter']);
    for (const [, id, trace] of seen) expect([id, trace]).toEqual(['r-1', completion.traceId]);
  });
});
