import { beforeEach, describe, expect, it } from 'vitest';
import type { LogEvent } from 'ttlog';
import {
  emit, EventBuilder, getLogger, info, inspect, installBackend, lazy, LogLevel, nowNanos, RingBackend, setLevel, setRecord, span, TtlogError,
  warn, withContext, withSpan,
} from 'ttlog'; // prettier-ignore
import { state } from '../../src/core/state.js';
import { dropped, events, newRing, newest } from './support.js';

beforeEach(() => {
  newRing();
  setRecord('trace');
  setLevel('info');
});

function caught(run: () => void, backend: Partial<Parameters<typeof installBackend>[0]> = {}): LogEvent[] {
  const seen: LogEvent[] = [];
  const previous = installBackend({ emit: (event) => void seen.push(event), flush() {}, setLevel() {}, ...backend });
  try {
    run();
  } finally {
    installBackend(previous);
  }
  return seen;
}

describe('EventBuilder', () => {
  it('fills in what is not said', () => {
    const before = nowNanos();
    const event = EventBuilder.withCapacity(0).build();
    expect(event).toMatchObject({ level: LogLevel.Info, target: '', message: '', fields: [], threadId: 0 });
    expect(event.timestampNs).toBeGreaterThanOrEqual(before);
    expect(Object.keys(event)).not.toContain('traceId');
  });

  it('copies values as the ring would record them', () => {
    const list = [1];
    const event = EventBuilder.withCapacity(4)
      .field('list', list)
      .field('url', new URL('https://example.com/'))
      .field('json', { toJSON: () => 'text' })
      .field(
        'lazy',
        lazy(() => 7),
      )
      .field('floats', new Float64Array([0.5]))
      .field('shown', inspect('x'))
      .build();
    list.push(2);
    expect(event.fields.map(({ value }) => value)).toEqual([
      [1], 'https://example.com/', 'text', 7, [0.5], expect.objectContaining({ inspected: expect.any(String) as string }),
    ]); // prettier-ignore
    emit(event);
    info('Direct', { shown: inspect('x') });
    expect(events()[0].values['shown']).toEqual(newest().values['shown']);
  });

  it('copies what is shared a million times in bounded time', () => {
    let value: unknown = 1;
    for (let i = 0; i < 8; i++) value = Array.from({ length: 128 }, () => value);
    const startedAt = performance.now();
    EventBuilder.withCapacity(1).field('value', value).build();
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it('can go on after build()', () => {
    const builder = EventBuilder.withCapacity(2).field('a', 1);
    const first = builder.build();
    const second = builder.field('b', 2).build();
    expect(first.fields).toHaveLength(1);
    expect(second.fields).toHaveLength(2);
  });

  it('refuses a level or a capacity that is none', () => {
    expect(() => EventBuilder.withCapacity(0).level('loud' as never)).toThrow(TtlogError);
    expect(() => EventBuilder.withCapacity(-1)).toThrow(TtlogError);
    expect(() => EventBuilder.withCapacity(1.5)).toThrow(TtlogError);
  });
});

describe('emit', () => {
  it('keeps all that an event says', () => {
    const event = EventBuilder.withCapacity(1)
      .timestamp(1_600_000_000_123_456_789n)
      .level('fatal')
      .target('importer')
      .message('Row')
      .field('row', 1n)
      .threadId(7)
      .traceId('0af7651916cd43dd8448eb211c80319c')
      .spanId('b7ad6b7169203331')
      .source('src/a.ts', 12)
      .build();
    emit(event);
    expect(newest()).toMatchObject(event);
  });

  it('keeps to the levels of its target', () => {
    setRecord('info,noisy=off');
    emit(EventBuilder.withCapacity(0).level('debug').target('a').build());
    emit(EventBuilder.withCapacity(0).level('fatal').target('noisy').build());
    emit(EventBuilder.withCapacity(0).level('warn').target('a').build());
    emit(EventBuilder.withCapacity(0).level('off').target('a').build());
    expect(events().map(({ level }) => level)).toEqual([3]);
    expect(dropped()).toBe(1);
  });

  const event = EventBuilder.withCapacity(0).build();
  const isThrowing = new Proxy(event, {
    get() {
      throw new Error('boom');
    },
  });

  it('counts what is no event, and goes on', () => {
    const bad: unknown[] = [
      undefined, null, 1, {}, { ...event, level: 99 }, { ...event, level: Number.NaN }, { ...event, level: 'x' }, { ...event, timestampNs: 1 },
      { ...event, message: undefined }, { ...event, fields: undefined }, { ...event, fields: [undefined] }, { ...event, fields: [{ key: Symbol('s') }] },
      { ...event, target: undefined }, { ...event, traceId: 7 }, { ...event, target: Symbol('t') },
      isThrowing,
    ]; // prettier-ignore
    for (const value of bad) emit(value as LogEvent);
    expect(dropped()).toBe(bad.length);
    emit(event);
    expect(events()).toHaveLength(1);
  });

  it('to another backend counts what cannot be read, and goes on', () => {
    const seen = caught(() => {
      for (const value of [isThrowing, event]) emit(value);
    });
    expect(seen).toEqual([event]);
    expect(dropped()).toBe(1);
  });

  it('of targets without number does not grow memory', () => {
    const known = state.targets.size;
    for (let i = 0; i < 20_000; i++) emit(EventBuilder.withCapacity(0).target(`generated ${i}`).message('One').build());
    expect(newest().target).toBe('generated 19999');
    expect(state.targets.size).toBeLessThan(known + 5000);
  });
});

describe('nowNanos', () => {
  it('is nanoseconds since the epoch and never runs backwards', () => {
    expect(Math.abs(Number(nowNanos() / 1_000_000n) - Date.now())).toBeLessThan(1000);
    let before = nowNanos();
    for (let i = 0; i < 10_000; i++) {
      const now = nowNanos();
      expect(now >= before).toBe(true);
      before = now;
    }
  });
});

describe('installBackend', () => {
  it('hands over every event above the record level, with all that is known of it', () => {
    setRecord('debug');
    const log = getLogger('orders', { region: 'eu', a: 'bindings' });
    const seen = caught(() => {
      withContext({ request_id: 'r-1', a: 'context' }, () =>
        withSpan('work', () => {
          log.info('Placed', { order_id: 7 });
          log.trace('Not this');
        }),
      );
      span('direct').event('Of a span', { x: 1 });
      warn('Bare');
    });
    expect(seen.map(({ message }) => message)).toEqual(['Placed', 'Of a span', 'Bare']);
    expect(seen[0]).toMatchObject({ level: 2, target: 'orders', threadId: 0, traceId: expect.any(String) as string });
    expect(seen[0].fields).toEqual([
      { key: 'region', value: 'eu' }, { key: 'a', value: 'context' }, { key: 'request_id', value: 'r-1' }, { key: 'order_id', value: 7 },
    ]); // prettier-ignore
    expect(events()).toEqual([]);
  });

  it('returns the one before', () => {
    const first = { emit() {}, flush() {}, setLevel() {} };
    const ring = installBackend(first);
    expect(ring).toBeInstanceOf(RingBackend);
    const second = { ...first };
    expect(installBackend(second)).toBe(first);
    expect(installBackend(ring)).toBe(second);
    info('In the ring');
    expect(newest().message).toBe('In the ring');
  });

  it('what a backend throws is counted, and the caller goes on', () => {
    caught(
      () => {
        info('Lost');
        emit(EventBuilder.withCapacity(0).build());
      },
      {
        emit() {
          throw new Error('no');
        },
      },
    );
    expect(dropped()).toBe(2);
  });

  it('what a backend logs itself goes into the ring', () => {
    let calls = 0;
    caught(() => info('Outer'), {
      emit() {
        calls++;
        info('From the backend', { a: 1 });
        info('From the backend', { a: 2 });
      },
    });
    expect(calls).toBe(1);
    expect(events().map(({ values }) => values)).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('refuses what is no backend', () => {
    for (const backend of [undefined, null, 'ring', () => {}, {}, { emit() {}, flush() {} }]) {
      expect(() => installBackend(backend as never)).toThrow(
        /^Expected a backend to be an object with emit, flush and setLevel, got /,
      );
    }
    info('In the ring');
    expect(newest().message).toBe('In the ring');
  });

  it('tells the backend of levels, and does not tell it what it sets itself', () => {
    const levels: unknown[] = [];
    caught(
      () => {
        setLevel('warn');
        setLevel(LogLevel.Info);
      },
      {
        setLevel(level) {
          levels.push(level);
          new RingBackend().setLevel(level);
        },
      },
    );
    expect(levels).toEqual([LogLevel.Warn, LogLevel.Info]);
  });

  it('what its other methods throw is counted too', () => {
    caught(() => setLevel('info'), {
      setLevel() {
        throw new Error('no');
      },
    });
    expect(dropped()).toBe(1);
  });

  it('RingBackend sets levels and flushes', () => {
    const ring = new RingBackend();
    ring.setLevel('error');
    ring.emit(EventBuilder.withCapacity(0).level('warn').build());
    ring.flush();
    expect(newest().deliver).toBe(false);
  });
});
