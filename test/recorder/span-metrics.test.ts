import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Sink, SinkMetrics, TtlogHandle, TtlogOptions } from 'ttlog';
import { getLogger, init, setRecord, span, timer, withSpan } from 'ttlog';
import { consoleSink, fileSink, memorySink } from 'ttlog/sinks';
import { fakeClock } from 'ttlog/testing';
import { closeRing } from '../../src/core/ring-of-thread.js';
import { SPAN_TABLE_BYTES, SpanTable } from '../../src/recorder/span-table.js';

let handle: TtlogHandle | undefined;
afterEach(async () => {
  await handle?.shutdown();
  closeRing();
});

function start(): TtlogHandle {
  closeRing();
  return (handle = init({ service: 'shop', sinks: [memorySink()] }));
}

describe('spans are counted', () => {
  test('by target and name, with errors and durations, below the level of every sink', async () => {
    const running = start();
    {
      using clock = fakeClock();
      for (const ms of [0.002, 3, 40]) {
        const opened = span('checkout', { ms });
        clock.tick(ms);
        opened.end();
      }
      span('checkout').fail(new Error('declined'));
      const timing = timer('checkout');
      clock.tick(20_000);
      timing.end();
      getLogger('db').span('query').end();
    }
    await running.flush();
    const { spans } = running.stats();
    expect(spans.map(({ target, name, count, errors }) => [target, name, count, errors])).toEqual([
      ['shop', 'checkout', 5, 1],
      ['db', 'query', 1, 0],
    ]);
    expect(spans[0].totalMs).toBeCloseTo(20_043.002, 6);
    expect(spans[0].buckets.filter(({ count }) => count > 0)).toEqual([
      { upToMs: 0.001, count: 1 },
      { upToMs: 0.0025, count: 1 },
      { upToMs: 5, count: 1 },
      { upToMs: 50, count: 1 },
      { upToMs: Infinity, count: 1 },
    ]);
  });

  test('not where they are not recorded', async () => {
    const running = start();
    setRecord('info');
    withSpan('checkout', () => 1);
    await running.flush();
    expect(running.stats().spans).toEqual([]);
  });

  test('once, by the recorder thread, where sinks are on both sides', async () => {
    closeRing();
    handle = init({ service: 'shop', sinks: [memorySink(), consoleSink({ level: 'fatal' })] });
    for (let i = 0; i < 100; i++) withSpan('checkout', () => i);
    await handle.flush();
    expect(handle.stats().spans.map(({ name, count }) => [name, count])).toEqual([['checkout', 100]]);
  });
});

