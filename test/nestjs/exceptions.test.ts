// Exceptions are observed, and answered by whoever answers them without ttlog.
import {
  Catch,
  Controller,
  Get,
  HttpException,
  Injectable,
  Module,
  Param,
  UseFilters,
  UseGuards,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type MiddlewareConsumer,
  type NestModule,
  type PipeTransform,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { info, LogLevel, type LogRecord } from 'ttlog';
import { createTtlogLogger } from 'ttlog/nestjs';
import { closeApps, completions, over, PLATFORMS, startApp } from './support/app.js';

afterEach(closeApps);

interface Sends {
  status(code: number): { send(body: object): void };
}

/** Express and Fastify have their own; to a middleware Fastify gives Node's. */
function answer(host: ArgumentsHost, status: number, body: object): void {
  const response = host.switchToHttp().getResponse<Sends | ServerResponse>();
  if ('status' in response) response.status(status).send(body);
  else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

@Catch()
class QuietFilter implements ExceptionFilter {
  catch(error: Error, host: ArgumentsHost) {
    const status = error instanceof HttpException ? error.getStatus() : 500;
    answer(host, status, { by: 'filter', said: error.message });
  }
}
@Catch()
class LoggingFilter implements ExceptionFilter {
  catch(error: Error, host: ArgumentsHost) {
    info('Filtered');
    answer(host, 500, { by: 'filter', said: error.message });
  }
}

@Injectable()
class Guard implements CanActivate {
  canActivate(): boolean {
    throw new TypeError('in the guard');
  }
}
class Pipe implements PipeTransform {
  transform(): never {
    throw new TypeError('in the pipe');
  }
}

@Controller()
class Root {
  @Get('handler')
  handler() {
    throw new TypeError('in the handler');
  }
  @Get('late')
  async late() {
    await new Promise<void>((resolve) => setImmediate(resolve));
    throw new TypeError('late');
  }
  @Get('guard')
  @UseGuards(Guard)
  guard() {}
  @Get('pipe/:id')
  pipe(@Param('id', Pipe) _id: string) {}
  @Get('middleware')
  middleware() {}
  @Get('teapot')
  teapot() {
    throw new HttpException('short and stout', 418);
  }
  @Get('own-filter')
  @UseFilters(LoggingFilter)
  ownFilter() {
    throw new TypeError('for its own filter');
  }
  @Get('nothing')
  nothing() {
    throw null;
  }
}

const stackOf = ({ values }: LogRecord) => (values['err'] as { stack?: string } | undefined)?.stack;

describe.each(PLATFORMS)('on %s', (platform) => {
  @Module({ controllers: [Root], providers: [Guard] })
  class Parts implements NestModule {
    configure(consumer: MiddlewareConsumer) {
      consumer
        .apply(() => {
          throw new TypeError('in the middleware');
        })
        .forRoutes('middleware');
    }
  }
  const start = (filter?: 'module' | 'main') =>
    startApp(
      {
        imports: [Parts],
        providers: filter === 'module' ? [{ provide: APP_FILTER, useClass: QuietFilter }] : [],
      },
      {
        platform,
        logger: createTtlogLogger(),
        before: (app) => filter === 'main' && app.useGlobalFilters(new QuietFilter()),
      },
    );

  test.each(['module', 'main'] as const)(
    'where a filter of the application (by its %s) answers, the completion record has the error',
    async (where) => {
      const { url, recordsWhen } = await start(where);
      const cases = [
        ['/handler', 'in the handler'],
        ['/late', 'late'],
        ['/guard', 'in the guard'],
        ['/pipe/7', 'in the pipe'],
        ['/middleware', 'in the middleware'],
      ];
      for (const [path, said] of cases) {
        const response = await fetch(url + path);
        expect([response.status, await response.json()]).toEqual([500, { by: 'filter', said }]);
      }
      const records = await recordsWhen(over(cases.length));
      expect(records.filter(({ level }) => level >= LogLevel.Error)).toEqual(completions(records));
      expect(completions(records).map(({ values }) => (values['err'] as { message: string }).message)).toEqual(
        cases.map(([, said]) => said),
      );
      for (const completion of completions(records)) expect(stackOf(completion)).toMatch(/exceptions\.test\.ts/);
    },
  );

  test('an answer that is no failure has none', async () => {
    const { url, recordsWhen } = await start('module');
    const response = await fetch(`${url}/teapot`);
    expect([response.status, await response.json()]).toEqual([418, { by: 'filter', said: 'short and stout' }]);
    const [completion] = completions(await recordsWhen(over(1)));
    expect(completion.level).toBe(LogLevel.Warn);
    expect(completion.values).not.toHaveProperty('err');
  });

  test('a filter of a route is in the scope; without any, Nest’s own line has the error', async () => {
    const { url, recordsWhen } = await start();
    expect(await (await fetch(`${url}/own-filter`, { headers: { 'x-request-id': 'r-1' } })).json()).toMatchObject({
      said: 'for its own filter',
    });
    expect((await fetch(`${url}/handler`)).status).toBe(500);
    const records = await recordsWhen(over(2));
    expect(records.find(({ message }) => message === 'Filtered')!.values['request_id']).toBe('r-1');
    const errors = records.filter(({ level }) => level >= LogLevel.Error);
    expect(errors.map(({ target, values }) => [target, (values['err'] as Error).message])).toEqual([
      ['http', 'for its own filter'],
      ['ExceptionsHandler', 'in the handler'],
    ]);
  });

  test('`throw null` is an answer of 500, as without ttlog', async () => {
    const { url, recordsWhen } = await start();
    expect((await fetch(`${url}/nothing`)).status).toBe(500);
    const [completion] = completions(await recordsWhen(over(1)));
    expect(completion.values['res']).toEqual({ statusCode: 500 });
  });
});
