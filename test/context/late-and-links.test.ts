import { beforeEach, describe, expect, test } from 'vitest';
import { currentSpan, debug, enterContext, info, setRecord, span, withContext, withSpan } from 'ttlog';
import { MIN_CAPACITY_BYTES } from '../../src/core/layout.js';
import { replaceRing } from '../../src/core/ring-of-thread.js';
import { state } from '../../src/core/state.js';
import { lineOf } from '../../src/recorder/line.js';
import { follow, FORMAT, readAll } from '../support/reading.js';
import { ownFields, recorded, startRecording } from '../support/recorded.js';

beforeEach(() => {
  setRecord('trace');
  startRecording();
});

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** A segment of the smallest ring, and more. */
function nextSegment(): void {
  const { segment } = state.ring!;
  while (state.ring!.segment === segment) debug('filler', { text: 'x'.repeat(200) });
}

describe('what outlives its span', () => {
  test('is recorded, and marked late', () => {
    const work = span('work');
    work.run(() => info('in time'));
    work.end();
    work.run(() => {
      info('too late');
      withSpan('opened late', () => info('inside'));
    });
    const { event, span: of } = recorded();
    expect(event('in time')).toMatchObject({ late: false, spanId: work.spanId });
    expect(event('too late')).toMatchObject({ late: true, spanId: work.spanId, traceId: work.traceId });
    expect(of('work').late).toBe(false);
    expect(of('opened late')).toMatchObject({ late: true, parentSpanId: work.spanId });
    expect(event('inside').late).toBe(false);
  });

  test('also where the span ended some segments ago', () => {
    replaceRing(MIN_CAPACITY_BYTES);
    const work = span('work');
    work.run(() => info('before'));
    nextSegment();
    work.run(() => info('in another segment'));
    nextSegment();
    work.end();
    nextSegment();
    work.run(() => info('after'));
    nextSegment();
    work.run(() => info('long after'));
    const { event } = recorded();
    expect(event('in another segment').late).toBe(false);
    expect(event('after')).toMatchObject({ late: true, spanId: work.spanId });
    expect(event('long after')).toMatchObject({ late: true, spanId: work.spanId });
  });

  test('a record that needs a segment of its own keeps the mark', () => {
    replaceRing(MIN_CAPACITY_BYTES);
    const work = span('work');
    work.end();
    const { end, segment } = state.ring!;
    while (end - state.ring!.at > 1024) debug('filler');
    expect(state.ring!.segment).toBe(segment);
    work.run(() => info('moved', { text: 'x'.repeat(1500) }));
    expect(state.ring!.segment).toBe(segment + 1);
    expect(recorded().event('moved').late).toBe(true);
  });

  test('is told from what came before the end, also where both are read at once', () => {
    const cursor = follow(state.ring!.buffer);
    const work = span('work');
    work.run(() => info('first'));
    work.end();
    work.run(() => info('second'));
    const read = readAll(cursor);
    expect(read.map(({ record }) => [record.message, record.late])).toEqual([
      ['work', false],
      ['first', false],
      ['work', false],
      ['second', true],
    ]);
    expect(read[1].line).not.toContain('span_late');
    expect(read[3].line).toContain(`"span_id":"${work.spanId}","span_late":true,`);
    for (const { record, line } of read) expect(lineOf(record, FORMAT)).toBe(line);
  });

  test('a field of that name is the application’s', () => {
    const cursor = follow(state.ring!.buffer);
    info('mine', { span_late: 'no' });
    const [{ line }] = readAll(cursor);
    expect(line).toContain('"fields.span_late":"no"');
  });
});

