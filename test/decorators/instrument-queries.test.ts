// Query builders of real packages: knex over SQLite in memory, mquery (the queries of mongoose) over a collection made of rows.
import knex from 'knex';
import type { Knex } from 'knex';
// @ts-expect-error -- mquery declares no types
import untypedMquery from 'mquery';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { currentSpan, info, withSpan } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { ownFields, recorded, startRecording } from '../support/recorded.js';
import { SqliteClient } from '../support/sqlite-client.js';

const open = (): string[] => recorded().open.map(({ message }) => message);
const outcomes = (): unknown[] => recorded().spans.map(({ message, outcome }) => [message, outcome]);

describe('knex', () => {
  interface Article {
    id: number;
    title: string;
  }

  let db: Knex;
  let executed: string[];

  beforeAll(async () => {
    db = knex({
      client: SqliteClient as never,
      connection: { filename: ':memory:' },
      useNullAsDefault: true,
      pool: { min: 1, max: 1 },
    });
    await db.schema.createTable('articles', (table) => {
      table.increments('id');
      table.string('title');
    });
    await db('articles').insert([{ title: 'one' }, { title: 'two' }, { title: 'three' }]);
    db.on('query', ({ sql }: { sql: string }) => {
      executed.push(sql);
      info('query', { sql });
    });
  });
  afterAll(async () => {
    await db.destroy();
  });
  beforeEach(() => {
    executed = [];
    startRecording();
  });

  class Articles {
    @Instrument()
    after(id: number): Knex.QueryBuilder<Article, Article[]> {
      return db<Article>('articles').where('id', '>', id).orderBy('id');
    }

    @Instrument()
    async all(): Promise<Article[]> {
      return db<Article>('articles');
    }

    @Instrument()
    add(title: string): Knex.QueryBuilder<Article, number[]> {
      return db<Article>('articles').insert({ title });
    }

    @Instrument()
    missing(): Knex.QueryBuilder {
      return db('nowhere');
    }

    @Instrument()
    page(id: number): Knex.QueryBuilder<Article, Article[]> {
      return this.after(id).limit(1);
    }
  }
  const articles = new Articles();

  test('a query is not run by ttlog, and the builder is the same', async () => {
    const builder = db<Article>('articles');
    class Same {
      @Instrument()
      get(): typeof builder {
        return builder;
      }
    }
    expect(new Same().get()).toBe(builder);
    await turn();
    expect(executed).toEqual([]);
    expect(open()).toEqual(['Same.get']);
    expect(builder.toString()).toBe('select * from `articles`');
    await builder;
    expect(executed).toHaveLength(1);
  });

  test('it is built on, awaited once, and timed then', async () => {
    const rows = await withSpan('user', async () => {
      const query = articles.after(1);
      await turn();
      const found = await query.andWhere('title', 'like', 't%').limit(5);
      info('found');
      return found;
    });
    expect(rows.map(({ title }) => title)).toEqual(['two', 'three']);
    expect(executed).toHaveLength(1);
    const { span, event } = recorded();
    expect(ownFields(span('Articles.after'))).toEqual({ id: 1 });
    expect(span('Articles.after')).toMatchObject({ outcome: 'ok', parentSpanId: span('user').spanId });
    expect(event('query').spanId).toBe(span('Articles.after').spanId);
    expect(event('found').spanId).toBe(span('user').spanId);
  });

  test('run again it is a query like any other', async () => {
    const query = articles.after(2);
    expect(await query).toEqual(await query);
    expect(executed).toHaveLength(2);
    expect(outcomes()).toEqual([['Articles.after', 'ok']]);
  });

  test('a clone is its own query', async () => {
    const query = articles.after(2);
    expect(await query.clone().limit(1)).toHaveLength(1);
    expect(open()).toEqual(['Articles.after']);
    expect(await query).toHaveLength(1);
    expect(outcomes()).toEqual([['Articles.after', 'ok']]);
  });

  test('an error fails it, and is the same error', async () => {
    const seen: unknown[] = [];
    await articles.missing().catch((error: unknown) => seen.push(error));
    await expect(articles.missing()).rejects.toThrow('nowhere');
    expect(seen).toEqual([expect.objectContaining({ message: expect.stringContaining('nowhere') })]);
    expect(outcomes()).toEqual([
      ['Articles.missing', 'error'],
      ['Articles.missing', 'error'],
    ]);
  });

  test('an async method that returns one waits for it', async () => {
    await expect(articles.all()).resolves.toHaveLength(3);
    expect(executed).toHaveLength(1);
    expect(recorded().event('query').spanId).toBe(recorded().span('Articles.all').spanId);
  });

  test('handed on by another instrumented method', async () => {
    expect(await articles.page(0)).toEqual([{ id: 1, title: 'one' }]);
    const { span } = recorded();
    expect(span('Articles.after').parentSpanId).toBe(span('Articles.page').spanId);
    expect(executed).toHaveLength(1);
  });

  test('inside a transaction, by finally, and as a callback', async () => {
    const transaction = await db.transaction();
    await articles.add('four').transacting(transaction);
    await expect(articles.after(3).transacting(transaction)).resolves.toHaveLength(1);
    await transaction.rollback();
    let ended = 0;
    await articles.after(2).finally(() => ended++);
    const rows = await promisify((done: (error: unknown, found?: unknown) => void) => {
      void articles.after(2).asCallback(done);
    })();
    expect([ended, rows]).toEqual([1, [{ id: 3, title: 'three' }]]);
    expect(outcomes()).toEqual([
      ['Articles.add', 'ok'],
      ['Articles.after', 'ok'],
      ['Articles.after', 'ok'],
      ['Articles.after', 'ok'],
    ]);
  });
});

