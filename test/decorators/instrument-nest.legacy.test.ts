// Nest, whose decorators are legacy ones: its own decorators above and below @Instrument, and inside an instrumented class: routes answer and guards guard.
import 'reflect-metadata';
import type { ArgumentsHost, CanActivate, ExecutionContext, INestApplication, NestInterceptor } from '@nestjs/common';
import {
  Body,
  Catch,
  Controller,
  createParamDecorator,
  Get,
  Header,
  Headers,
  HttpCode,
  Injectable,
  Module,
  Param,
  ParseIntPipe,
  Post,
  Query,
  SetMetadata,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { NestFactory, Reflector } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { map, of } from 'rxjs';
import type { Observable } from 'rxjs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { info } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { recorded, startRecording } from '../support/recorded.js';

const Roles = (...roles: string[]): MethodDecorator & ClassDecorator => SetMetadata('roles', roles);

@Injectable()
class RolesGuard implements CanActivate {
  private readonly reflector = new Reflector();
  canActivate(context: ExecutionContext): boolean {
    const roles = this.reflector.getAllAndOverride<string[] | undefined>('roles', [
      context.getHandler(),
      context.getClass(),
    ]);
    if (roles === undefined) return true;
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    return roles.includes(headers['x-role']);
  }
}

class Wrapping implements NestInterceptor {
  intercept(_context: ExecutionContext, next: { handle(): Observable<unknown> }): Observable<unknown> {
    return next.handle().pipe(map((data) => ({ data })));
  }
}

class Doubling {
  transform(value: unknown): unknown {
    return typeof value === 'string' ? value + value : value;
  }
}

class Teapot extends Error {}

/** What Express and Fastify have in common. */
interface Reply {
  status(code: number): Reply;
  send(body: unknown): void;
}

const Role = createParamDecorator((_data: unknown, context: ExecutionContext): string => {
  const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
  return headers['x-role'] ?? 'nobody';
});

/** Lets nobody in. */
class Closed implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Catch(Teapot)
class TeapotFilter {
  catch(_error: Teapot, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Reply>().status(418).send({ tea: true });
  }
}

@UseGuards(RolesGuard)
@Controller('above')
class Above {
  @Instrument()
  @Get('open/:id')
  open(@Param('id', ParseIntPipe) id: number): object {
    info('handling');
    return { id };
  }

  @Instrument()
  @Roles('admin')
  @Get('secret')
  secret(): string {
    return 'secret';
  }

  @Instrument()
  @UseGuards(Closed)
  @Get('closed')
  closed(): string {
    return 'never';
  }

  @Instrument()
  @Header('x-made-by', 'ttlog')
  @Get('who')
  who(@Role() role: string, @Headers('x-more') more: string): object {
    return { role, more };
  }

  @Instrument()
  @UseInterceptors(Wrapping)
  @UsePipes(Doubling)
  @HttpCode(202)
  @Post('body')
  body(@Body('name') name: string, @Query('q') query: string): object {
    return { name, query };
  }

  @Instrument()
  @UseFilters(TeapotFilter)
  @Get('fail')
  async fail(): Promise<never> {
    throw new Teapot();
  }

  @Instrument()
  @Get('stream')
  stream(): Observable<object> {
    return of({ streamed: true });
  }
}

@UseGuards(RolesGuard)
@Controller('below')
class Below {
  @Get('open/:id')
  @Instrument()
  open(@Param('id', ParseIntPipe) id: number): object {
    info('handling');
    return { id };
  }

  @Get('secret')
  @Roles('admin')
  @Instrument()
  secret(): string {
    return 'secret';
  }

  @Get('closed')
  @UseGuards(Closed)
  @Instrument()
  closed(): string {
    return 'never';
  }

  @Get('who')
  @Header('x-made-by', 'ttlog')
  @Instrument()
  who(@Role() role: string, @Headers('x-more') more: string): object {
    return { role, more };
  }

  @Post('body')
  @HttpCode(202)
  @UsePipes(Doubling)
  @UseInterceptors(Wrapping)
  @Instrument()
  body(@Body('name') name: string, @Query('q') query: string): object {
    return { name, query };
  }

  @Get('fail')
  @UseFilters(TeapotFilter)
  @Instrument()
  async fail(): Promise<never> {
    throw new Teapot();
  }

  @Get('stream')
  @Instrument()
  stream(): Observable<object> {
    return of({ streamed: true });
  }
}

@UseGuards(RolesGuard)
@Controller('whole')
@Instrument()
class Whole {
  @Get('open/:id')
  open(@Param('id', ParseIntPipe) id: number): object {
    info('handling');
    return { id };
  }

  @Roles('admin')
  @Get('secret')
  secret(): string {
    return 'secret';
  }

  @UseGuards(Closed)
  @Get('closed')
  closed(): string {
    return 'never';
  }

  @Header('x-made-by', 'ttlog')
  @Get('who')
  who(@Role() role: string, @Headers('x-more') more: string): object {
    return { role, more };
  }

  @UseInterceptors(Wrapping)
  @UsePipes(Doubling)
  @HttpCode(202)
  @Post('body')
  body(@Body('name') name: string, @Query('q') query: string): object {
    return { name, query };
  }

  @UseFilters(TeapotFilter)
  @Get('fail')
  async fail(): Promise<never> {
    throw new Teapot();
  }

  @Get('stream')
  stream(): Observable<object> {
    return of({ streamed: true });
  }
}

@Module({ controllers: [Above, Below, Whole] })
class App {}

const adapters = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
] as const;

