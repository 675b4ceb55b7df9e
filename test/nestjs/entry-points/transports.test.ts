// What other transports than TCP say of their messages. A server of Nest's without a broker is handed the contexts that Nest's own make.
import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  EventPattern,
  KafkaContext,
  MqttContext,
  NatsContext,
  RedisContext,
  RmqContext,
  Server,
  Transport,
  type BaseRpcContext,
  type CustomTransportStrategy,
} from '@nestjs/microservices';
import { of } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import { info, LogLevel, type LogRecord } from 'ttlog';
import { closeContexts, recordedModule, seen } from '../support/context.js';

afterEach(closeContexts);

class BrokerlessServer extends Server implements CustomTransportStrategy {
  constructor(override readonly transportId: Transport) {
    super();
  }
  listen(callback: () => void) {
    callback();
  }
  close() {}
  override on() {}
  override unwrap(): never {
    throw new Error('nothing in it');
  }
  receive(pattern: string, context: unknown) {
    return this.handleEvent(pattern, { pattern, data: {} }, context as BaseRpcContext);
  }
}

@Controller()
class Orders {
  @EventPattern('placed')
  placed(_data: unknown) {
    info('Heard of it');
  }
  @EventPattern('streamed')
  streamed(_data: unknown) {
    return of(1, 2);
  }
  @EventPattern('refused')
  refused(_data: unknown) {
    throw new Error('refused');
  }
}

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const headers = { traceparent: TRACEPARENT, tracestate: 'a=1', fields: { tenant: 'theirs' } };
const natsHeaders = new Map(Object.entries(headers));
const kafkaMessage = { headers: { traceparent: Buffer.from(TRACEPARENT) } };
const hostile = {
  getPattern: () => {
    throw new Error('no');
  },
  getHeaders: () => {
    throw new Error('no');
  },
};

async function receive(transport: Transport, pattern: string, context: unknown): Promise<readonly LogRecord[]> {
  const { module, started, recordsWhen } = recordedModule({ controllers: [Orders] });
  const strategy = new BrokerlessServer(transport);
  const app = await NestFactory.createMicroservice(module, { strategy, logger: false, abortOnError: false });
  await app.listen();
  started(app);
  await strategy.receive(pattern, context);
  return recordsWhen((records) => records.some(({ message }) => message.startsWith('RPC')));
}

const root = (records: readonly LogRecord[]) => records.find(({ message }) => message.startsWith('RPC'))!;

test.each([
  ['KAFKA', 'orders', new KafkaContext([kafkaMessage, 0, 'orders'] as never)],
  ['NATS', 'orders.placed', new NatsContext(['orders.placed', natsHeaders] as never)],
  ['RMQ', 'placed', new RmqContext([{ properties: { headers } }, {}, 'placed'] as never)],
] as const)('%s: the message is named, and its trace goes on', async (name, pattern, context) => {
  const records = await receive(Transport[name], 'placed', context);
  expect(root(records)).toMatchObject({
    message: `RPC ${pattern}`,
    traceId: TRACEPARENT.slice(3, 35),
    parentSpanId: TRACEPARENT.slice(36, 52),
    outcome: 'ok',
  });
  expect(root(records).values).toMatchObject({
    transport: name,
    span_kind: 'consumer',
    request_id: expect.stringMatching(/^[\da-f-]{36}$/),
  });
  expect(root(records).values).not.toHaveProperty('tenant');
  expect(records.find(({ message }) => message === 'Heard of it')!.traceId).toBe(TRACEPARENT.slice(3, 35));
});

test.each([
  ['MQTT', 'RPC orders', new MqttContext(['orders', { properties: {} }] as never)],
  ['REDIS', 'RPC orders', new RedisContext(['orders'] as never)],
  ['NATS', 'RPC orders.placed', new NatsContext(['orders.placed', undefined] as never)],
  ['TCP', 'RPC message', hostile],
] as const)('%s: without a trace it begins one', async (name, message, context) => {
  const records = await receive(Transport[name], 'placed', context);
  expect(root(records).message).toBe(message);
  expect(root(records).parentSpanId).toBeUndefined();
});

test('topics without end make names with an end', async () => {
  const { module, started, recordsWhen } = recordedModule({ controllers: [Orders] });
  const strategy = new BrokerlessServer(Transport.MQTT);
  const app = await NestFactory.createMicroservice(module, { strategy, logger: false, abortOnError: false });
  await app.listen();
  started(app);
  for (let i = 0; i < 300; i++) await strategy.receive('placed', new MqttContext([`sensors/${i}`, {}] as never));
  const records = await recordsWhen(seen('Orders.placed', 300));
  const roots = records.filter(({ message }) => message.startsWith('RPC'));
  expect(new Set(roots.map(({ message }) => message)).size).toBe(257);
  expect(roots.at(-1)).toMatchObject({ message: 'RPC message' });
  expect(roots.at(-1)!.values['pattern']).toBe('sensors/299');
});

test('the scope ends after an observable, and after a failure that is one error line', async () => {
  const context = () => new RedisContext(['orders'] as never);
  const streamed = await receive(Transport.REDIS, 'streamed', context());
  expect(root(streamed).outcome).toBe('ok');
  await closeContexts();
  const refused = await receive(Transport.REDIS, 'refused', context());
  expect(root(refused).outcome).toBe('error');
  expect(refused.filter(({ level }) => level >= LogLevel.Error).map(({ message }) => message)).toEqual([
    'Orders.refused',
  ]);
  expect(seen('RPC orders')(refused)).toBe(true);
});
