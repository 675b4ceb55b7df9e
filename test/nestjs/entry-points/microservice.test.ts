import {
  Catch,
  Controller,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type LoggerService,
  type RpcExceptionFilter,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Payload,
  RpcException,
  Transport,
  type ClientProxy,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { firstValueFrom, interval, map, take, throwError, toArray } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import { addContext, error, exportContext, info, LogLevel, withContext, withSpan } from 'ttlog';
import { createTtlogLogger } from 'ttlog/nestjs';
import { closeContexts, recordedModule, seen } from '../support/context.js';
import { freePort } from '../support/free-port.js';
import { witnesses } from '../support/witnesses.js';

let client: ClientProxy | undefined;
afterEach(async () => {
  await client?.close();
  await closeContexts();
});

const { seenBy, note, Guard, Interceptor, Pipe } = witnesses();

@Catch(RangeError)
class Filter implements RpcExceptionFilter<RangeError> {
  catch(refused: RangeError) {
    note('filter');
    return throwError(() => refused.message);
  }
}

@Controller()
class SumsController {
  @MessagePattern({ cmd: 'sum' })
  @UseGuards(Guard)
  @UseInterceptors(Interceptor)
  @UsePipes(Pipe)
  async sum(@Payload() numbers: number[]) {
    note('handler');
    addContext({ size: numbers.length });
    await Promise.resolve();
    info('Adding');
    return numbers.reduce((a, b) => a + b, 0);
  }

  @MessagePattern('count')
  count() {
    return interval(1).pipe(
      take(3),
      map((value) => {
        info('Counted', { value });
        return value;
      }),
    );
  }

  @MessagePattern('fail')
  fail() {
    throw new TypeError('broken');
  }

  @MessagePattern('cope')
  cope() {
    error('Could not ask the other one', new Error('away'));
    return 'never mind';
  }

  @MessagePattern('refuse')
  @UseFilters(Filter)
  refuse() {
    throw new RangeError('too many');
  }

  @MessagePattern('answer')
  answer() {
    throw new RpcException('no such order');
  }

  @EventPattern('placed')
  placed(@Payload() order: unknown) {
    info('Heard of it', { order });
  }
}

/** A hybrid application, so that both ways of starting a microservice are used here and in the next one. */
async function start(how: 'alone' | 'beside HTTP', logger: LoggerService | false = false) {
  const { module, started, recordsWhen } = recordedModule({ controllers: [SumsController], providers: [Guard] });
  const options = { host: '127.0.0.1', port: await freePort() };
  const tcp: MicroserviceOptions = { transport: Transport.TCP, options };
  if (how === 'alone') {
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
      ...tcp,
      logger,
      abortOnError: false,
    });
    await app.listen();
    started(app);
  } else {
    const app = await NestFactory.create(module, { logger: false, abortOnError: false });
    app.connectMicroservice<MicroserviceOptions>(tcp);
    await app.startAllMicroservices();
    await app.init();
    started(app);
  }
  client = ClientProxyFactory.create({ transport: Transport.TCP, options });
  await client.connect();
  return { client, recordsWhen };
}

test.each(['alone', 'beside HTTP'] as const)('a message has a scope around everything, %s', async (how) => {
  const { client: sender, recordsWhen } = await start(how);
  seenBy.length = 0;
  expect(await firstValueFrom(sender.send({ cmd: 'sum' }, [1, 2, 3]))).toBe(6);
  const records = await recordsWhen(seen('RPC {"cmd":"sum"}'));
  const root = records.find(({ message }) => message === 'RPC {"cmd":"sum"}')!;
  expect(root).toMatchObject({
    kind: 'span',
    outcome: 'ok',
    target: 'test',
    values: { transport: 'TCP', span_kind: 'server' },
  });
  expect(root.values['request_id']).toMatch(/^[\da-f-]{36}$/);
  expect(root.values['size']).toBe(3);
  expect(seenBy.map(([where]) => where)).toEqual(expect.arrayContaining(['guard', 'interceptor', 'pipe', 'handler']));
  for (const [, id, trace] of seenBy) expect([id, trace]).toEqual([root.values['request_id'], root.traceId]);
  expect(records.find(({ message }) => message === 'SumsController.sum')).toMatchObject({ parentSpanId: root.spanId });
  expect(records.find(({ message }) => message === 'Adding')).toMatchObject({
    traceId: root.traceId,
    values: { request_id: root.values['request_id'] },
  });
});

test('messages at the same time are traces of their own', async () => {
  const { client: sender, recordsWhen } = await start('alone');
  await Promise.all([1, 2, 3, 4].map((n) => firstValueFrom(sender.send({ cmd: 'sum' }, [n]))));
  const records = await recordsWhen(seen('RPC {"cmd":"sum"}', 4));
  const adding = records.filter(({ message }) => message === 'Adding');
  expect(new Set(adding.map(({ traceId }) => traceId)).size).toBe(4);
  expect(new Set(adding.map(({ values }) => values['request_id'])).size).toBe(4);
});

