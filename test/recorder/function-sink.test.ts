import { describe, expect, it, vi } from 'vitest';
import type { LogRecord, Sink } from 'ttlog';
import { debug, getLogger, info, span, trace, TtlogError, warn } from 'ttlog';
import { memorySink } from 'ttlog/sinks';
import { start } from '../support/running.js';

const messages = (records: readonly LogRecord[]): string[] => records.map(({ message }) => message);

/** A sink that takes a batch and then waits to be let go. */
function gatedSink() {
  const batches: LogRecord[][] = [];
  let release: () => void = () => undefined;
  const sink: Sink = async (batch) => {
    batches.push(batch);
    await new Promise<void>((resolve) => (release = resolve));
  };
  return { sink, batches, release: () => release() };
}

describe('a function as a sink', () => {
  it('gets what was recorded before init(), and what comes', async () => {
    info('Early');
    const memory = memorySink();
    const handle = start({ sinks: [memory] });
    info('Late');
    await handle.flush();
    expect(messages(memory.records)).toEqual(['Early', 'Late']);
  });

  it('gets records by itself, without flush()', async () => {
    const memory = memorySink();
    start({ sinks: [memory] });
    info('One');
    await vi.waitFor(() => expect(memory.records).toHaveLength(1));
    info('Two');
    await vi.waitFor(() => expect(memory.records).toHaveLength(2));
  });

  it('is woken after a quiet time', async () => {
    const memory = memorySink();
    start({ sinks: [memory] });
    const control = (globalThis as unknown as Record<symbol, { control: Int32Array }>)[Symbol.for('ttlog.core/1')]
      .control;
    await vi.waitFor(() => expect(control[1] & 2).toBe(2), { timeout: 3000 });
    info('Hello');
    await vi.waitFor(() => expect(memory.records).toHaveLength(1));
  });

  it('gets what the filter lets through; with a level of its own everything from that level on', async () => {
    const filtered = memorySink();
    const all = memorySink({ level: 'trace' });
    const loud = memorySink({ level: 'error' });
    const handle = start({ level: 'warn,db=debug', sinks: [filtered, all, loud] });
    trace('a');
    info('b');
    warn('c');
    getLogger('db').debug('d');
    span('e').end();
    await handle.flush();
    expect(messages(filtered.records)).toEqual(['c', 'd']);
    expect(messages(all.records)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(loud.records).toEqual([]);
  });

  it('gets one record of a span, at its end', async () => {
    const memory = memorySink({ level: 'trace' });
    const handle = start({ sinks: [memory] });
    const work = span('work', { a: 1 });
    work.run(() => debug('Inside'));
    work.end();
    await handle.flush();
    expect(memory.records.map(({ kind, message }) => [kind, message])).toEqual([
      ['event', 'Inside'],
      ['span', 'work'],
    ]);
    expect(memory.records[1]).toMatchObject({ outcome: 'ok', name: 'work', values: { a: 1, outcome: 'ok' } });
  });

  it('gets batches of at most channelCapacity', async () => {
    const sizes: number[] = [];
    const handle = start({ channelCapacity: 16, sinks: [(batch) => void sizes.push(batch.length)] });
    for (let i = 0; i < 100; i++) info('Step', { i });
    await handle.flush();
    expect(Math.max(...sizes)).toBeLessThanOrEqual(16);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(100);
  });

  it('that returns a promise gets the next batch when it has settled; the others do not wait', async () => {
    const memory = memorySink();
    const { sink, batches, release } = gatedSink();
    const handle = start({ sinks: [sink, memory] });
    info('One');
    await vi.waitFor(() => expect(batches).toHaveLength(1));
    info('Two');
    info('Three');
    await vi.waitFor(() => expect(memory.records).toHaveLength(3));
    expect(batches).toHaveLength(1);
    const flushed = handle.flush();
    release();
    await vi.waitFor(() => expect(batches).toHaveLength(2));
    expect(messages(batches[1])).toEqual(['Two', 'Three']);
    release();
    await flushed;
  });

  it('that throws or rejects hurts nobody, is counted, and is told about once a burst', async () => {
    const memory = memorySink();
    let healthy = false;
    const throwing: Sink = () => {
      if (!healthy) throw new Error('no connection');
    };
    const handle = start({ sinks: [throwing, memory, async () => Promise.reject(new Error('refused'))] });
    for (const message of ['One', 'Two', 'Three']) {
      info(message);
      await handle.flush();
    }
    const told = memory.records.filter(({ meta }) => meta);
    expect(messages(memory.records.filter(({ meta }) => !meta))).toEqual(['One', 'Two', 'Three']);
    expect(told.map(({ values }) => values)).toEqual([
      { sink: 'throwing', reason: 'no connection' },
      { sink: 'a sink function', reason: 'refused' },
    ]);
    expect(told[0]).toMatchObject({ level: 4, target: 'ttlog', message: 'A sink failed' });
    expect(handle.stats().sinkErrors).toBeGreaterThanOrEqual(6);

    healthy = true;
    info('Four');
    await handle.flush();
    healthy = false;
    info('Five');
    await handle.flush();
    expect(memory.records.filter(({ values }) => values['sink'] === 'throwing')).toHaveLength(2);
  });

  it('may log, flush and throw in any order without ending up in itself', async () => {
    let calls = 0;
    const handle = start({
      sinks: [
        (batch) => {
          calls++;
          if (batch.some(({ message }) => message === 'Outer')) info('Inner');
          handle.flushSync();
        },
      ],
    });
    info('Outer');
    await handle.flush();
    await handle.flush();
    expect(calls).toBe(2);
  });

  it('is flushed and disposed of', async () => {
    const calls: string[] = [];
    const sink = Object.assign((batch: LogRecord[]) => void calls.push(`batch of ${batch.length}`), {
      flush: () => void calls.push('flush'),
      [Symbol.asyncDispose]: async () => void calls.push('dispose'),
    });
    const handle = start({ sinks: [sink] });
    info('One');
    await handle.flush();
    expect(calls).toEqual(['batch of 1', 'flush']);
    await handle.shutdown();
    expect(calls.at(-1)).toBe('dispose');
    expect(calls.filter((call) => call === 'dispose')).toHaveLength(1);
  });

  it('keeps up with a burst that is larger than the ring: the writer waits, nothing is lost', async () => {
    const memory = memorySink();
    const handle = start({ capacity: 1024, sinks: [memory] });
    for (let i = 0; i < 20_000; i++) info('Step', { i });
    await handle.flush();
    expect(memory.records.map(({ values }) => values['i'])).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
    expect(handle.stats()).toMatchObject({ delivered: 20_000, lapped: 0, dropped: 0 });
  });

  it("with overflow 'drop' loses the oldest, and says exactly how many", async () => {
    const memory = memorySink();
    const handle = start({ capacity: 1024, overflow: 'drop', sinks: [memory] });
    for (let i = 0; i < 20_000; i++) info('Step', { i });
    await handle.flush();
    const [told, ...others] = memory.records.filter(({ meta }) => meta);
    const steps = memory.records.filter(({ meta }) => !meta);
    expect(others).toEqual([]);
    expect(told).toMatchObject({ level: 3, message: 'Records were overwritten before they could be delivered' });
    expect(told.values).toEqual({ lost: 20_000 - steps.length, thread_id: 0 });
    expect(steps.at(-1)!.values).toEqual({ i: 19_999 });
  });

  it('never hears of records that nobody wanted', async () => {
    const memory = memorySink();
    const handle = start({ capacity: 1024, sinks: [memory] });
    for (let i = 0; i < 20_000; i++) trace('Step', { i });
    info('Last');
    await handle.flush();
    expect(messages(memory.records)).toEqual(['Last']);
    expect(handle.stats().lapped).toBeGreaterThan(0);
  });

  it.each([
    ['a word', 'console', /Expected a sink to be a function or \{ module, options \}, got "console"/],
    ['an object', {}, /Expected a sink to be .* got an object/],
    ['a level that is none', Object.assign(() => undefined, { level: 'loud' }), /Expected a sink's level/],
  ])('that is %s is refused', (_name, sink, message) => {
    expect(() => start({ sinks: [sink as never] })).toThrow(TtlogError);
    expect(() => start({ sinks: [sink as never] })).toThrow(message);
  });
});