describe.each(adapters)('%s', (_name, adapter) => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    app = await NestFactory.create(App, adapter() as AbstractHttpAdapter, { logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(async () => {
    await app.close();
  });
  beforeEach(startRecording);

  describe.each([
    ['above', 'Above'],
    ['below', 'Below'],
    ['whole', 'Whole'],
  ])('@Instrument %s the decorators of Nest', (path, name) => {
    const get = async (route: string, headers: Record<string, string> = {}): Promise<[number, unknown]> => {
      const response = await fetch(`${url}/${path}/${route}`, { headers });
      const text = await response.text();
      return [response.status, text.startsWith('{') ? JSON.parse(text) : text];
    };

    test('routes and parameter pipes', async () => {
      await expect(get('open/7')).resolves.toEqual([200, { id: 7 }]);
      const { span, event } = recorded();
      expect(span(`${name}.open`).values).toMatchObject({ outcome: 'ok' });
      expect(event('handling').spanId).toBe(span(`${name}.open`).spanId);
      await expect(get('open/x')).resolves.toMatchObject([400, {}]);
    });

    test('a roles guard is never bypassed', async () => {
      await expect(get('secret')).resolves.toMatchObject([403, {}]);
      await expect(get('secret', { 'x-role': 'user' })).resolves.toMatchObject([403, {}]);
      expect(recorded().records).toEqual([]);
      await expect(get('closed', { 'x-role': 'admin' })).resolves.toMatchObject([403, {}]);
      expect(recorded().records).toEqual([]);
      await expect(get('secret', { 'x-role': 'admin' })).resolves.toEqual([200, 'secret']);
      expect(recorded().span(`${name}.secret`).outcome).toBe('ok');
    });

    test('status, pipes, interceptors, bodies', async () => {
      const response = await fetch(`${url}/${path}/body?q=x`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'ab' }),
      });
      expect(response.status).toBe(202);
      await expect(response.json()).resolves.toEqual({ data: { name: 'abab', query: 'xx' } });
      expect(recorded().span(`${name}.body`).values).toMatchObject({ name: 'abab', query: 'xx' });
    });

    test('decorators of parameters, own ones too, and headers', async () => {
      const response = await fetch(`${url}/${path}/who`, { headers: { 'x-role': 'admin', 'x-more': 'yes' } });
      expect(response.headers.get('x-made-by')).toBe('ttlog');
      await expect(response.json()).resolves.toEqual({ role: 'admin', more: 'yes' });
      expect(recorded().span(`${name}.who`).values).toMatchObject({ role: 'admin', more: 'yes' });
    });

    test('exception filters', async () => {
      await expect(get('fail')).resolves.toEqual([418, { tea: true }]);
      expect(recorded().span(`${name}.fail`)).toMatchObject({ outcome: 'error', level: 4 });
    });

    test('observables', async () => {
      await expect(get('stream')).resolves.toEqual([200, { streamed: true }]);
      expect(recorded().span(`${name}.stream`).outcome).toBe('ok');
    });
  });
});
