// What an application's own tests do: @nestjs/testing, TtlogTestingModule, captureLogs.
import { Controller, Get, Inject, Injectable, Module, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { afterEach, expect, test } from 'vitest';
import { init, type Logger, type TtlogHandle } from 'ttlog';
import { InjectLogger, TTLOG_HANDLE, TTLOG_MODULE_OPTIONS, TtlogModule, TtlogTestingModule } from 'ttlog/nestjs';
import { memorySink } from 'ttlog/sinks';
import { captureLogs } from 'ttlog/testing';
import { PLATFORMS } from './support/app.js';

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

@Injectable()
class Orders {
  constructor(
    @InjectLogger() private readonly log: Logger,
    @Inject(TTLOG_HANDLE) readonly handle: TtlogHandle,
  ) {}
  place(id: number) {
    this.log.debug('Placing', { id });
    return id;
  }
}
@Controller()
class Root {
  constructor(private readonly orders: Orders) {}
  @Get()
  root() {
    return String(this.orders.place(7));
  }
}

test.each([
  ['as it is', TtlogTestingModule],
  ['with options', TtlogTestingModule.forRoot({ service: 'units' })],
])('in a test of some providers, %s', async (how, module) => {
  const testing = await Test.createTestingModule({ imports: [module], providers: [Orders] }).compile();
  const orders = testing.get(Orders);
  const logs = captureLogs(() => orders.place(7));
  expect(logs.records).toMatchObject([{ target: 'Orders', message: 'Placing', values: { id: 7 } }]);
  expect(orders.handle.service).toBe(how === 'as it is' ? 'test' : 'units');
  await testing.close();
  await init({ sinks: [] }).shutdown(); // nothing is left running
});

test.each(PLATFORMS)('in the place of what an application’s own module was told, on %s', async (platform) => {
  const memory = memorySink();
  @Module({ imports: [TtlogModule.forRoot({ sinks: [memory] })], controllers: [Root], providers: [Orders] })
  class AppModule {}
  const testing = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(TTLOG_MODULE_OPTIONS)
    .useValue(TtlogTestingModule.options)
    .compile();
  app = testing.createNestApplication(platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter(), {
    logger: false,
    forceCloseConnections: true,
  });
  await app.listen(0, '127.0.0.1');
  using logs = captureLogs({ all: true });
  const response = await fetch(await app.getUrl(), { headers: { 'x-request-id': 'r-1' } });
  expect([response.headers.get('x-request-id'), await response.text()]).toEqual(['r-1', '7']);
  while (!logs.messages.includes('request completed')) await new Promise(setImmediate);
  const placing = logs.events.find(({ message }) => message === 'Placing')!;
  expect(placing.values).toMatchObject({ id: 7, request_id: 'r-1' });
  await app.close();
  expect(memory.records).toEqual([]);
});