/** As much of a query as is used here. */
interface MongoQuery extends PromiseLike<unknown> {
  collection(collection: object): this;
  find(): this;
  findOne(match: object): this;
  where(path: string, value: string): this;
  limit(count: number): this;
  exec(): Promise<unknown>;
}

const mquery = untypedMquery as () => MongoQuery;

describe('mquery', () => {
  let finds: (string | undefined)[];
  const users = {
    collectionName: 'users',
    find: () => ({
      async toArray() {
        finds.push(currentSpan()?.name);
        info('reading');
        await turn();
        return [{ name: 'ada' }];
      },
    }),
    async findOne({ name }: { name: string }) {
      finds.push(currentSpan()?.name);
      await turn();
      if (name === 'nobody') throw new Error('nobody');
      return { name };
    },
  };

  class Users {
    @Instrument()
    all(): MongoQuery {
      return mquery().collection(users).find();
    }

    @Instrument()
    named(name: string): MongoQuery {
      return mquery().collection(users).findOne({ name });
    }

    @Instrument()
    some(): MongoQuery {
      return this.all().limit(1);
    }
  }
  const repository = new Users();

  beforeEach(() => {
    finds = [];
    startRecording();
  });

  test('is timed when it is awaited, once', async () => {
    const query = repository.all();
    await turn();
    expect([finds, open()]).toEqual([[], ['Users.all']]);
    await expect(withSpan('user', async () => query.where('name', 'ada'))).resolves.toEqual([{ name: 'ada' }]);
    expect(finds).toEqual(['Users.all']);
    expect(recorded().event('reading').spanId).toBe(recorded().span('Users.all').spanId);
    expect(outcomes()).toEqual([
      ['Users.all', 'ok'],
      ['user', 'ok'],
    ]);
  });

  test('or when it is executed', async () => {
    const query = repository.named('ada');
    await expect(withSpan('user', () => query.exec())).resolves.toEqual({ name: 'ada' });
    expect(finds).toEqual(['Users.named']);
    await expect(query.exec()).resolves.toEqual({ name: 'ada' });
    expect(finds).toEqual(['Users.named', undefined]);
    await expect(repository.some().exec()).resolves.toEqual([{ name: 'ada' }]);
    await expect(repository.named('nobody').exec()).rejects.toThrow('nobody');
    expect(outcomes()).toEqual([
      ['Users.named', 'ok'],
      ['user', 'ok'],
      ['Users.all', 'ok'],
      ['Users.some', 'ok'],
      ['Users.named', 'error'],
    ]);
    expect(Object.keys(query)).not.toContain('exec');
  });
});