test('as the text that Prometheus reads', async () => {
  const running = start();
  {
    using clock = fakeClock();
    const opened = span('a "quoted"\nname\\');
    clock.tick(2);
    opened.fail(new Error('x'));
  }
  await running.flush();
  const lines = running.metrics().split('\n');
  const labels = String.raw`target="shop",name="a \"quoted\"\nname\\"`;
  expect(lines).toContain('# TYPE ttlog_span_duration_seconds histogram');
  expect(lines).toContain(`ttlog_span_duration_seconds_bucket{${labels},le="0.001"} 0`);
  expect(lines).toContain(`ttlog_span_duration_seconds_bucket{${labels},le="0.0025"} 1`);
  expect(lines).toContain(`ttlog_span_duration_seconds_bucket{${labels},le="+Inf"} 1`);
  expect(lines).toContain(`ttlog_span_duration_seconds_sum{${labels}} 0.002`);
  expect(lines).toContain(`ttlog_span_duration_seconds_count{${labels}} 1`);
  expect(lines).toContain(`ttlog_span_errors_total{${labels}} 1`);
  expect(lines).toContain('ttlog_records_lapped_total 0');
  expect(lines.at(-1)).toBe('');
  for (const line of lines.slice(0, -1))
    expect(line).toMatch(/^(# (HELP|TYPE) ttlog_\w+ .+|ttlog_\w+(\{.*\})? [\d.e+-]+)$/);
});

describe('where the recorder thread dies', () => {
  /** The thread that `init()` starts meanwhile. */
  async function startWithThread(sinks: TtlogOptions['sinks']): Promise<{ running: TtlogHandle; thread: Worker }> {
    closeRing();
    const started = once(process, 'worker') as Promise<[Worker]>;
    handle = init({ service: 'shop', sinks: sinks! });
    const [thread] = await started;
    return { running: handle, thread };
  }

  const countOf = (running: TtlogHandle, name: string): number =>
    running.stats().spans.find((row) => row.name === name)?.count ?? 0;

  test('what was counted stays, and nothing is counted twice', async () => {
    // Nothing can be written to it, so all that was read is read again by the next thread.
    const { running, thread } = await startWithThread([fileSink({ path: '/dev/full', level: 'debug' })]);
    for (let i = 0; i < 100; i++) withSpan('before', () => i);
    await vi.waitFor(() => expect(countOf(running, 'before')).toBe(100));
    await thread.terminate();
    withSpan('after', () => 1);
    await vi.waitFor(() => expect(countOf(running, 'after')).toBe(1), { timeout: 10_000 });
    expect(countOf(running, 'before')).toBe(100);
  });

  test('sinks read the same sums from the next one', async () => {
    const read: SinkMetrics[] = [];
    const sink: Sink = Object.assign(() => undefined, { metrics: (metrics: SinkMetrics) => void read.push(metrics) });
    const { running, thread } = await startWithThread([sink, fileSink({ path: '/dev/null', level: 'debug' })]);
    for (let i = 0; i < 50; i++) withSpan('work', () => i);
    await running.flush();
    await thread.terminate();
    for (let i = 0; i < 50; i++) withSpan('work', () => i);
    await running.flush();
    expect(read.map(({ spans }) => spans[0].count)).toEqual([50, 100]);
    expect(read[1].startNs).toBe(read[0].startNs);
    expect(read[1].timeNs > read[0].timeNs).toBe(true);
  });
});

describe('sinks that read metrics', () => {
  test('are called every so often, one call at a time, and what fails is told', async () => {
    closeRing();
    let calls = 0;
    const failing: Sink = Object.assign(() => undefined, {
      metricsIntervalMs: 5,
      metrics: async () => {
        calls++;
        await Promise.resolve();
        throw new Error('no metrics today');
      },
    });
    const memory = memorySink();
    handle = init({ service: 'shop', sinks: [failing, memory] });
    withSpan('work', () => 1);
    await vi.waitFor(() => expect(calls).toBeGreaterThan(2));
    await handle.flush();
    expect(memory.records.map(({ values }) => values['reason'])).toContain('no metrics today');
    expect(handle.stats().sinkErrors).toBeGreaterThan(2);
  });

  test('have what came last at shutdown()', async () => {
    closeRing();
    const read: SinkMetrics[] = [];
    const sink: Sink = Object.assign(() => undefined, { metrics: (metrics: SinkMetrics) => void read.push(metrics) });
    const running = init({ service: 'shop', sinks: [sink] });
    withSpan('work', () => 1);
    await running.shutdown();
    expect(read.at(-1)?.spans.map(({ name, count }) => [name, count])).toEqual([['work', 1]]);
  });

  test.each([{ metrics: 1 }, { metricsIntervalMs: 0 }, { metricsIntervalMs: '1s' }])('%o is no option', (wrong) => {
    const sink = Object.assign(() => undefined, wrong) as never;
    expect(() => init({ sinks: [sink] })).toThrow(/^Expected a sink's metrics/);
  });
});

describe('the table', () => {
  test('is bounded, and a second writer goes on where the first one ended', () => {
    const memory = new SharedArrayBuffer(SPAN_TABLE_BYTES);
    const first = new SpanTable(memory);
    for (let i = 0; i < 5000; i++) first.add(first.rowOf('shop', `order ${i}`), 1, false);
    const second = new SpanTable(memory);
    second.add(second.rowOf('shop', 'order 7'), 1, true);
    second.add(second.rowOf('shop', 'order 4999'), 1, false);
    const rows = second.read();
    expect(rows).toHaveLength(1024);
    expect(rows[7]).toMatchObject({ target: 'shop', name: 'order 7', count: 2, errors: 1 });
    expect(rows.at(-1)).toMatchObject({ target: '', name: '(others)', count: 5000 - 1023 + 1 });
  });

  test('cuts names that are long, whatever they consist of', () => {
    const table = new SpanTable(new SharedArrayBuffer(SPAN_TABLE_BYTES));
    table.add(table.rowOf('€'.repeat(5000), '😀'.repeat(5000)), 1, false);
    table.add(table.rowOf('€'.repeat(4000), '😀'.repeat(4000)), 1, false);
    expect(table.read().map(({ target, name, count }) => [target.length, name.length, count])).toEqual([[128, 128, 2]]);
  });
});
