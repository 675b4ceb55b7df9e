import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, test } from 'vitest';
import { currentSpan, info, withContext, withSpan } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { state } from '../../src/core/state.js';
import { ownFields, recorded, startRecording, until } from '../support/recorded.js';

beforeEach(startRecording);

class Feed {
  @Instrument({ ret: true })
  *pages(count: number): Generator<number, string, string | undefined> {
    try {
      for (let i = 0; i < count; i++) {
        info('page', { i });
        const answer = yield i;
        if (answer !== undefined) info(answer);
      }
      return 'end';
    } finally {
      info('cleanup');
    }
  }

  @Instrument()
  async *rows(count: number): AsyncGenerator<number, void, undefined> {
    try {
      for (let i = 0; i < count; i++) {
        info('row', { i });
        await turn();
        info('row read', { i });
        yield i;
      }
    } finally {
      info('cleanup');
    }
  }

  @Instrument()
  *all(count: number): Generator<number> {
    yield* this.pages(count);
  }

  @Instrument()
  *failing(): Generator<number> {
    yield 1;
    throw new Error('no');
  }

  @Instrument()
  async *failingLater(): AsyncGenerator<number> {
    yield 1;
    throw new Error('no');
  }

  @Instrument()
  array(): number[] {
    return [1, 2];
  }

  @Instrument()
  iterator(): IterableIterator<number> {
    return [1, 2].values();
  }
}

const feed = new Feed();
const spanIds = (message: string): (string | undefined)[] =>
  recorded()
    .events.filter((event) => event.message === message)
    .map(({ spanId }) => spanId);

describe('generators', () => {
  test('the span ends when the iteration does, and the body runs inside it', () => {
    const pages = feed.pages(2);
    expect(recorded().spans).toEqual([]);
    expect([...pages]).toEqual([0, 1]);
    const { span } = recorded();
    expect(ownFields(span('Feed.pages'))).toEqual({ count: 2, ret: 'end' });
    const { spanId } = span('Feed.pages');
    expect([...spanIds('page'), ...spanIds('cleanup')]).toEqual([spanId, spanId, spanId]);
  });

  test('the body is inside its span, and the consumer outside, whoever iterates', () => {
    const pages = withSpan('creator', () => feed.pages(2));
    withContext('who', 'consumer', () =>
      withSpan('consumer', (consumer) => {
        for (const page of pages) {
          expect(currentSpan()).toBe(consumer);
          info('consumed', { page });
        }
      }),
    );
    const { span, events } = recorded();
    expect(span('Feed.pages').parentSpanId).toBe(span('creator').spanId);
    expect(new Set(spanIds('page'))).toEqual(new Set([span('Feed.pages').spanId]));
    expect(new Set(spanIds('consumed'))).toEqual(new Set([span('consumer').spanId]));
    const page = events.find(({ message }) => message === 'page');
    expect(page?.values['who']).toBeUndefined();
  });

  test('a break ends it, with cleanup inside', () => {
    for (const page of feed.pages(5)) if (page === 1) break;
    const { span } = recorded();
    expect(span('Feed.pages').outcome).toBe('ok');
    expect(spanIds('cleanup')).toEqual([span('Feed.pages').spanId]);
  });

  test('throw and errors of the body fail it', () => {
    const error = new Error('from outside');
    const pages = feed.pages(5);
    pages.next();
    expect(() => pages.throw(error)).toThrow(error);
    expect(() => [...feed.failing()]).toThrow('no');
    expect(recorded().spans.map(({ outcome }) => outcome)).toEqual(['error', 'error']);
  });

  test('values are sent in, and the object is a generator like any other', () => {
    const pages = feed.pages(2);
    pages.next();
    pages.next('answer');
    expect(pages.next()).toEqual({ value: 'end', done: true });
    expect(pages.next()).toEqual({ value: undefined, done: true });
    expect(recorded().event('answer').spanId).toBe(recorded().span('Feed.pages').spanId);
    expect(Object.prototype.toString.call(pages)).toBe('[object Generator]');
    expect(Object.keys(pages)).toEqual([]);
    expect(pages[Symbol.iterator]()).toBe(pages);
  });

  test('yield* to another instrumented generator', () => {
    expect([...feed.all(2)]).toEqual([0, 1]);
    const { span } = recorded();
    expect(span('Feed.pages').parentSpanId).toBe(span('Feed.all').spanId);
    expect(new Set(spanIds('page'))).toEqual(new Set([span('Feed.pages').spanId]));
  });

  test('arrays and other iterators are values', () => {
    expect(feed.array()).toEqual([1, 2]);
    expect([...feed.iterator()]).toEqual([1, 2]);
    expect(recorded().spans.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });

  test('one that nobody finishes ends when it is garbage', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const before = state.openSpanCount;
    feed.pages(2).next();
    await until(() => {
      gc();
      return state.openSpanCount === before;
    });
    expect(ownFields(recorded().span('Feed.pages'))).toMatchObject({ abandoned: true });
  });
});

describe('async generators', () => {
  test('the span ends when the iteration does, and the body goes on inside it', async () => {
    const rows: number[] = [];
    await withSpan('consumer', async (consumer) => {
      for await (const row of feed.rows(2)) {
        expect(currentSpan()).toBe(consumer);
        rows.push(row);
      }
    });
    expect(rows).toEqual([0, 1]);
    const { span } = recorded();
    const { spanId } = span('Feed.rows');
    expect([...spanIds('row'), ...spanIds('row read'), ...spanIds('cleanup')]).toEqual(Array(5).fill(spanId));
    expect(span('Feed.rows')).toMatchObject({ outcome: 'ok', parentSpanId: span('consumer').spanId });
  });

  test('a break ends it, with cleanup inside', async () => {
    for await (const row of feed.rows(5)) if (row === 1) break;
    const { span } = recorded();
    expect(span('Feed.rows').outcome).toBe('ok');
    expect(spanIds('cleanup')).toEqual([span('Feed.rows').spanId]);
  });

  test('errors fail it', async () => {
    const rows = feed.failingLater();
    await expect(rows.next()).resolves.toEqual({ value: 1, done: false });
    await expect(rows.next()).rejects.toThrow('no');
    const other = feed.rows(1);
    await other.next();
    await expect(other.throw(new Error('outside'))).rejects.toThrow('outside');
    expect(recorded().spans.map(({ outcome }) => outcome)).toEqual(['error', 'error']);
  });

  test('steps asked for at once come in order', async () => {
    const rows = feed.rows(2);
    const steps = await Promise.all([rows.next(), rows.next(), rows.next()]);
    expect(steps).toEqual([
      { value: 0, done: false },
      { value: 1, done: false },
      { value: undefined, done: true },
    ]);
    expect(new Set(spanIds('row read'))).toEqual(new Set([recorded().span('Feed.rows').spanId]));
  });

  test('as a stream', async () => {
    const chunks: unknown[] = [];
    for await (const chunk of Readable.from(feed.rows(3))) chunks.push(chunk);
    expect(chunks).toEqual([0, 1, 2]);
    expect(recorded().span('Feed.rows').outcome).toBe('ok');
  });
});
