import { UseGuards } from '@nestjs/common';
import { Args, GraphQLModule, Mutation, Query, Resolver } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { afterEach, expect, test } from 'vitest';
import { addContext, info, LogLevel } from 'ttlog';
import { instrumentProviders } from 'ttlog/nestjs';
import { closeApps, completions, over, startApp } from '../support/app.js';
import { witnesses } from '../support/witnesses.js';

afterEach(closeApps);

const typeDefs = `
  type Order { id: Int!, sku: String! }
  type Query { order(id: Int!): Order, broken: Int }
  type Mutation { place(sku: String!): Order }
`;

const { seenBy, note, Guard } = witnesses();

@Resolver('Order')
@UseGuards(Guard)
class OrdersResolver {
  @Query('order')
  async order(@Args('id') id: number) {
    note('resolver');
    await Promise.resolve();
    info('Looking it up');
    return { id, sku: 'grinder' };
  }
  @Query('broken')
  broken() {
    throw new TypeError('broken');
  }
  @Mutation('place')
  place(@Args('sku') sku: string) {
    addContext({ sku });
    return { id: 1, sku };
  }
}

async function start() {
  const { url, recordsWhen } = await startApp(
    {
      imports: [GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, typeDefs })],
      providers: [OrdersResolver, Guard],
    },
    { platform: 'fastify', instrument: instrumentProviders() },
  );
  const ask = async (query: string, id: string) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': id },
      body: JSON.stringify({ query }),
    });
    return response.json() as Promise<{ data: unknown; errors?: unknown[] }>;
  };
  return { ask, recordsWhen };
}

test('guards, resolvers and what they log belong to the request; a query is a span', async () => {
  const { ask, recordsWhen } = await start();
  seenBy.length = 0;
  expect(await ask('{ order(id: 7) { id sku } }', 'r-1')).toEqual({ data: { order: { id: 7, sku: 'grinder' } } });
  const records = await recordsWhen(over(1));
  const [completion] = completions(records);
  const root = records.find(({ message }) => message === 'POST /graphql')!;
  expect(seenBy).toEqual([
    ['guard', 'r-1', root.traceId],
    ['resolver', 'r-1', root.traceId],
  ]);
  expect(records.find(({ message }) => message === 'OrdersResolver.order')).toMatchObject({
    parentSpanId: root.spanId,
    values: { id: 7, request_id: 'r-1' },
  });
  expect(completion.values).toMatchObject({ request_id: 'r-1', res: { statusCode: 200 } });
  // Nothing of the many classes that make a schema.
  const spans = new Set(records.filter(({ kind }) => kind === 'span').map(({ message }) => message));
  expect(spans).toEqual(new Set(['Guard.canActivate', 'OrdersResolver.order', 'POST /graphql']));
});

test('requests at the same time keep apart; what one adds is on its completion record', async () => {
  const { ask, recordsWhen } = await start();
  await Promise.all(['a', 'b', 'c'].map((sku) => ask(`mutation { place(sku: "${sku}") { id } }`, `r-${sku}`)));
  const all = completions(await recordsWhen(over(3)));
  const added = new Map(all.map(({ values }) => [values['request_id'], values['sku']]));
  expect(Object.fromEntries(added)).toEqual({ 'r-a': 'a', 'r-b': 'b', 'r-c': 'c' });
});

test('an error that GraphQL answers with status 200 is an error line all the same', async () => {
  const { ask, recordsWhen } = await start();
  expect((await ask('{ broken }', 'r-1')).errors).toHaveLength(1);
  const records = await recordsWhen(over(1));
  expect(records.filter(({ level }) => level >= LogLevel.Error)).toMatchObject([
    { message: 'OrdersResolver.broken', values: { request_id: 'r-1', err: { message: 'broken' } } },
  ]);
});
