import {
  Controller,
  Get,
  Injectable,
  Module,
  Scope,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { afterEach, expect, test } from 'vitest';
import { TtlogError, type Logger } from 'ttlog';
import { InjectLogger, TtlogModule } from 'ttlog/nestjs';
import { closeApps, over, startApp } from './support/app.js';

afterEach(closeApps);

async function instancesOf<T>(...types: (new (...args: never[]) => T)[]): Promise<T[]> {
  @Module({ imports: [TtlogModule.forRoot({ sinks: [] })], providers: types })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
  const instances = types.map((type) => app.get(type));
  await app.close();
  return instances;
}

test('the target is the class, or the one given; several in one class', async () => {
  @Injectable()
  class Orders {
    @InjectLogger('property') readonly property!: Logger;
    constructor(
      @InjectLogger() readonly own: Logger,
      @InjectLogger('audit') readonly audit: Logger,
    ) {}
  }
  @Injectable()
  class Payments {
    constructor(@InjectLogger() readonly own: Logger) {}
  }
  const [orders, payments] = await instancesOf<object>(Orders, Payments);
  expect(orders).toMatchObject({
    own: { target: 'Orders' },
    audit: { target: 'audit' },
    property: { target: 'property' },
  });
  expect(payments).toMatchObject({ own: { target: 'Payments' } });
});

test('a class that extends another has its own name, and the targets that it inherits', async () => {
  @Injectable()
  class Base {
    @InjectLogger('base') readonly property!: Logger;
    constructor(@InjectLogger() readonly own: Logger) {}
  }
  @Injectable()
  class Plain extends Base {}
  @Injectable()
  class More extends Base {
    constructor(
      @InjectLogger('more') readonly more: Logger,
      @InjectLogger() own: Logger,
    ) {
      super(own);
    }
  }
  const [base, plain, more] = await instancesOf<object>(Base, Plain, More);
  expect(base).toMatchObject({ own: { target: 'Base' }, property: { target: 'base' } });
  expect(plain).toMatchObject({ own: { target: 'Plain' }, property: { target: 'base' } });
  expect(more).toMatchObject({ own: { target: 'More' }, more: { target: 'more' }, property: { target: 'base' } });
});

test('nothing becomes request-scoped: one instance for all requests, each event with its own request', async () => {
  let instances = 0;
  @Controller()
  class Root {
    constructor(@InjectLogger() private readonly log: Logger) {
      instances++;
    }
    @Get()
    root() {
      this.log.info('Handled');
      return 'ok';
    }
  }
  const { url, recordsWhen } = await startApp({ controllers: [Root] });
  for (const id of ['r-1', 'r-2']) await fetch(url, { headers: { 'X-Request-Id': id } });
  const handled = (await recordsWhen(over(2))).filter(({ message }) => message === 'Handled');
  expect(handled.map(({ target, values }) => [target, values['request_id']])).toEqual([
    ['Root', 'r-1'],
    ['Root', 'r-2'],
  ]);
  expect(instances).toBe(1);
});

test('in what a request is made for, and in what it passes on its way', async () => {
  @Injectable()
  class Guard implements CanActivate {
    constructor(@InjectLogger() private readonly log: Logger) {}
    canActivate() {
      this.log.info('Guarded');
      return true;
    }
  }
  @Injectable()
  class Interceptor implements NestInterceptor {
    constructor(@InjectLogger() private readonly log: Logger) {}
    intercept(_context: ExecutionContext, next: CallHandler) {
      this.log.info('Intercepted');
      return next.handle();
    }
  }
  @Injectable({ scope: Scope.REQUEST })
  class PerRequest {
    constructor(@InjectLogger() readonly log: Logger) {}
  }
  @Controller()
  @UseInterceptors(Interceptor)
  class Root {
    constructor(private readonly perRequest: PerRequest) {}
    @Get()
    root() {
      this.perRequest.log.info('Handled');
      return 'ok';
    }
  }
  const { url, recordsWhen } = await startApp({
    controllers: [Root],
    providers: [PerRequest, { provide: APP_GUARD, useClass: Guard }],
  });
  await fetch(url, { headers: { 'X-Request-Id': 'r-1' } });
  const records = (await recordsWhen(over(1))).filter(({ kind, target }) => kind === 'event' && target !== 'http');
  expect(records.map(({ target, message, values }) => [target, message, values['request_id']])).toEqual([
    ['Guard', 'Guarded', 'r-1'],
    ['Interceptor', 'Intercepted', 'r-1'],
    ['PerRequest', 'Handled', 'r-1'],
  ]);
});

test('anywhere else it is an error at once', () => {
  class Wrong {
    method() {}
  }
  for (const decorate of [() => InjectLogger()(Wrong.prototype, 'method', 0), () => InjectLogger()(Wrong, 'static')]) {
    expect(decorate).toThrow(TtlogError);
    expect(decorate).toThrow(
      /Expected @InjectLogger\(\) on a constructor parameter or an instance property, got Wrong/,
    );
  }
  for (let i = 0; i < 8; i++) InjectLogger()(Wrong, undefined, i);
  expect(() => InjectLogger('audit')(Wrong, undefined, 8)).toThrow(/at most 8 injected loggers in Wrong/);
});
