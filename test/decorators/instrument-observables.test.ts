import {
  BehaviorSubject,
  catchError,
  concat,
  delay,
  EMPTY,
  firstValueFrom,
  lastValueFrom,
  map,
  NEVER,
  Observable,
  of,
  range,
  shareReplay,
  Subject,
  take,
  throwError,
  timer,
} from 'rxjs';
import { beforeEach, expect, test } from 'vitest';
import { currentSpan, info, withSpan } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { ownFields, recorded, startRecording, until } from '../support/recorded.js';

beforeEach(startRecording);

class Prices {
  @Instrument({ ret: false })
  watch(source: Observable<unknown>, id?: number): Observable<unknown> {
    info('called', { id });
    return source;
  }
}

const prices = new Prices();
const outcomes = (): unknown[] => recorded().spans.map(({ outcome }) => outcome);
const openCount = (): number => recorded().open.length;

test('the span is that of the subscription: from subscribe to complete', async () => {
  const watched = prices.watch(
    new Observable((subscriber) => {
      info('subscribed');
      const handle = setTimeout(() => {
        info('emitting');
        subscriber.next(1);
        subscriber.complete();
      }, 1);
      return () => clearTimeout(handle);
    }),
    7,
  );
  expect(watched).toBeInstanceOf(Observable);
  expect(outcomes()).toEqual([]);
  await withSpan('user', async (user) => {
    const value = await firstValueFrom(watched.pipe(map((one) => [one, currentSpan()?.name])));
    expect(value).toEqual([1, 'user']);
    expect(currentSpan()).toBe(user);
  });
  const { span, event } = recorded();
  const { spanId } = span('Prices.watch');
  expect(ownFields(span('Prices.watch'))).toEqual({ id: 7 });
  expect([event('called'), event('subscribed'), event('emitting')].map((one) => one.spanId)).toEqual([
    spanId,
    spanId,
    spanId,
  ]);
});

test('a span for each subscription', async () => {
  const watched = prices.watch(of(1, 2));
  await expect(lastValueFrom(watched)).resolves.toBe(2);
  await withSpan('second', async () => {
    await expect(lastValueFrom(watched)).resolves.toBe(2);
  });
  const { spans, span } = recorded();
  expect(spans.map(({ message }) => message)).toEqual(['Prices.watch', 'Prices.watch', 'second']);
  expect(spans[1].parentSpanId).toBe(span('second').spanId);
});

test('an error fails it', async () => {
  const error = new Error('no');
  await expect(lastValueFrom(prices.watch(throwError(() => error)))).rejects.toBe(error);
  await expect(lastValueFrom(prices.watch(throwError(() => error)).pipe(catchError(() => of('caught'))))).resolves.toBe(
    'caught',
  );
  expect(outcomes()).toEqual(['error', 'error']);
});

test('unsubscribing ends it', () => {
  const subscription = prices.watch(NEVER).subscribe();
  expect(openCount()).toBe(1);
  subscription.unsubscribe();
  expect(outcomes()).toEqual(['ok']);
  prices.watch(NEVER).pipe(map(String)).subscribe().unsubscribe();
  expect(outcomes()).toEqual(['ok', 'ok']);
});

test('operators that end early end it, also of endless synchronous sources', async () => {
  let produced = 0;
  const endless = new Observable<number>((subscriber) => {
    while (!subscriber.closed) subscriber.next(produced++);
  });
  const seen: unknown[] = [];
  prices
    .watch(endless)
    .pipe(take(3))
    .subscribe((value) => seen.push(value));
  expect(seen).toEqual([0, 1, 2]);
  expect(produced).toBe(3);
  await lastValueFrom(prices.watch(timer(0, 1)).pipe(take(2)));
  expect(outcomes()).toEqual(['ok', 'ok']);
});

test('what operators do with it they do as before', async () => {
  const watched = prices.watch(range(1, 3)) as Observable<number>;
  await expect(lastValueFrom(concat(watched, EMPTY, watched.pipe(delay(1))))).resolves.toBe(3);
  let total = 0;
  await watched.forEach((value) => (total += value));
  expect(total).toBe(6);
  expect(outcomes()).toEqual(['ok', 'ok', 'ok']);
});

test('observers in every form', () => {
  const seen: unknown[] = [];
  const watched = prices.watch(of(1));
  watched.subscribe();
  watched.subscribe((value) => seen.push(value));
  watched.subscribe({ next: (value) => seen.push(value), complete: () => seen.push('complete') });
  watched.subscribe({ complete: () => seen.push('only complete') });
  prices.watch(throwError(() => 'reason')).subscribe({ error: (error) => seen.push(error) });
  expect(seen).toEqual([1, 1, 'complete', 'only complete', 'reason']);
  expect(outcomes()).toEqual(['ok', 'ok', 'ok', 'ok', 'error']);
});

test('an error that nobody handles is reported as it would have been', async () => {
  const error = new Error('unhandled by the observer');
  const seen: unknown[] = [];
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (reason) => seen.push(reason));
  try {
    prices.watch(throwError(() => error)).subscribe(() => {});
    await until(() => seen.length > 0);
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
  }
  expect(seen).toEqual([error]);
  expect(outcomes()).toEqual(['error']);
});

test('a subject is handed back as it is', () => {
  const subject = new BehaviorSubject(1);
  expect(prices.watch(subject)).toBe(subject);
  expect(prices.watch(new Subject())).toBeInstanceOf(Subject);
  expect(outcomes()).toEqual(['ok', 'ok']);
});

test('one that is shared between calls stays untouched', async () => {
  const shared = timer(0).pipe(shareReplay(1));
  const own = Object.getOwnPropertyNames(shared);
  for (let i = 0; i < 3; i++) await lastValueFrom(prices.watch(shared));
  expect(Object.getOwnPropertyNames(shared)).toEqual(own);
  expect(outcomes()).toEqual(['ok', 'ok', 'ok']);
});

test('other libraries, by their interop symbol', () => {
  class Foreign {
    '@@observable'(): this {
      return this;
    }
    subscribe(observer: { next: (value: number) => void; complete: () => void }): { unsubscribe: () => void } {
      observer.next(1);
      return { unsubscribe: () => info('unsubscribed') };
    }
  }
  const seen: number[] = [];
  const watched = prices.watch(new Foreign() as never) as unknown as Foreign;
  const subscription = watched.subscribe({ next: (value) => seen.push(value), complete: () => {} });
  expect(seen).toEqual([1]);
  expect(openCount()).toBe(1);
  subscription.unsubscribe();
  expect(outcomes()).toEqual(['ok']);
  expect(recorded().event('unsubscribed').message).toBe('unsubscribed');
});
