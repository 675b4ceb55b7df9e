import {
  Body,
  Catch,
  Controller,
  Get,
  Injectable,
  Module,
  Param,
  ParseIntPipe,
  Post,
  Scope,
  SetMetadata,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type MiddlewareConsumer,
  type NestInterceptor,
  type NestMiddleware,
  type NestModule,
  type Type,
} from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { map } from 'rxjs';
import { afterEach, describe, expect, test } from 'vitest';
import { currentSpan, TtlogError, type LogRecord } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { instrumentProviders, TtlogModule, type InstrumentProvidersOptions } from 'ttlog/nestjs';
import { memorySink } from 'ttlog/sinks';
import { closeApps, over, PLATFORMS, startApp } from './support/app.js';

afterEach(closeApps);

const spanNames = (records: readonly LogRecord[]) =>
  records.filter(({ kind, message }) => kind === 'span' && message.includes('.')).map(({ message }) => message);

/** What the calls of `use` leave, in an application of these providers. */
async function spansOf(
  providers: Type[],
  options: InstrumentProvidersOptions | undefined,
  use: (get: <T>(type: Type<T>) => T) => unknown,
): Promise<string[]> {
  const memory = memorySink();
  @Module({ imports: [TtlogModule.forRoot({ service: 'test', level: 'trace', sinks: [memory] })], providers })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, {
    logger: false,
    abortOnError: false,
    instrument: instrumentProviders(options),
  });
  await use((type) => app.get(type));
  await app.close();
  return spanNames(memory.records);
}

test('every method of a provider is a span, inside the one that calls it; the instance is its own', async () => {
  @Injectable()
  class Prices {
    readonly #cents = 995;
    static of() {
      return 'static';
    }
    async quote(_sku: string) {
      await Promise.resolve();
      return this.#cents;
    }
  }
  @Injectable()
  class Cart {
    constructor(readonly prices: Prices) {}
    async total() {
      return this.prices.quote('grinder');
    }
  }
  const memory = memorySink();
  @Module({ imports: [TtlogModule.forRoot({ level: 'trace', sinks: [memory] })], providers: [Prices, Cart] })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, {
    logger: false,
    instrument: instrumentProviders(),
  });
  const cart = app.get(Cart);
  expect(await cart.total()).toBe(995); // a proxy has no private members
  expect(cart).toBeInstanceOf(Cart);
  expect(Object.keys(cart)).toEqual(['prices']);
  expect([cart.total.name, cart.prices.quote.name, cart.prices.quote.length]).toEqual(['total', 'quote', 1]);
  await app.close();
  const [inner, outer] = memory.records;
  expect([inner.message, outer.message]).toEqual(['Prices.quote', 'Cart.total']);
  expect(inner).toMatchObject({ parentSpanId: outer.spanId, traceId: outer.traceId, values: { _sku: 'grinder' } });
});

describe('which classes', () => {
  abstract class Plain {
    base() {}
  }
  @Injectable()
  class Base {
    inherited() {}
  }
  @Injectable()
  class Orders extends Base {
    place() {}
  }
  @Injectable()
  class Stock extends Plain {
    reserve() {}
    @Instrument({ name: 'own name' })
    own() {}
  }
  @Injectable()
  class ConfigService {
    get() {}
  }
  class Undecorated {
    work() {}
  }
  const all = [Base, Orders, Stock, ConfigService, Undecorated] as Type[];
  const useAll = (get: <T>(type: Type<T>) => T) => {
    get(Orders).inherited();
    get(Orders).place();
    get(Stock).reserve();
    get(Stock).base();
    get(ConfigService).get();
    get(Undecorated).work();
  };
  // Classes of its own for each case: what is wrapped stays wrapped.
  const fresh = (): { providers: Type[]; use: typeof useAll } => {
    const copies = new Map(all.map((type) => [type, type]));
    return { providers: [...copies.values()], use: useAll };
  };

  test('chosen ones, by class or by name, then all that Nest decorates', async () => {
    const { providers, use } = fresh();
    const run = (options?: InstrumentProvidersOptions) => spansOf(providers, options, use);
    expect(await run({ include: [] })).toEqual([]);
    expect(await run({ include: ['Undecorated'] })).toEqual(['Undecorated.work']);
    expect(await run({ include: [Orders, Base], exclude: [Base] })).toEqual(['Orders.place', 'Undecorated.work']);
    // And what Nest's decorators are on: not its own helpers, not what is inherited from a class without one.
    expect(await run()).toEqual(['Base.inherited', 'Orders.place', 'Stock.reserve', 'Undecorated.work']);
    expect(await run({ include: (type) => type.name === 'ConfigService', exclude: [] })).toContain('ConfigService.get');
  });

  test('a method with an @Instrument() of its own keeps it', async () => {
    const memory = memorySink();
    @Module({ imports: [TtlogModule.forRoot({ level: 'trace', sinks: [memory] })], providers: [Stock] })
    class AppModule {}
    const app = await NestFactory.createApplicationContext(AppModule, {
      logger: false,
      instrument: instrumentProviders(),
    });
    app.get(Stock).own();
    await app.close();
    expect(memory.records.map(({ message }) => message)).toEqual(['own name']);
  });
});

test('the options of @Instrument() go for all', async () => {
  @Injectable()
  class Levelled {
    work(_secret_word: string) {
      throw new Error('no');
    }
  }
  const memory = memorySink();
  @Module({ imports: [TtlogModule.forRoot({ level: 'trace', sinks: [memory] })], providers: [Levelled] })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, {
    logger: false,
    instrument: instrumentProviders({ level: 'info', args: false, err: 'warn' }),
  });
  expect(() => app.get(Levelled).work('x')).toThrow('no');
  await app.close();
  expect(memory.records).toMatchObject([{ message: 'Levelled.work', level: 3 }]);
  expect(memory.records[0].values).not.toHaveProperty('_secret_word');
});

