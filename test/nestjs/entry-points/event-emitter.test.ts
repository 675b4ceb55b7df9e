import { Controller, Get, Injectable, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { afterEach, describe, expect, test } from 'vitest';
import { info, LogLevel } from 'ttlog';
import { createTtlogLogger } from 'ttlog/nestjs';
import { closeApps, over, PLATFORMS, startApp } from '../support/app.js';
import { closeContexts, recordedModule, seen, startContext } from '../support/context.js';

afterEach(async () => {
  await closeApps();
  await closeContexts();
});

@Injectable()
class Mails {
  @OnEvent('order.placed')
  async send({ order_id }: { order_id: number }) {
    await Promise.resolve();
    info('Mail sent', { order_id });
  }
}

@Controller('orders')
class OrdersController {
  constructor(private readonly events: EventEmitter2) {}
  @Get()
  async place() {
    await this.events.emitAsync('order.placed', { order_id: 7 });
    return 'ok';
  }
}

describe.each(PLATFORMS)('on %s', (platform) => {
  test('a listener belongs to the request in which the event was emitted', async () => {
    const { url, recordsWhen } = await startApp(
      { imports: [EventEmitterModule.forRoot()], controllers: [OrdersController], providers: [Mails] },
      { platform },
    );
    await fetch(`${url}/orders`, { headers: { 'x-request-id': 'r-1' } });
    const records = await recordsWhen(over(1));
    const span = records.find(({ message }) => message === 'Mails.send')!;
    const root = records.find(({ message }) => message === 'GET /orders')!;
    expect(span).toMatchObject({ parentSpanId: root.spanId, traceId: root.traceId, values: { request_id: 'r-1' } });
    expect(records.find(({ message }) => message === 'Mail sent')).toMatchObject({
      spanId: span.spanId,
      values: { request_id: 'r-1', order_id: 7 },
    });
  });
});

test('outside of everything it is a trace of its own', async () => {
  const { app, recordsWhen } = await startContext({ imports: [EventEmitterModule.forRoot()], providers: [Mails] });
  const events = app.get(EventEmitter2);
  await events.emitAsync('order.placed', { order_id: 1 });
  await events.emitAsync('order.placed', { order_id: 2 });
  const records = await recordsWhen(seen('Mails.send', 2));
  expect(new Set(records.map(({ traceId }) => traceId)).size).toBe(2);
});

test('a listener that fails is one error line: what Nest says of it is said at debug, each time', async () => {
  const own = new Logger('Event');
  @Injectable()
  class Bills {
    @OnEvent('order.placed')
    async write(fails: boolean) {
      await Promise.resolve();
      if (fails) throw new TypeError('no paper');
      own.error('no paper', new TypeError('no paper').stack);
    }
  }
  const parts = { imports: [EventEmitterModule.forRoot()], providers: [Bills] };
  const { module, started, recordsWhen } = recordedModule(parts);
  const app = await NestFactory.createApplicationContext(module, { logger: createTtlogLogger(), abortOnError: false });
  started(app);
  const events = app.get(EventEmitter2);
  for (const fails of [true, true, false]) await events.emitAsync('order.placed', fails);
  const records = await recordsWhen(seen('Bills.write', 3));
  const told = records.filter(
    ({ values }) => typeof (values['err'] as { stack?: unknown } | undefined)?.stack === 'string',
  );
  expect(told.map(({ message, target, level }) => [message, target, level])).toEqual([
    ['Bills.write', 'Bills', LogLevel.Error],
    ['no paper', 'Event', LogLevel.Debug],
    ['Bills.write', 'Bills', LogLevel.Error],
    ['no paper', 'Event', LogLevel.Debug],
    // The application's own, of an error that nobody else has told.
    ['no paper', 'Event', LogLevel.Error],
  ]);
});
