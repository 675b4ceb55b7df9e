// Nest's microservices over gRPC: a real server and a real client, of all four kinds of calls.
import { fileURLToPath } from 'node:url';
import { credentials, loadPackageDefinition, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import {
  Catch,
  Controller,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type RpcExceptionFilter,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  GrpcMethod,
  GrpcStreamCall,
  GrpcStreamMethod,
  RpcException,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { from, map, reduce, tap, throwError, type Observable } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import { addContext, exportContext, info, LogLevel, withSpan, type LogRecord } from 'ttlog';
import { createTtlogLogger } from 'ttlog/nestjs';
import { closeContexts, recordedModule, seen } from '../support/context.js';
import { freePort } from '../support/free-port.js';
import { witnesses } from '../support/witnesses.js';

interface Order {
  id: number;
  sku?: string;
}

interface Stream<T> extends AsyncIterable<T> {
  on(event: 'error', listener: () => void): void;
}

type Unary = (order: Order, metadata: Metadata, done: (error: ServiceError | null, answer: Order) => void) => void;

/** As the package's definition makes it. */
interface Client {
  readonly Find: Unary;
  readonly Fail: Unary;
  readonly Answer: Unary;
  Watch(order: Order): Stream<Order>;
  Place(done: (error: ServiceError | null, answer: Order) => void): { write(order: Order): void; end(): void };
  Chat(): Stream<Order> & { write(order: Order): void; end(): void };
  Listen(): Stream<Order> & { write(order: Order): void; end(): void };
  close(): void;
}

const protoPath = fileURLToPath(new URL('orders.proto', import.meta.url));

let client: Client | undefined;
afterEach(async () => {
  client?.close();
  await closeContexts();
});

const { seenBy, note, Guard, Interceptor, Pipe } = witnesses();

@Catch(RangeError)
class Filter implements RpcExceptionFilter<RangeError> {
  catch(refused: RangeError) {
    note('filter');
    return throwError(() => ({ code: status.OUT_OF_RANGE, message: refused.message }));
  }
}

@Controller()
class OrdersController {
  @GrpcMethod('Orders', 'Find')
  @UseGuards(Guard)
  @UseInterceptors(Interceptor)
  @UsePipes(Pipe)
  async find({ id }: Order): Promise<Order> {
    note('handler');
    addContext({ size: 3 });
    await Promise.resolve();
    info('Finding', { id });
    return { id, sku: 'grinder' };
  }

  @GrpcMethod('Orders', 'Fail')
  @UseFilters(Filter)
  fail({ id }: Order): Order {
    if (id === 0) throw new RangeError('none');
    throw new TypeError('broken');
  }

  @GrpcMethod('Orders', 'Answer')
  answer(): Order {
    throw new RpcException({ code: status.NOT_FOUND, message: 'no such order' });
  }

  @GrpcMethod('Orders', 'Watch')
  watch(): Observable<Order> {
    return from([1, 2, 3]).pipe(
      map((id) => {
        info('Watched', { id });
        return { id };
      }),
    );
  }

  @GrpcStreamMethod('Orders', 'Place')
  place(orders: Observable<Order>): Observable<Order> {
    return orders.pipe(
      tap(({ id }) => info('Placed', { id })),
      reduce((sum, { id }) => ({ id: sum.id + id })),
    );
  }

  @GrpcStreamMethod('Orders', 'Chat')
  chat(orders: Observable<Order>): Observable<Order> {
    return orders.pipe(
      map(({ id }) => {
        info('Said', { id });
        if (id > 2) throw new RangeError('too many');
        return { id: id * 10 };
      }),
    );
  }

  @GrpcStreamCall('Orders', 'Listen')
  listen(call: Stream<Order> & NodeJS.EventEmitter & { write(order: Order): void; end(): void }): void {
    call.on('data', (order: Order) => call.write({ id: order.id * 10 }));
    call.on('end', () => {
      info('Heard all');
      call.end();
    });
  }
}

async function start(logger: ReturnType<typeof createTtlogLogger> | false = false) {
  const { module, started, recordsWhen } = recordedModule({ controllers: [OrdersController], providers: [Guard] });
  const url = `127.0.0.1:${await freePort()}`;
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
    transport: Transport.GRPC,
    options: { url, package: 'shop', protoPath },
    logger,
    abortOnError: false,
  });
  await app.listen();
  started(app);
  const { shop } = loadPackageDefinition(loadSync(protoPath)) as unknown as {
    shop: { Orders: new (url: string, credentials: unknown) => Client };
  };
  client = new shop.Orders(url, credentials.createInsecure());
  return { orders: client, recordsWhen };
}

function ask(
  orders: Client,
  method: 'Find' | 'Fail' | 'Answer',
  id: number,
  metadata = new Metadata(),
): Promise<Order> {
  return new Promise((resolve, reject) =>
    orders[method]({ id }, metadata, (error, answer) => (error === null ? resolve(answer) : reject(error))),
  );
}

const rootsOf = (records: readonly LogRecord[]) => records.filter(({ message }) => message.startsWith('RPC '));

async function idsOf(stream: Stream<Order>): Promise<number[]> {
  const ids: number[] = [];
  for await (const { id } of stream) ids.push(id);
  return ids;
}

