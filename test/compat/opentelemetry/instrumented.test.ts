// Libraries that are instrumented for OpenTelemetry, with ttlog behind its API: their own instrumentations, nothing of ours.
import { once } from 'node:events';
import type * as Http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { type Instrumentation, registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { KnexInstrumentation } from '@opentelemetry/instrumentation-knex';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import type Knex from 'knex';
import { beforeEach, describe, expect, test } from 'vitest';
import type { LogRecord } from 'ttlog';
import { currentSpan, info, withContext, withSpan } from 'ttlog';
import { ttlogHttp } from 'ttlog/http';
import { atTheEnd, attributesOf, enable, eventOf, spans, until } from './support.js';

const require = createRequire(import.meta.url);

function instrument(instrumentation: Instrumentation): void {
  atTheEnd(registerInstrumentations({ instrumentations: [instrumentation] }));
}

const ofTarget = (all: readonly LogRecord[], target: string): LogRecord[] =>
  all.filter((record) => record.target === `@opentelemetry/instrumentation-${target}`);

beforeEach(() => void enable());

describe('http', () => {
  /** Answers with what its handler says, at a port of its own. Loaded by require, because that is what the instrumentation hooks into. */
  async function serve(
    answer: (request: Http.IncomingMessage) => string,
    wrap: (listener: Http.RequestListener) => Http.RequestListener = (listener) => listener,
  ): Promise<string> {
    const http = require('node:http') as typeof Http;
    const server = http.createServer(wrap((request, response) => void response.end(answer(request))));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    atTheEnd(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const get = (url: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const http = require('node:http') as typeof Http;
      http
        .get(url, { agent: false }, (response) => {
          let text = '';
          response.on('data', (chunk) => (text += String(chunk)));
          response.on('end', () => resolve(text));
        })
        .on('error', reject);
    });

  test('a call and its request are one trace, with what ttlog records in them', async () => {
    instrument(new HttpInstrumentation());
    const url = await serve(({ headers }) =>
      withSpan('handler', () => {
        info('handling', { has_traceparent: headers.traceparent !== undefined });
        return currentSpan()!.traceId;
      }),
    );
    const traceId = await withSpan('caller', async (caller) => {
      expect(await withContext({ job: 7 }, () => get(`${url}/orders?id=1`))).toBe(caller.traceId);
      return caller.traceId;
    });
    await until(async () => ofTarget(await spans(), 'http').length === 2);
    const all = await spans();
    const [client, server] = ['client', 'server'].map((kind) =>
      ofTarget(all, 'http').find(({ values }) => values['span_kind'] === kind)!,
    );
    const [caller, handler] = ['caller', 'handler'].map((name) => all.find(({ message }) => message === name)!);
    expect(all.map((record) => record.traceId)).toEqual([traceId, traceId, traceId, traceId]);
    expect([client.parentSpanId, server.parentSpanId, handler.parentSpanId]).toEqual([
      caller.spanId,
      client.spanId,
      server.spanId,
    ]);
    expect([client.message, server.message]).toEqual(['GET', 'GET']);
    expect(attributesOf(client)).toMatchObject({ job: 7 });
    expect(attributesOf(server)).not.toHaveProperty('job');
    expect(Object.keys(attributesOf(server)).length).toBeGreaterThan(5);
    const handling = await eventOf('handling');
    expect([handling.spanId, handling.target, handling.values['has_traceparent']]).toEqual([
      handler.spanId,
      'shop',
      true,
    ]);

    // A request that ttlog records too: its span is inside of theirs, with or without a caller.
    const wrapped = await serve(
      () => currentSpan()!.name,
      (listener) => ttlogHttp(listener),
    );
    expect(await get(wrapped)).toBe('GET');
    await until(async () => ofTarget(await spans(), 'http').length === 4);
    const request = (await spans()).find(({ message, target }) => message === 'GET' && target === 'shop')!;
    const around = ofTarget(await spans(), 'http').find(({ spanId }) => spanId === request.parentSpanId)!;
    expect([around.values['span_kind'], around.traceId]).toEqual(['server', request.traceId]);
    expect((await eventOf('request completed')).traceId).toBe(request.traceId);

    // And one that fails: the instrumentation hooks into a module of Node's once a process, so there is one test.
    await expect(get('http://127.0.0.1:1/')).rejects.toThrow('ECONNREFUSED');
    await until(async () => ofTarget(await spans(), 'http').length === 5);
    const failed = ofTarget(await spans(), 'http')[4];
    expect([failed.outcome, failed.level]).toEqual(['error', 4]);
    expect(failed.values['err']).toMatchObject({ message: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('undici', () => {
  test('fetch, inside a span of ttlog and outside of any', async () => {
    instrument(new UndiciInstrumentation());
    const { createServer } = await import('node:http');
    const server = createServer((request, response) => response.end(request.headers['traceparent'] ?? 'none'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    atTheEnd(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const traceparent = await withSpan('caller', async () => (await fetch(url)).text());
    await (await fetch(url)).text();
    await until(async () => ofTarget(await spans(), 'undici').length === 2);
    const [inside, outside] = ofTarget(await spans(), 'undici');
    const caller = (await spans()).find(({ message }) => message === 'caller')!;
    expect([inside.parentSpanId, outside.parentSpanId]).toEqual([caller.spanId, undefined]);
    expect(traceparent).toBe(`00-${inside.traceId}-${inside.spanId}-01`);
    expect(attributesOf(inside)).toMatchObject({ 'http.request.method': 'GET', 'http.response.status_code': 200 });
  });
});

describe('knex', () => {
  test('queries are children of the span that runs them', async () => {
    instrument(new KnexInstrumentation());
    const knex = require('knex') as typeof Knex;
    const { SqliteClient } = await import('../../support/sqlite-client.js');
    const db = knex({ client: SqliteClient as never, connection: { filename: ':memory:' }, useNullAsDefault: true });
    atTheEnd(() => db.destroy());
    await db.schema.createTable('orders', (table) => void table.increments('id'));
    const rows = await withSpan('list orders', async () => db('orders').where('id', '>', 3));
    expect(rows).toEqual([]);
    const query = ofTarget(await spans(), 'knex').find(({ message }) => message.startsWith('select'))!;
    const caller = (await spans()).find(({ message }) => message === 'list orders')!;
    expect([query.parentSpanId, query.traceId, query.values['span_kind']]).toEqual([
      caller.spanId,
      caller.traceId,
      'client',
    ]);
    await expect(withSpan('fails', async () => db('nowhere'))).rejects.toThrow('no such table');
    const failed = ofTarget(await spans(), 'knex').find(({ outcome }) => outcome === 'error')!;
    expect(failed.values['err']).toMatchObject({ message: expect.stringContaining('no such table') });
  });
});
