// 250 requests in flight at once, each through middleware, guard, interceptor, spans, nested services, timers and callbacks. No
// record may say that it belongs to another request. Then the same with a leak built in: it has to be found.
import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import {
  Controller,
  Get,
  Injectable,
  Logger,
  Module,
  Param,
  ParseIntPipe,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { bindContext, debug, enterContext, info, trace, warn, withContext, withSpan, type LogRecord } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { createTtlogLogger } from 'ttlog/nestjs';
import { closeApps, over, PLATFORMS, startApp, type Platform } from './support/app.js';
import { Gate } from './support/gate.js';
import { headersOf, sentRequests, strangers, type SentRequest } from './support/isolation.js';

const REQUESTS = 250;

vi.setConfig({ testTimeout: 60_000 });

afterEach(closeApps);

/** How a piece of work is carried out: on the spot, or by somebody who mixes up the callers. */
abstract class Worker {
  abstract run<T>(askedBy: number, work: () => Promise<T>): Promise<T>;
}

@Injectable()
class Stock {
  private readonly logger = new Logger('Stock');

  @Instrument()
  async reserve(askedBy: number): Promise<void> {
    trace('Reading', { asked_by: askedBy });
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.logger.debug('Reserved', { asked_by: askedBy });
  }
}

@Injectable()
class Payments {
  private readonly bus = new EventEmitter();

  constructor() {
    // A listener runs in the scope of whoever emits, which here is the request's own.
    this.bus.on('charged', (askedBy: number) => info('Charged', { asked_by: askedBy }));
  }

  @Instrument()
  async charge(askedBy: number): Promise<void> {
    await delay(askedBy % 7);
    await withSpan('ask the bank', { asked_by: askedBy }, async () => {
      await delay(askedBy % 5);
      this.bus.emit('charged', askedBy);
    });
    if (askedBy % 10 === 0) throw new Error('declined');
  }
}

@Injectable()
class Orders {
  constructor(
    private readonly stock: Stock,
    private readonly payments: Payments,
    private readonly worker: Worker,
    private readonly gate: Gate,
  ) {}

  @Instrument()
  async place(askedBy: number): Promise<void> {
    debug('Waiting for the others', { asked_by: askedBy });
    await this.gate.pass();
    info('On we go', { asked_by: askedBy });
    // After the response, too: nobody waits for this one.
    setTimeout(() => debug('Sent a mail', { asked_by: askedBy }), askedBy % 3);
    await Promise.all([
      this.stock.reserve(askedBy),
      withContext({ order: askedBy }, () => this.worker.run(askedBy, () => this.payments.charge(askedBy))),
      new Promise<void>((resolve) => process.nextTick(resolve)).then(() => trace('Ticked', { asked_by: askedBy })),
      this.stream(askedBy),
    ]).catch((error: unknown) => warn('Failed', { asked_by: askedBy, reason: String(error) }));
    info('Placed', { asked_by: askedBy });
  }

  @Instrument()
  async *lines(askedBy: number): AsyncGenerator<number> {
    for (let line = 0; line < 3; line++) {
      await delay(line);
      trace('Line', { asked_by: askedBy, line });
      yield line;
    }
  }

  private async stream(askedBy: number): Promise<void> {
    for await (const line of this.lines(askedBy)) trace('Read', { asked_by: askedBy, line });
  }
}

@Injectable()
class Guard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    const { params } = context.switchToHttp().getRequest<{ params: { number: string } }>();
    trace('Guarded', { asked_by: Number(params.number) });
    return true;
  }
}

@Controller()
class OrdersController {
  constructor(private readonly orders: Orders) {}

  @Get('orders/:number')
  @UseGuards(Guard)
  async place(@Param('number', ParseIntPipe) number: number): Promise<string> {
    await this.orders.place(number);
    return 'ok';
  }
}

type Customer = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
const customerOf = (request: IncomingMessage) => ({ customer_id: request.headers['x-customer-id'] });

/** As it should be. */
const withCustomer: Customer = (request, _response, next) => withContext(customerOf(request), next);
const onTheSpot: Worker = { run: (_askedBy, work) => work() };

async function drive(customer: Customer, worker: Worker, platform: Platform = 'express') {
  const gate = new Gate(REQUESTS);
  @Module({
    controllers: [OrdersController],
    providers: [
      Orders,
      Payments,
      Stock,
      Guard,
      { provide: Gate, useValue: gate },
      { provide: Worker, useValue: worker },
    ],
  })
  class ShopModule implements NestModule {
    configure(consumer: MiddlewareConsumer) {
      consumer.apply(customer).forRoutes(OrdersController);
    }
  }
  const { url, recordsWhen, close } = await startApp(
    { imports: [ShopModule] },
    { platform, logger: createTtlogLogger() },
  );
  const requests = sentRequests(REQUESTS);
  const answers = await Promise.all(
    requests.map(async (request) => {
      const response = await fetch(`${url}/orders/${request.number}`, { headers: headersOf(request) });
      return [response.status, await response.text(), response.headers.get('x-request-id')];
    }),
  );
  const isMail = ({ message }: LogRecord) => message === 'Sent a mail';
  const all = await recordsWhen((seen) => over(REQUESTS)(seen) && seen.filter(isMail).length === REQUESTS);
  // What Nest says while it starts belongs to no request.
  const records = all.filter(({ target }) => !/^(Nest|Instance|Route|Router)/.test(target));
  await close();
  return { requests, answers, records, most: gate.most };
}

