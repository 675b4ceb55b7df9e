import { describe, expect, it } from 'vitest';
import * as L from '../../src/core/layout.js';
import { info } from '../../src/core/log.js';
import { state } from '../../src/core/state.js';
import { FunctionOutlet } from '../../src/recorder/function-outlet.js';
import type { LogRecord } from '../../src/recorder/record.js';
import { Recorder } from '../../src/recorder/recorder.js';
import { freshRing } from '../support/recording.js';

const control = new Int32Array(new SharedArrayBuffer(L.CONTROL_BYTES));

function recorderInto(records: LogRecord[]): Recorder {
  const recorder = new Recorder({
    reader: L.READER_LOCAL,
    service: 'shop',
    batchRecords: 100,
    stallTimeoutMs: 250,
    control,
  });
  const sink = (batch: LogRecord[]): void => void records.push(...batch);
  recorder.addOutlet(new FunctionOutlet(sink, undefined, recorder.host));
  return recorder;
}

describe('a recorder', () => {
  it('merges the rings of several threads by time', () => {
    const records: LogRecord[] = [];
    const recorder = recorderInto(records);
    const rings = [freshRing(), freshRing(), freshRing()];
    for (const ring of rings) recorder.addRing(ring.buffer, undefined);
    for (let i = 0; i < 900; i++) {
      state.ring = rings[(i * 7) % 3];
      // A callsite of each thread's own: its number is that of its ring's dictionary.
      info(`Step of ${(i * 7) % 3}`, { i });
    }
    expect(recorder.drain()).toBe(true);
    expect(records.map(({ values }) => values['i'])).toEqual(Array.from({ length: 900 }, (_, i) => i));
  });

  it('lets go of a ring whose thread has ended, after its last record', () => {
    const records: LogRecord[] = [];
    const recorder = recorderInto(records);
    const ring = freshRing();
    recorder.addRing(ring.buffer, undefined);
    info('Last');
    Atomics.store(ring.i32, L.CLOSED_I32, 1);
    recorder.drain();
    expect(records.map(({ message }) => message)).toEqual(['Last']);
    expect(ring.i32[L.READER_I32 + L.READER_LOCAL * L.READER_STRIDE_I32 + L.READER_ATTACHED]).toBe(0);
    expect(recorder.isBehind).toBe(false);
  });

  it('tells the writer how far it has got', () => {
    const recorder = recorderInto([]);
    const ring = freshRing();
    recorder.addRing(ring.buffer, undefined);
    const delivered = (): number => ring.i32[L.READER_I32 + L.READER_LOCAL * L.READER_STRIDE_I32 + L.READER_DELIVERED];
    info('One');
    expect(delivered()).toBeLessThan(ring.i32[L.PUBLISHED_I32]);
    recorder.drain();
    expect(delivered()).toBe(ring.i32[L.PUBLISHED_I32]);
  });

  it('tells of records that make no sense', () => {
    const records: LogRecord[] = [];
    const recorder = recorderInto(records);
    const ring = freshRing();
    recorder.addRing(ring.buffer, undefined);
    info('Fine');
    ring.u32[ring.at >> 2] = 4 | (L.KIND_EVENT << 16) | ((2 | L.FLAG_DELIVER) << 24);
    ring.u32[(ring.at >> 2) + 1] = 999;
    ring.at += 32;
    ring.records++;
    info('Fine');
    recorder.drain();
    recorder.drain();
    expect(records.map(({ message }) => message)).toEqual(['Fine', 'Fine', 'Records could not be read']);
    expect(records[2].values).toEqual({ lost: 1, thread_id: 0 });
  });

  it('tells of records that could not be written', () => {
    const records: LogRecord[] = [];
    const recorder = recorderInto(records);
    const ring = freshRing();
    recorder.addRing(ring.buffer, undefined);
    ring.f64[L.DROPPED_F64] = 3;
    recorder.drain();
    recorder.drain();
    expect(records).toMatchObject([{ meta: true, level: 3, target: 'ttlog', values: { lost: 3, thread_id: 0 } }]);
  });
});