test('a call has a scope around guard, interceptor, pipe and handler', async () => {
  const { orders, recordsWhen } = await start();
  seenBy.length = 0;
  expect(await ask(orders, 'Find', 7)).toEqual({ id: 7, sku: 'grinder' });
  const records = await recordsWhen(seen('RPC shop.Orders/Find'));
  const [root, ...others] = rootsOf(records);
  expect(others).toEqual([]);
  expect(root).toMatchObject({
    outcome: 'ok',
    target: 'test',
    values: { transport: 'GRPC', span_kind: 'server', size: 3 },
  });
  expect(root.values['request_id']).toMatch(/^[\da-f-]{36}$/);
  expect(seenBy.map(([where]) => where)).toEqual(expect.arrayContaining(['guard', 'interceptor', 'pipe', 'handler']));
  for (const [, id, trace] of seenBy) expect([id, trace]).toEqual([root.values['request_id'], root.traceId]);
  const span = records.find(({ message }) => message === 'OrdersController.find')!;
  expect(span).toMatchObject({ parentSpanId: root.spanId });
  expect(records.find(({ message }) => message === 'Finding')).toMatchObject({
    traceId: root.traceId,
    spanId: span.spanId,
    values: { request_id: root.values['request_id'] },
  });
});

test('the trace of the caller comes in by the metadata', async () => {
  const { orders, recordsWhen } = await start();
  const caller = await withSpan('call', async (span) => {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(exportContext({ fields: false }))) metadata.set(name, value);
    await ask(orders, 'Find', 7, metadata);
    return span;
  });
  const [root] = rootsOf(await recordsWhen(seen('RPC shop.Orders/Find')));
  expect([root.traceId, root.parentSpanId]).toEqual([caller.traceId, caller.spanId]);
});

test('calls at the same time are traces of their own', async () => {
  const { orders, recordsWhen } = await start();
  await Promise.all([1, 2, 3, 4].map((id) => ask(orders, 'Find', id)));
  const records = await recordsWhen(seen('RPC shop.Orders/Find', 4));
  expect(new Set(rootsOf(records).map(({ traceId }) => traceId)).size).toBe(4);
  const finding = records.filter(({ message }) => message === 'Finding');
  expect(new Set(finding.map(({ traceId }) => traceId)).size).toBe(4);
});

test.each([
  ['a stream of answers', 'Watch', 'Watched', (orders: Client) => idsOf(orders.Watch({ id: 0 })), [1, 2, 3]],
  [
    'a stream of messages',
    'Place',
    'Placed',
    (orders: Client) =>
      new Promise<number[]>((resolve, reject) => {
        const stream = orders.Place((error, answer) => (error === null ? resolve([answer.id]) : reject(error)));
        for (const id of [1, 2]) stream.write({ id });
        stream.end();
      }),
    [3],
  ],
  [
    'a stream of both',
    'Chat',
    'Said',
    (orders: Client) => {
      const stream = orders.Chat();
      for (const id of [1, 2]) stream.write({ id });
      stream.end();
      return idsOf(stream);
    },
    [10, 20],
  ],
] as const)('%s is inside, and ends the span', async (_what, method, message, stream, ids) => {
  const { orders, recordsWhen } = await start();
  expect(await stream(orders)).toEqual(ids);
  const records = await recordsWhen(seen(`RPC shop.Orders/${method}`));
  const [root, ...others] = rootsOf(records);
  expect([others, root.outcome]).toEqual([[], 'ok']);
  const events = records.filter((record) => record.message === message);
  expect(events.length).toBeGreaterThan(1);
  expect(events.map(({ traceId, late }) => [traceId, late])).toEqual(events.map(() => [root.traceId, false]));
});

test('a call that is handed on as a stream ends its span', async () => {
  const { orders, recordsWhen } = await start();
  const stream = orders.Listen();
  stream.write({ id: 1 });
  stream.end();
  expect(await idsOf(stream)).toEqual([10]);
  const records = await recordsWhen((all) => seen('RPC shop.Orders/Listen')(all) && seen('Heard all')(all));
  const [root, ...others] = rootsOf(records);
  expect(others).toEqual([]);
  expect(records.find(({ message }) => message === 'Heard all')).toMatchObject({ traceId: root.traceId });
});

test('a failure is one error line, whether a filter takes it or not; an RpcException is an answer', async () => {
  const { orders, recordsWhen } = await start(createTtlogLogger());
  seenBy.length = 0;
  await expect(ask(orders, 'Fail', 1)).rejects.toMatchObject({ code: status.UNKNOWN });
  await expect(ask(orders, 'Fail', 0)).rejects.toMatchObject({ code: status.OUT_OF_RANGE, details: 'none' });
  await expect(ask(orders, 'Answer', 1)).rejects.toMatchObject({ code: status.NOT_FOUND, details: 'no such order' });
  const records = await recordsWhen(
    (all) => seen('RPC shop.Orders/Fail', 2)(all) && seen('RPC shop.Orders/Answer')(all),
  );
  expect(records.filter(({ level }) => level >= LogLevel.Error)).toMatchObject([
    { message: 'OrdersController.fail', values: { err: { message: 'broken' } } },
    { message: 'OrdersController.fail', values: { err: { message: 'none' } } },
  ]);
  const [first, second] = rootsOf(records);
  expect([first.outcome, second.outcome]).toEqual(['error', 'error']);
  expect(seenBy).toEqual([['filter', second.values['request_id'], second.traceId]]);
});

test('a stream that fails in its middle fails its span', async () => {
  const { orders, recordsWhen } = await start();
  const stream = orders.Chat();
  for (const id of [1, 3]) stream.write({ id });
  await expect(idsOf(stream)).rejects.toMatchObject({ code: status.UNKNOWN });
  const records = await recordsWhen(seen('RPC shop.Orders/Chat'));
  expect(rootsOf(records).map(({ outcome }) => outcome)).toEqual(['error']);
  expect(records.filter(({ level }) => level >= LogLevel.Error)).toMatchObject([
    { message: 'OrdersController.chat', values: { err: { message: 'too many' } } },
  ]);
});