describe.each(PLATFORMS)('on %s', (platform) => {
  test('250 requests in flight: every record is its own request’s', async () => {
    const { requests, answers, records, most } = await drive(withCustomer, onTheSpot, platform);
    expect(most).toBe(REQUESTS);
    expect(answers).toEqual(requests.map(({ requestId }) => [200, 'ok', requestId]));
    expect(strangers(records, requests)).toEqual([]);
    // And the checker has seen all kinds of them, for every request.
    const kinds = [
      'Guarded',
      'Waiting for the others',
      'On we go',
      'Reading',
      'Reserved',
      'ask the bank',
      'Charged',
      'Ticked',
    ];
    kinds.push('Sent a mail', 'Placed', 'GET /orders/:number', 'request completed');
    for (const kind of kinds)
      expect([kind, records.filter(({ message }) => message === kind).length]).toEqual([kind, REQUESTS]);
    for (const kind of ['Line', 'Read'])
      expect(records.filter(({ message }) => message === kind)).toHaveLength(3 * REQUESTS);
    const spans = records.filter(({ kind, values }) => kind === 'span' && 'askedBy' in values);
    expect(spans.length).toBe(4 * REQUESTS); // place, reserve, charge, lines
  });
});

describe('a test of the test: the same checker finds', () => {
  const foundIn = async (customer: Customer, worker: Worker): Promise<string[]> => {
    const { requests, records } = await drive(customer, worker);
    return strangers(records, requests);
  };
  const many = (complaint: RegExp) => ({
    asymmetricMatch: (found: string[]) => found.filter((one) => complaint.test(one)).length > REQUESTS / 2,
    toString: () => `more than ${REQUESTS / 2} × ${String(complaint)}`,
  });

  test('a context that all requests share', async () => {
    const shared: Record<string, unknown> = {};
    const found = await foundIn(
      (request, _response, next) => {
        Object.assign(shared, customerOf(request));
        withContext({}, () => {
          info('Customer known', { ...shared, asked_by: Number(request.url!.split('/').pop()) });
          next();
        });
      },
      {
        run: (askedBy, work) => {
          info('Working', { ...shared, asked_by: askedBy });
          return work();
        },
      },
    );
    expect(found).toEqual(many(/customer c-/));
  });

  test('a queue that runs jobs in the scope of whoever was there first', async () => {
    let firstScope: ((start: () => void) => void) | undefined;
    const found = await foundIn(withCustomer, {
      run(_askedBy, work) {
        firstScope ??= bindContext((start: () => void) => start());
        return new Promise((resolve, reject) => firstScope!(() => void work().then(resolve, reject)));
      },
    });
    expect(found).toEqual(many(/has request r-\d+, customer c-\d+, trace /));
  });

  test('a pool that calls back in the scope of whoever releases', async () => {
    let free = true;
    const queue: (() => void)[] = [];
    const next = () => {
      const first = queue.shift();
      free = first === undefined;
      first?.();
    };
    const found = await foundIn(withCustomer, {
      run(_askedBy, work) {
        return new Promise((resolve, reject) => {
          queue.push(() => void work().then(resolve, reject).finally(next));
          if (free) next();
        });
      },
    });
    expect(found).toEqual(many(/has request r-\d+, customer c-\d+, trace /));
  });

  test('a context that is entered and never left', async () => {
    const one = new EventEmitter();
    one.setMaxListeners(0);
    const jobs: [number, () => void][] = [];
    // A loop that serves all: what a job enters is still there for the next one.
    one.on('work', () => {
      for (const [askedBy, start] of jobs.splice(0)) {
        enterContext({ customer_id: `c-${askedBy}`, request_id: `r-${askedBy}` });
        setImmediate(() => debug('Next', { asked_by: (askedBy + 1) % REQUESTS }));
        start();
      }
    });
    const found = await foundIn(withCustomer, {
      run(askedBy, work) {
        return new Promise((resolve, reject) => {
          jobs.push([askedBy, () => void work().then(resolve, reject)]);
          if (jobs.length === REQUESTS) one.emit('work');
        });
      },
    });
    expect(found).toEqual(many(/has .*trace /));
  });

  test('records that belong to nobody', () => {
    const requests: SentRequest[] = sentRequests(1);
    const record = { message: 'm', values: {}, traceId: undefined } as unknown as LogRecord;
    expect(strangers([record], requests)).toEqual(["'m' belongs to no request (trace undefined)"]);
  });
});
