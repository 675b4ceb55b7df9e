import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { currentContext, currentSpan, emit, EventBuilder, getLogger, info, isEnabled, LogLevel, span } from 'ttlog';
import { suppress, timer, warn, withContext, withSpan } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { recorded, startRecording } from '../support/recorded.js';

beforeEach(startRecording);

class Service {
  @Instrument()
  outer(): number {
    return this.inner();
  }

  @Instrument({ root: true })
  inner(): number {
    info('inside');
    return 7;
  }
}

function noise(): void {
  info('event');
  getLogger('db').fatal('of a logger');
  emit(EventBuilder.withCapacity(0).level(LogLevel.Error).message('built').build());
  withSpan('span', () => info('in a span'));
  withContext('a', 1, () => info('in a context'));
  timer('timer').end();
  span('manual').end();
  new Service().outer();
}

describe('suppress', () => {
  test('records nothing, and nothing of what is started inside', async () => {
    const result = suppress(() => {
      noise();
      return turn().then(() => {
        noise();
        return new Service().outer();
      });
    });
    expect(await result).toBe(7);
    expect(recorded().records).toEqual([]);
    info('after');
    expect(recorded().events).toHaveLength(1);
  });

  test('also inside a span, whose own events go on afterwards', () => {
    withSpan('work', (work) => {
      suppress(() => {
        noise();
        expect(currentSpan()).toBe(work);
      });
      info('after');
    });
    const { records, event, span: of } = recorded();
    expect(records.map(({ message }) => message)).toEqual(['work', 'after', 'work']);
    expect(event('after').spanId).toBe(of('work').spanId);
  });

  test('with a level events from there on are recorded, in the span around', () => {
    withSpan('work', (work) => {
      suppress(() => {
        info('quiet');
        withSpan('no span', () => warn('loud'));
        expect([isEnabled('info'), isEnabled('warn')]).toEqual([false, true]);
        expect([getLogger('db').isEnabled('info'), getLogger('db').isEnabled('warn')]).toEqual([false, true]);
      }, 'warn');
      expect(isEnabled('info')).toBe(true);
      expect(recorded().event('loud').spanId).toBe(work.spanId);
    });
    expect(recorded().records.map(({ message }) => message)).toEqual(['work', 'loud', 'work']);
  });

  test('one inside another cannot let more out', () => {
    suppress(() => suppress(() => warn('no'), 'warn'));
    suppress(() => suppress(() => warn('no')), 'warn');
    expect(recorded().records).toEqual([]);
  });

  test('keeps the context', () => {
    expect(withContext('a', 1, () => suppress(currentContext))).toEqual({ a: 1 });
  });

  test('passes on what is thrown, and leaves nothing behind', () => {
    const error = new Error('no');
    expect(() =>
      suppress(() => {
        throw error;
      }),
    ).toThrow(error);
    info('after');
    expect(recorded().events).toHaveLength(1);
  });

  test('a level that is none suppresses everything', () => {
    suppress(noise, 'nonsense' as 'warn');
    expect(recorded().records).toEqual([]);
  });
});