test('an observable answers inside the scope, and ends it', async () => {
  const { client: sender, recordsWhen } = await start('alone');
  expect(await firstValueFrom(sender.send('count', {}).pipe(toArray()))).toEqual([0, 1, 2]);
  const records = await recordsWhen((all) => seen('RPC count')(all) && seen('Counted', 3)(all));
  const root = records.find(({ message }) => message === 'RPC count')!;
  const counted = records.filter(({ message }) => message === 'Counted');
  expect(counted.map(({ traceId }) => traceId)).toEqual([root.traceId, root.traceId, root.traceId]);
  const earlier = counted.filter((record) => records.indexOf(record) < records.indexOf(root));
  expect(earlier.length).toBe(3);
});

test('a failure is one error line, whether a filter takes it or not', async () => {
  const { client: sender, recordsWhen } = await start('alone');
  seenBy.length = 0;
  for (const pattern of ['fail', 'refuse'])
    await expect(firstValueFrom(sender.send(pattern, {}))).rejects.toBeDefined();
  const records = await recordsWhen((all) => seen('RPC fail')(all) && seen('RPC refuse')(all));
  expect(records.filter(({ level }) => level >= LogLevel.Error)).toMatchObject([
    { message: 'SumsController.fail', values: { err: { message: 'broken' } } },
    { message: 'SumsController.refuse', values: { err: { message: 'too many' } } },
  ]);
  const roots = records.filter(({ message }) => message.startsWith('RPC'));
  expect(roots.map(({ outcome }) => outcome)).toEqual(['error', 'error']);
  expect(seenBy).toEqual([['filter', roots[1].values['request_id'], roots[1].traceId]]);
});

test('an error that a handler has logged, and dealt with, is no failure of the message', async () => {
  const { client: sender, recordsWhen } = await start('alone');
  expect(await firstValueFrom(sender.send('cope', {}))).toBe('never mind');
  const records = await recordsWhen(seen('RPC cope'));
  expect(records.filter(({ level }) => level >= LogLevel.Error)).toMatchObject([
    { message: 'Could not ask the other one' },
  ]);
  expect(records.find(({ message }) => message === 'RPC cope')).toMatchObject({ outcome: 'ok' });
});

test('what Nest says of a failure says it again at debug; an RpcException is an answer', async () => {
  const { client: sender, recordsWhen } = await start('alone', createTtlogLogger());
  for (const pattern of ['fail', 'answer'])
    await expect(firstValueFrom(sender.send(pattern, {}))).rejects.toBeDefined();
  const records = await recordsWhen((all) => seen('RPC fail')(all) && seen('RPC answer')(all));
  const errors = records.filter(({ level }) => level >= LogLevel.Error);
  expect(errors.map(({ message }) => message)).toEqual(['SumsController.fail']);
  expect(records.find(({ target }) => target === 'RpcExceptionsHandler')?.level).toBe(LogLevel.Debug);
  expect(records.find(({ message }) => message === 'SumsController.answer')).toMatchObject({
    level: LogLevel.Debug,
    outcome: 'error',
  });
});

test('an event has its scope, too', async () => {
  const { client: sender, recordsWhen } = await start('alone');
  await firstValueFrom(sender.emit('placed', { id: 7 }), { defaultValue: undefined });
  const records = await recordsWhen(seen('RPC placed'));
  const root = records.find(({ message }) => message === 'RPC placed')!;
  expect(records.find(({ message }) => message === 'Heard of it')).toMatchObject({
    traceId: root.traceId,
    values: { order: { id: 7 } },
  });
});

test('the trace of whoever sends a message goes on, where the transport carries it', async () => {
  const { client: sender, recordsWhen } = await start('alone');
  // Nest 11 has neither the hook nor metadata in TCP's packets: there the message begins a trace.
  const isCarried = process.env['NEST_MAJOR'] !== '11';
  sender.setOnDispatchHook?.((packet) => {
    packet.metadata = { ...exportContext({ fields: false }) };
  });
  const caller = await withContext({ tenant: 'eu' }, () =>
    withSpan('call', async (span) => {
      await firstValueFrom(sender.send({ cmd: 'sum' }, [1]));
      return span;
    }),
  );
  const records = await recordsWhen(seen('RPC {"cmd":"sum"}'));
  const root = records.find(({ message }) => message === 'RPC {"cmd":"sum"}')!;
  expect(root.parentSpanId).toBe(isCarried ? caller.spanId : undefined);
  expect(root.traceId === caller.traceId).toBe(isCarried);
  expect(root.values).not.toHaveProperty('tenant'); // fields of others are theirs
});
