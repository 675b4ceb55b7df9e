// Whatever a record refers to (context, span, bindings) is found again, however often the ring has wrapped.
import { beforeEach, describe, expect, it } from 'vitest';
import { bindContext, debug, getLogger, info, span as open, withContext } from 'ttlog';
import { contents, events, newRing, newest, promptly } from './support.js';

beforeEach(() => newRing());

/** More than the ring holds. */
function wrap(times = 1): void {
  for (let i = 0; i < 4000 * times; i++) debug('Filler', { i });
}

describe('after the ring has wrapped', () => {
  it('a context that is still in use has its fields', () => {
    const wrapOutside = bindContext(() => wrap(2));
    withContext({ request_id: 'r-1' }, () =>
      withContext({ user_id: 7 }, () => {
        info('First');
        for (let round = 0; round < 5; round++) {
          wrapOutside();
          info('Again', { round });
          expect(newest().values).toEqual({ request_id: 'r-1', user_id: 7, round });
        }
      }),
    );
  });

  it('every record of a long loop in a context has its fields', () => {
    withContext({ request_id: 'r-1' }, () => wrap(5));
    const { records, recordsOverwritten } = contents();
    expect(recordsOverwritten).toBeGreaterThan(10_000);
    expect(records.every((record) => record.values['request_id'] === 'r-1')).toBe(true);
  });

  it('a span that is still open has name, fields, ids and duration', () => {
    const job = open('job', { queue: 'mail' });
    job.record({ attempt: 2 });
    wrap(10);
    job.run(() => info('Still at it'));
    expect(newest()).toMatchObject({ spanId: job.spanId, traceId: job.traceId, values: { queue: 'mail', attempt: 2 } });
    expect(contents().openSpans).toMatchObject([{ name: 'job', values: { queue: 'mail', attempt: 2 } }]);
    wrap(10);
    job.end();
    expect(newest()).toMatchObject({ kind: 'span', name: 'job', values: { queue: 'mail', attempt: 2, outcome: 'ok' } });
    expect(contents().openSpans).toEqual([]);
  });

  it('a few hundred spans opened in one burst keep their fields', () => {
    const spans = Array.from({ length: 150 }, (_, i) => open('burst', { i }));
    wrap(6);
    for (const [i, span] of spans.entries()) {
      span.end();
      expect(newest()).toMatchObject({ name: 'burst', spanId: span.spanId, values: { i } });
    }
  });

  it('more open spans than the ring could ever hold still end under their own name, ids and duration', () => {
    const outer = open('outer');
    const spans = Array.from({ length: 5000 }, (_, i) => outer.run(() => open('many', { i })));
    wrap(3);
    for (const span of spans) {
      span.run(() => info('Inside'));
      span.end();
    }
    const { records } = contents();
    const inside = records.filter((record) => record.message === 'Inside');
    const ends = records.filter((record) => record.kind === 'span');
    expect(inside.slice(-100).map(({ spanId }) => spanId)).toEqual(spans.slice(-100).map(({ spanId }) => spanId));
    expect(ends.length).toBeGreaterThan(100);
    for (const end of ends) {
      expect(end).toMatchObject({ name: 'many', target: 'shop', traceId: outer.traceId, parentSpanId: outer.spanId });
      expect(end.durationNs).toBeGreaterThan(0);
    }
    outer.end();
    expect(newest()).toMatchObject({ name: 'outer', outcome: 'ok', parentSpanId: undefined });
  });

  it('a span that has ended is not open again because something late happened in it', () => {
    const request = open('request', { a: 1 });
    request.end();
    wrap(2);
    request.run(() => info('Late'));
    expect(newest()).toMatchObject({ message: 'Late', spanId: request.spanId });
    expect(contents().openSpans).toEqual([]);
    const ending = open('ending');
    ending.record({ get value() { return ending.end(); } }); // prettier-ignore
    wrap();
    ending.run(() => info('Late'));
    const inner = open('inner');
    info('Outer', { get value() { return inner.end(); } }); // prettier-ignore
    inner.run(() => info('Late'));
    wrap();
    inner.run(() => info('Late'));
    expect(contents().openSpans).toEqual([]);
  });

  it('bindings are there', () => {
    const log = getLogger('orders', { region: 'eu' }).child({ order_id: 7 });
    log.info('First');
    wrap(5);
    log.info('Later');
    expect(newest()).toMatchObject({ target: 'orders', values: { region: 'eu', order_id: 7 } });
  });

  it('what a span added across many segments is on its end', () => {
    const job = open('job');
    for (let i = 0; i < 20; i++) {
      job.record({ [`step_${i}`]: i });
      wrap();
    }
    job.end();
    const { values } = newest();
    for (let i = 0; i < 20; i++) expect(values[`step_${i}`]).toBe(i);
  });
});

describe('after another ring was opened', () => {
  it('bindings made before do not mix with bindings made after', () => {
    const before = getLogger('a', { from: 'before', only_before: 1 });
    before.info('One');
    newRing();
    const after = getLogger('b', { from: 'after', only_after: 1 });
    after.info('Two');
    before.info('Three');
    after.info('Four');
    expect(events().map((record) => record.values)).toEqual([
      { from: 'after', only_after: 1 },
      { from: 'before', only_before: 1 },
      { from: 'after', only_after: 1 },
    ]);
  });

  it('a context opened before has its fields, and only those', () => {
    const outside = bindContext(() => withContext({ request_id: 'r-2' }, () => info('Two')));
    withContext({ request_id: 'r-1' }, () => {
      info('One');
      newRing();
      outside();
      info('Three');
    });
    expect(events().map((record) => record.values)).toEqual([{ request_id: 'r-2' }, { request_id: 'r-1' }]);
  });

  it('a span opened before ends under its own name', () => {
    const job = open('job', { queue: 'mail' });
    newRing();
    open('other', { x: 1 }).end();
    job.run(() => info('Inside'));
    job.end();
    expect(newest()).toMatchObject({ kind: 'span', name: 'job', spanId: job.spanId, target: 'shop', outcome: 'ok' });
    expect(newest().durationNs).toBeGreaterThan(0);
  });

  it('a place that opens spans goes on under its own name', () => {
    for (let round = 0; round < 3; round++) {
      open(`first ${round}`, { a: 1 }).end();
      open('same place', { b: round }).end();
      expect(newest()).toMatchObject({ name: 'same place', values: { b: round } });
      newRing();
    }
  });
});

describe('fields that come again in each segment', () => {
  it('a context value that is too long is marked, its neighbours are kept', () => {
    withContext({ a: 1, body: 'x'.repeat(100_000), b: 2 }, () => info('Here'));
    const { values } = newest();
    expect(values).toMatchObject({ a: 1, b: 2 });
    expect(values['body']).toMatch(/\[Truncated\]$/);
  });

  it('nested context values survive a huge event before them', () => {
    const wide = Array.from({ length: 128 }, () => Array.from({ length: 128 }, () => 1));
    info('Huge', { wide });
    withContext({ user: { id: 7, roles: ['admin'] } }, () => info('Here'));
    expect(newest().values).toEqual({ user: { id: 7, roles: ['admin'] } });
  });

  it('a context of 100 000 keys is cut in bounded time', () => {
    const fields = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`key_${i}`, 'x'.repeat(200)]));
    promptly(() => withContext(fields, () => info('Here', { own: 1 })));
    expect(newest().values).toMatchObject({ own: 1 });
  });
});