test('a decorator of instances that had the place before is called, and has the last word', async () => {
  @Injectable()
  class Before {
    work() {
      return currentSpan()?.name;
    }
  }
  const seen: unknown[] = [];
  const replacement = new Before();
  const spans = await spansOf(
    [Before],
    {
      instanceDecorator: (instance) => {
        seen.push(instance);
        return instance instanceof Before ? replacement : instance;
      },
    },
    (get) => {
      expect(get(Before)).toBe(replacement);
      expect(get(Before).work()).toBe('Before.work');
    },
  );
  expect(seen.filter((one) => one instanceof Before)).toHaveLength(1);
  expect(spans).toEqual(['Before.work']);
});

test('what providers can be besides: values, functions, frozen classes, proxies, null', async () => {
  @Injectable()
  class Frozen {
    work() {}
  }
  Object.freeze(Frozen.prototype);
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const values = [null, 7, () => {}, Object.create(null), new Map(), revoked.proxy, Date, [], 'text'];
  const { instanceDecorator } = instrumentProviders();
  for (const value of values) expect(instanceDecorator(value) === value).toBe(true);
  expect(await spansOf([Frozen], undefined, (get) => get(Frozen).work())).toEqual([]);
});

test.each([
  [{ include: 'OrdersService' as never }, /Expected include to be a list of classes or of their names, or a function/],
  [{ exclude: [7 as never] }, /Expected exclude/],
  [{ level: 'loud' as never }, /Expected level/],
  [{ instanceDecorator: {} as never }, /Expected instanceDecorator to be a function/],
  [{ name: 'x' } as never, /Expected an option of instrumentProviders\(\) to be one of/],
])('a wrong option is an error at once', (options, message) => {
  expect(() => instrumentProviders(options)).toThrow(TtlogError);
  expect(() => instrumentProviders(options)).toThrow(message);
});

describe.each(PLATFORMS)('on %s', (platform) => {
  test('routes, guards, pipes, params, interceptors, filters and request scope are as before', async () => {
    const Roles = (...roles: string[]) => SetMetadata('roles', roles);
    @Injectable()
    class RolesGuard implements CanActivate {
      constructor(private readonly reflector: Reflector) {}
      canActivate(context: ExecutionContext): boolean {
        const roles = this.reflector.get<string[] | undefined>('roles', context.getHandler());
        const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
        return roles === undefined || roles.includes(headers['x-role'] ?? '');
      }
    }
    @Injectable()
    class Wrap implements NestInterceptor {
      intercept(_context: ExecutionContext, next: CallHandler) {
        return next.handle().pipe(map((data: unknown) => ({ data })));
      }
    }
    @Catch(RangeError)
    class RangeFilter implements ExceptionFilter {
      catch(error: RangeError, host: ArgumentsHost) {
        const response = host.switchToHttp().getResponse<{ status(code: number): { send(body: object): void } }>();
        response.status(422).send({ said: error.message });
      }
    }
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      readonly id = Math.random();
      read() {
        return typeof this.id;
      }
    }
    @Injectable()
    class Middleware implements NestMiddleware {
      use(_request: unknown, response: { setHeader(name: string, value: string): void }, next: () => void) {
        response.setHeader('x-middleware', 'yes');
        next();
      }
    }
    @Controller('orders')
    @UseGuards(RolesGuard)
    @UseInterceptors(Wrap)
    @UseFilters(RangeFilter)
    class OrdersController {
      constructor(private readonly perRequest: PerRequest) {}
      @Get(':id')
      find(@Param('id', ParseIntPipe) id: number) {
        return { id, kind: this.perRequest.read() };
      }
      @Post()
      @Roles('admin')
      place(@Body() body: { sku: string }) {
        if (body.sku === 'none') throw new RangeError('no such sku');
        return body;
      }
    }
    @Module({ controllers: [OrdersController], providers: [RolesGuard, Wrap, RangeFilter, PerRequest] })
    class OrdersModule implements NestModule {
      configure(consumer: MiddlewareConsumer) {
        consumer.apply(Middleware).forRoutes(OrdersController);
      }
    }
    const { url, recordsWhen } = await startApp(
      { imports: [OrdersModule] },
      { platform, instrument: instrumentProviders() },
    );
    const post = (role: string, sku: string) =>
      fetch(`${url}/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-role': role },
        body: JSON.stringify({ sku }),
      });
    const found = await fetch(`${url}/orders/7`);
    expect([found.headers.get('x-middleware'), await found.json()]).toEqual([
      'yes',
      { data: { id: 7, kind: 'number' } },
    ]);
    expect((await fetch(`${url}/orders/seven`)).status).toBe(400);
    expect((await post('guest', 'x')).status).toBe(403);
    const placed = await post('admin', 'x');
    expect([placed.status, await placed.json()]).toEqual([201, { data: { sku: 'x' } }]);
    const refused = await post('admin', 'none');
    expect([refused.status, await refused.json()]).toEqual([422, { said: 'no such sku' }]);

    const records = await recordsWhen(over(5));
    const firstTrace = records.find(({ message }) => message === 'OrdersController.find')!.traceId;
    const names = new Set(spanNames(records.filter(({ traceId }) => traceId === firstTrace)));
    expect(names).toEqual(
      new Set(['RolesGuard.canActivate', 'Wrap.intercept', 'OrdersController.find', 'PerRequest.read']),
    );
  });
});