describe('links', () => {
  const link = { trace_id: PARENT.slice(3, 35), span_id: PARENT.slice(36, 52) };

  test('to spans, carriers and traceparents are on the line of the span, and on no other', () => {
    const cursor = follow(state.ring!.buffer);
    const other = span('other');
    const batch = span('batch', { size: 3 });
    batch.link(other);
    batch.link({ traceparent: PARENT }, { queue: 'orders', token: 'secret' });
    batch.run(() => info('inside'));
    batch.link(PARENT);
    batch.end();
    other.end();
    const links = [
      { trace_id: other.traceId, span_id: other.spanId },
      { queue: 'orders', token: '[Redacted]', ...link },
      link,
    ];
    expect(ownFields(recorded().span('batch'))).toEqual({ size: 3, span_links: links });
    expect(recorded().event('inside').values).toEqual({ size: 3 });
    const read = readAll(cursor);
    const line = read.find(({ record }) => record.kind === 'span' && record.message === 'batch')!;
    expect(JSON.parse(line.line)).toMatchObject({ size: 3, span_links: links, outcome: 'ok' });
    for (const { record, line: text } of read) expect(lineOf(record, FORMAT)).toBe(text);
  });

  test('are there while the span is open, and survive the segments it lives through', () => {
    replaceRing(MIN_CAPACITY_BYTES);
    const batch = span('batch');
    batch.link(PARENT);
    for (let i = 0; i < 20; i++) nextSegment();
    expect(recorded().open.map(({ values }) => values)).toEqual([{ span_links: [link] }]);
    batch.end();
    expect(ownFields(recorded().span('batch'))).toEqual({ span_links: [link] });
  });

  test.each([
    ['no header', 'nonsense'],
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['a carrier without one', {}],
    ['zeros', { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` }],
    [
      'a getter that throws',
      Object.defineProperty({}, 'traceparent', {
        get: () => {
          throw new Error('no');
        },
      }),
    ],
  ])('%s is left out', (_what, to) => {
    const batch = span('batch');
    batch.link(to as string);
    batch.end();
    expect(ownFields(recorded().span('batch'))).toEqual({});
  });

  test('as many as a span has room for are kept', () => {
    const batch = span('batch');
    for (let i = 0; i < 1000; i++) batch.link(PARENT);
    batch.end();
    const record = recorded().span('batch');
    const kept = (record.values['span_links'] as unknown[]).length;
    expect(kept).toBeGreaterThan(50);
    expect(kept).toBeLessThan(1000);
  });

  test('a field of that name is the application’s', () => {
    const batch = span('batch', { span_links: 'mine' });
    batch.link(PARENT);
    batch.end();
    expect(ownFields(recorded().span('batch'))).toEqual({ 'fields.span_links': 'mine', span_links: [link] });
  });

  test('of a span that has ended, or is not recorded, are none', () => {
    const ended = span('ended');
    ended.end();
    ended.link(PARENT);
    setRecord('info');
    const unrecorded = span('unrecorded');
    unrecorded.link(PARENT);
    unrecorded.end();
    expect(recorded().spans).toHaveLength(1);
    expect(ownFields(recorded().span('ended'))).toEqual({});
  });
});

describe('setOutcome', () => {
  test('says how end() ends the span', () => {
    const error = new Error('half of it');
    const one = span('one');
    one.setOutcome('error', error);
    expect(recorded().open).toHaveLength(1);
    one.end();
    const two = span('two');
    two.setOutcome('error');
    two.setOutcome('ok');
    two.end();
    withSpan('three', (three) => three.setOutcome('error'));
    const { span: of } = recorded();
    expect(of('one')).toMatchObject({ outcome: 'error', level: 4 });
    expect(of('one').values['err']).toMatchObject({ message: 'half of it' });
    expect(of('two').outcome).toBe('ok');
    expect(of('three').outcome).toBe('error');
  });

  test('fail() is the last word', () => {
    const one = span('one');
    one.setOutcome('error', new Error('first'));
    one.fail(new Error('second'));
    expect(recorded().span('one').values['err']).toMatchObject({ message: 'second' });
  });
});

test('the traceparent of a span that is not recorded is that of the span around it', () => {
  withSpan('outer', (outer) => {
    setRecord('info');
    const inner = span('inner');
    expect(inner.traceparent).toBe(outer.traceparent);
    expect(inner.run(currentSpan)).toBe(outer);
    setRecord('trace');
  });
  setRecord('info');
  const alone = span('alone');
  expect(alone.traceparent).toBe(`00-${alone.traceId}-${alone.spanId}-00`);
});

test('a scope that was left is none, late or not', () => {
  const entered = enterContext({ a: 1 });
  const work = withContext('b', 2, () => span('work'));
  entered[Symbol.dispose]();
  work.end();
  work.run(() => info('late'));
  expect(recorded().event('late')).toMatchObject({ late: true, values: { b: 2 } });
});
