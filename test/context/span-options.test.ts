import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { SpanOptions } from 'ttlog';
import { currentContext, currentSpan, getLogger, info, setRecord, span, withContext, withSpan } from 'ttlog';
import { ownFields, recorded, startRecording } from '../support/recorded.js';

beforeEach(() => {
  setRecord('trace');
  startRecording();
});

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** The three ways to open a span by hand. */
const ways: Record<string, (name: string, options: SpanOptions) => void> = {
  span: (name, options) => span(name, { a: 1 }, options).end(),
  withSpan: (name, options) => withSpan(name, { a: 1 }, options, () => {}),
  'logger.span': (name, options) => getLogger('db').span(name, { a: 1 }, options).end(),
};

describe.each(Object.keys(ways))('options of %s', (way) => {
  const open = ways[way];

  test('level', () => {
    open('loud', { level: 'warn' });
    expect(recorded().span('loud').level).toBe(3);
    setRecord('info');
    open('quiet', { level: 'debug' });
    expect(recorded().spans).toHaveLength(1);
  });

  test('root: a trace of its own, in the same context', () => {
    withContext('request_id', 'r-1', () => withSpan('outer', () => open('inner', { root: true })));
    const { span: of } = recorded();
    expect(of('inner').parentSpanId).toBeUndefined();
    expect(of('inner').traceId).not.toBe(of('outer').traceId);
    expect(of('inner').values['request_id']).toBe('r-1');
  });

  test('sample', () => {
    open('none', { sample: 0 });
    open('all', { sample: 1 });
    withSpan('outer', () => open('inner', { sample: 0 }));
    expect(recorded().spans.map(({ message }) => message)).toEqual(['all', 'inner', 'outer']);
  });

  test('slow', () => {
    open('slow', { slow: 0 });
    open('fast', { slow: 60_000 });
    expect([recorded().span('slow').level, recorded().span('fast').level]).toEqual([3, 1]);
  });

  test('err', () => {
    const failWith = (err: SpanOptions['err']) => span('failed', undefined, { err }).fail(new Error('no'));
    for (const err of [undefined, 'warn', 'off', false, 'loud' as never] as const) failWith(err);
    expect(recorded().spans.map(({ level }) => level)).toEqual([4, 3, 1, 1, 4]);
  });

  test('links', () => {
    open('linked', { links: [PARENT, { traceparent: PARENT }, 'nonsense'] });
    const link = { trace_id: PARENT.slice(3, 35), span_id: PARENT.slice(36, 52) };
    expect(ownFields(recorded().span('linked'))).toEqual({ a: 1, span_links: [link, link] });
  });

  test('kind, also of an open span and in its line', () => {
    open('served', { kind: 'server', links: [PARENT] });
    open('plain', { kind: 'internal' });
    open('entered', { kind: 'producer', entry: true });
    const still = span('open', { span_kind: 'mine' }, { kind: 'client' });
    const { values } = recorded().span('served');
    expect(values).toMatchObject({ a: 1, span_kind: 'server' });
    expect(Object.keys(values)).toEqual(['a', 'span_links', 'span_kind', 'duration_ms', 'outcome']);
    expect(ownFields(recorded().span('plain'))).toEqual({ a: 1 });
    expect(recorded().starts.map((record) => record.values['span_kind'])).toEqual([
      'server',
      undefined,
      'producer',
      'client',
    ]);
    expect(recorded().open[0].values).toEqual({ 'fields.span_kind': 'mine', span_kind: 'client' });
    still.setOutcome('error');
    still.end();
    expect(ownFields(recorded().span('open'))).toEqual({ 'fields.span_kind': 'mine', span_kind: 'client' });
  });

  test('what is wrong counts as not said', () => {
    const wrong = { kind: 'queue', level: 'loud', err: 7, slow: 'x', root: 1, sample: 'y', links: PARENT, entry: 'z' };
    open('wrong', wrong as never);
    open('none', null as never);
    open('text', 'x' as never);
    open('throwing', {
      get level(): never {
        throw new Error('no');
      },
    });
    expect(recorded().spans.map(({ message, level, outcome }) => [message, level, outcome])).toEqual(
      ['wrong', 'none', 'text', 'throwing'].map((name) => [name, 1, 'ok']),
    );
  });
});

test('err', () => {
  const fail = (name: string, err: SpanOptions['err']) => {
    try {
      withSpan(name, undefined, { err }, () => {
        throw new Error(name);
      });
    } catch {
      // it is passed on
    }
  };
  fail('as ever', undefined);
  fail('warn', 'warn');
  fail('not at all', false);
  const { span: of } = recorded();
  expect([of('as ever').level, of('warn').level, of('not at all').level]).toEqual([4, 3, 1]);
  expect(of('not at all').outcome).toBe('error');
});

test('a trace that is not sampled has no span at all, and all its events', () => {
  const result = withSpan('root', undefined, { sample: 0 }, () => {
    info('event');
    expect(currentSpan()).toBeUndefined();
    return withSpan('inner', () => withContext('a', 1, () => withSpan('innermost', () => currentContext())));
  });
  expect(result).toEqual({ a: 1 });
  withSpan('after', () => {});
  expect(recorded().records.map(({ kind, message }) => `${kind} ${message}`)).toEqual([
    'event event', 'span-start after', 'span after',
  ]); // prettier-ignore
});

test('sample is a share', () => {
  const random = vi.spyOn(Math, 'random');
  random.mockReturnValueOnce(0.29).mockReturnValueOnce(0.31);
  withSpan('in', undefined, { sample: 0.3 }, () => {});
  withSpan('out', undefined, { sample: 0.3 }, () => {});
  random.mockRestore();
  expect(recorded().spans.map(({ message }) => message)).toEqual(['in']);
});

test('a span that is not recorded needs no scope of its own', async () => {
  setRecord('info');
  await withContext('a', 1, async () => {
    const seen = await withSpan('quiet', async () => {
      await turn();
      return [currentContext(), currentSpan()];
    });
    expect(seen).toEqual([{ a: 1 }, undefined]);
    expect(() =>
      withSpan('quiet', () => {
        throw new Error('no');
      }),
    ).toThrow('no');
  });
  expect(recorded().records).toEqual([]);
});
