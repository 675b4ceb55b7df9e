// Work that reschedules itself from inside of itself: it keeps a bounded part of what was around it, and loses nothing that it is to see.
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { context, createContextKey, trace } from '@opentelemetry/api';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { expect, test } from 'vitest';
import { currentContext, currentSpan, span, withContext, withSpan } from 'ttlog';
import { followOpenTelemetry } from 'ttlog/opentelemetry';
import { runningScope } from '../../../src/context/scope-store.js';
import { atTheEnd, enable } from './support.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const KEY = createContextKey('round');
const ROUNDS = 600;

type Enter = (round: number, then: () => void) => void;

/** Enters scope after scope, each from inside of the one before; says how many of them are still there at the end, and what is seen in the last. */
async function reschedule<T>(enter: Enter, look: () => T): Promise<{ kept: number; seen: T }> {
  const entered: WeakRef<object>[] = [];
  const last = await new Promise<() => { kept: number; seen: T }>((resolve) => {
    const tick = (round: number): void =>
      enter(round, () => {
        entered.push(new WeakRef(runningScope()!));
        setImmediate(() => {
          if (round < ROUNDS) tick(round + 1);
          else
            resolve(bound(() => ({ kept: entered.filter((ref) => ref.deref() !== undefined).length, seen: look() })));
        });
      });
    tick(1);
  });
  // What a WeakRef has been asked for stays until the end of a turn.
  await turn();
  await turn();
  collectGarbage();
  return last();
}

/** Runs where it was made, which keeps that alive. */
function bound<T>(fn: () => T): () => T {
  const made = context.active();
  return () => context.with(made, fn);
}

const inValue: Enter = (round, then) => context.with(context.active().setValue(KEY, round), then);
const look = () => [context.active().getValue(KEY), currentContext()['request_id']];

test.each<[string, Enter]>([
  ['spans of ttlog', (round, then) => withSpan('tick', () => inValue(round, then))],
  ['contexts of ttlog', (round, then) => withContext({ round }, () => inValue(round, then))],
  [
    'both',
    (round, then) =>
      withContext({ round }, () => withSpan('tick', () => inValue(round, () => withSpan('inner', then)))),
  ],
  [
    'spans of OpenTelemetry',
    (round, then) =>
      trace.getTracer('library').startActiveSpan('tick', (tick) => {
        inValue(round, then);
        tick.end();
      }),
  ],
])('%s', async (_what, enter) => {
  enable();
  const { kept, seen } = await withContext({ request_id: 'r-1' }, () => reschedule(enter, look));
  expect(seen).toEqual([ROUNDS, 'r-1']);
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(ROUNDS / 2);
});

test('a trace that is not sampled', async () => {
  enable();
  const enter: Enter = (round, then) =>
    trace.getTracer('library').startActiveSpan('tick', (tick) => {
      inValue(round, then);
      tick.end();
    });
  const traceOf = () => trace.getActiveSpan()?.spanContext().traceId;
  const result = span('root', undefined, { sample: 0 }).run(async () => {
    const before = traceOf();
    return { before, ...(await reschedule(enter, traceOf)) };
  });
  const { before, kept, seen } = await result;
  expect(seen).toBe(before);
  expect(kept).toBeLessThan(ROUNDS / 2);
});

test('following an SDK', async () => {
  const provider = new NodeTracerProvider();
  provider.register();
  const following = followOpenTelemetry();
  atTheEnd(() => {
    following[Symbol.dispose]();
    return provider.shutdown();
  });
  const enter: Enter = (_round, then) =>
    trace.getTracer('sdk').startActiveSpan('theirs', (theirs) => {
      withSpan('ours', then);
      theirs.end();
    });
  const { kept } = await withContext({ request_id: 'r-1' }, () =>
    reschedule(enter, () => [currentSpan()?.name, currentContext()['request_id']]),
  );
  expect(kept).toBeLessThan(ROUNDS / 2);
});
