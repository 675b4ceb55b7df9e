// The example shop, end to end over real HTTP.
import type { INestApplication } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LogLevel, type LogRecord, type TtlogHandle } from 'ttlog';
import { TTLOG_HANDLE } from 'ttlog/nestjs';
import { memorySink } from 'ttlog/sinks';
import { PaymentGateway, TEST_CARDS } from '../../examples/nestjs/src/payments/payment-gateway.js';
import { createShop } from '../../examples/nestjs/src/shop.js';
import { completions, over } from '../nestjs/support/app.js';
import { Gate } from '../nestjs/support/gate.js';
import { headersOf, sentRequests, strangers } from '../nestjs/support/isolation.js';

vi.setConfig({ testTimeout: 60_000 });

const memory = memorySink();
let app: INestApplication;
let url: string;

beforeEach(async () => {
  memory.clear();
  app = await createShop({ level: 'trace', sinks: [memory] });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterEach(() => app.close());

async function recordsWhen(isThere: (records: readonly LogRecord[]) => boolean): Promise<readonly LogRecord[]> {
  for (;;) {
    await app.get<TtlogHandle>(TTLOG_HANDLE).flush();
    if (isThere(memory.records)) return memory.records;
    await new Promise(setImmediate);
  }
}

interface OrderOptions {
  sku?: string;
  card?: keyof typeof TEST_CARDS;
  holder?: string;
  headers?: Record<string, string>;
}

async function order({ sku = 'grinder', card = 'good', holder = 'Ada', headers = {} }: OrderOptions = {}) {
  const response = await fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ sku, quantity: 1, card: { holder, number: TEST_CARDS[card], code: '737' } }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const get = async (path: string) => {
  const response = await fetch(url + path);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

const named = (records: readonly LogRecord[], message: string) =>
  records.filter((record) => record.message === message);

test('a good order: its object is logged as its fields, its spans are a tree', async () => {
  const { status, body } = await order({ headers: { 'x-customer-id': 'ada', 'x-request-id': 'r-1' } });
  expect(status).toBe(201);
  const records = await recordsWhen(over(1));
  const [placed] = named(records, 'Order placed');
  expect(placed).toMatchObject({ level: LogLevel.Info, target: 'OrdersService' });
  expect(placed.values).toMatchObject({
    request_id: 'r-1',
    customer_id: 'ada',
    order_id: body['orderId'],
    sku: 'grinder',
    quantity: 1,
    amount_cents: 8900,
    card: { holder: 'Ada', last_four: '4242' },
  });
  const spans = records.filter(({ kind }) => kind === 'span');
  const nameOf = new Map(spans.map(({ spanId, message }) => [spanId, message]));
  expect(spans.map(({ message, parentSpanId }) => [message, nameOf.get(parentSpanId)])).toEqual(
    expect.arrayContaining([
      ['POST /orders', undefined],
      ['OrdersService.place', 'POST /orders'],
      ['InventoryService.reserve', 'OrdersService.place'],
      ['PaymentsService.charge', 'OrdersService.place'],
      ['PaymentGateway.authorise', 'PaymentsService.charge'],
    ]),
  );
  expect(await get(`/orders/${String(body['orderId'])}`)).toEqual({ status: 200, body });
});

test('the number and the code of a card are in no record and no answer', async () => {
  for (const card of ['good', 'declined'] as const) {
    const { body } = await order({ card });
    expect(JSON.stringify(body)).not.toMatch(/4242424242424242|4000000000009995|737/);
  }
  const records = await recordsWhen(over(2));
  const text = JSON.stringify(
    records.map(({ message, values }) => [message, values]),
    (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  );
  expect(text).toContain('4242');
  expect(text).not.toMatch(/4242424242424242|4000000000009995|"737"/);
});

test('a slow payment is a warning', async () => {
  expect((await order({ card: 'slow' })).status).toBe(201);
  const [slow] = named(await recordsWhen(over(1)), 'PaymentGateway.authorise');
  expect(slow).toMatchObject({ level: LogLevel.Warn, outcome: 'ok' });
  expect(slow.durationMs).toBeGreaterThan(290);
});

test('a declined card: reported once with its cause, answered by the filter, the articles given back', async () => {
  const { status, body } = await order({ card: 'declined', headers: { 'x-request-id': 'r-1' } });
  expect([status, body]).toEqual([
    402,
    { error: 'CardDeclinedError', message: 'The card was declined', request_id: 'r-1' },
  ]);
  const records = await recordsWhen(over(1));
  const errors = records.filter(({ level }) => level >= LogLevel.Error);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({
    message: 'PaymentsService.charge',
    outcome: 'error',
    values: {
      request_id: 'r-1',
      err: {
        type: 'CardDeclinedError',
        cause: { type: 'GatewayError', message: 'Insufficient funds', code: 'insufficient_funds' },
      },
    },
  });
  expect(completions(records)[0]).toMatchObject({ level: LogLevel.Warn, values: { res: { statusCode: 402 } } });
  expect((await get('/inventory/grinder')).body).toMatchObject({ available: 1000 });
});

test('two customers race for the last cup: one gets it', async () => {
  const answers = await Promise.all([order({ sku: 'last-cup' }), order({ sku: 'last-cup' })]);
  expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409]);
  expect((await get('/inventory/last-cup')).body).toMatchObject({ available: 0 });
});

describe('what is not there, and what makes no sense', () => {
  test.each([
    ['/orders/7', 404],
    ['/inventory/teapot', 404],
  ])('%s', async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });

  test.each([
    'null',
    '[]',
    '{}',
    '{"sku":"grinder","quantity":0}',
    '{"sku":"grinder","card":null}',
    '{"sku":["a"],"card":{"number":1}}',
  ])('the order %s', async (body) => {
    const response = await fetch(`${url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(400);
  });
});

test('the health check leaves no record', async () => {
  expect(await get('/health')).toEqual({ status: 200, body: { status: 'ok' } });
  await get('/inventory/grinder');
  const records = await recordsWhen(over(1));
  expect(completions(records)).toHaveLength(1);
  expect(JSON.stringify(records.map(({ values }) => values['req']))).not.toContain('health');
});

test("Nest's own logger goes through ttlog", async () => {
  const records = await recordsWhen(() => true);
  expect(named(records, 'Stock loaded')[0]).toMatchObject({ target: 'InventoryService', values: { articles: 3 } });
  expect(named(records, 'Nest application successfully started')[0]).toMatchObject({ target: 'NestApplication' });
});

test('240 orders in flight: every record is its own request’s', async () => {
  const requests = sentRequests(240);
  const gate = new Gate(requests.length);
  const gateway = app.get(PaymentGateway);
  const authorise = gateway.authorise.bind(gateway);
  gateway.authorise = async (...args) => {
    await gate.pass();
    return authorise(...args);
  };
  const answers = await Promise.all(
    requests.map((request) =>
      order({
        sku: request.number % 2 === 0 ? 'grinder' : 'espresso-machine',
        holder: request.customerId,
        headers: headersOf(request),
      }),
    ),
  );
  expect(answers.every(({ status }) => status === 201)).toBe(true);
  const all = await recordsWhen(over(requests.length));
  const records = all.filter(({ values }) => values['request_id'] !== undefined);
  expect(records.length).toBeGreaterThan(requests.length * 10);
  expect(strangers(records, requests)).toEqual([]);
  // The holder of a card is handed on as an argument.
  const cards = records.filter(({ values }) => values['card'] !== undefined);
  expect(cards.length).toBeGreaterThanOrEqual(requests.length * 2);
  for (const { values } of cards) expect((values['card'] as { holder: string }).holder).toBe(values['customer_id']);
  expect(gate.most).toBe(requests.length);
});
