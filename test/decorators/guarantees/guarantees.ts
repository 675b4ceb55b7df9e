// What an instrumented method promises, whatever its kind. Each guarantee compares the method with its bare twin, or looks into the ring.
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'vitest';
import { currentSpan, info, setRecord, withSpan } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { ownFields, recorded, until } from '../../support/recorded.js';
import type { Kind, Probe } from './kind.js';
import { bare, instrumented } from './kind.js';

export interface Guarantee {
  readonly name: string;
  /** Whether a method of this kind can have it at all. */
  readonly appliesTo: (kind: Kind) => boolean;
  readonly prove: (kind: Kind) => void | Promise<void>;
}

const nothing = (): void => {};
const RESULT = Object.freeze({ total: 42 });

function probeOf(probe: Partial<Probe>): Probe {
  return { begin: nothing, later: nothing, end: () => RESULT, ...probe };
}

type Outcome = { value: unknown } | { thrown: unknown; atOnce: boolean };

/** What calling a method of this kind comes to. */
async function outcomeOf(kind: Kind, decorate: typeof bare, probe: Partial<Probe>): Promise<Outcome> {
  const subject = kind.make(decorate);
  let use: (between: () => void) => unknown;
  try {
    ({ use } = subject.invoke(probeOf(probe)));
  } catch (thrown) {
    return { thrown, atOnce: true };
  }
  try {
    return { value: await use(nothing) };
  } catch (thrown) {
    return { thrown, atOnce: false };
  }
}

/** Until everything that was started has run. */
async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await turn();
}

const framesOf = ({ stack = '' }: Error): number => stack.split('\n').filter((line) => /^\s+at /.test(line)).length;

const whole = (kind: Kind): boolean => kind.hasBody;

export const guarantees: readonly Guarantee[] = [
  {
    name: 'this and arguments',
    appliesTo: whole,
    async prove(kind) {
      for (const decorate of [bare, instrumented]) {
        const subject = kind.make(decorate);
        const seen: unknown[] = [];
        const { use } = subject.invoke(probeOf({ begin: (self, args) => seen.push(self, args) }));
        await use(nothing);
        expect(seen).toEqual([subject.self, subject.seenArgs]);
        expect(seen[0]).toBe(subject.self);
      }
    },
  },
  {
    name: 'the same result',
    appliesTo: () => true,
    async prove(kind) {
      const expected = (await outcomeOf(kind, bare, {})) as { value: unknown };
      const got = (await outcomeOf(kind, instrumented, {})) as { value: unknown };
      expect(Object.keys(got)).toEqual(['value']);
      expect(got.value).toBe(expected.value);
      const [plain, spanned] = [bare, instrumented].map((decorate) => kind.make(decorate).invoke(probeOf({})));
      expect(typeof spanned.returned).toBe(typeof plain.returned);
      if (typeof plain.returned === 'object' && plain.returned !== null) {
        expect(spanned.returned?.constructor?.name).toBe(plain.returned.constructor.name);
      }
      await Promise.all([plain.use(nothing), spanned.use(nothing)]);
    },
  },
  {
    name: 'the same error',
    appliesTo: whole,
    async prove(kind) {
      const reasons = [
        new Error('no'),
        Object.freeze(new Error('frozen')),
        null,
        undefined,
        'text',
        0,
        Symbol('s'),
        {},
      ];
      for (const reason of reasons) {
        const end = (): never => {
          throw reason;
        };
        const expected = await outcomeOf(kind, bare, { end });
        const got = await outcomeOf(kind, instrumented, { end });
        expect(got).toEqual(expected);
        expect(currentSpan()).toBeUndefined();
        if ('thrown' in got) expect(got.thrown).toBe(reason);
      }
    },
  },
  {
    name: 'name, length, kind',
    appliesTo: (kind) => kind.make(bare).functions.length > 0,
    prove(kind) {
      const [plain, spanned] = [kind.make(bare), kind.make(instrumented)];
      const shape = (fn: object): unknown => {
        const { name, length } = fn as { name: string; length: number };
        const own = Reflect.ownKeys(fn).map(String).sort();
        return { name, length, own, tag: Object.prototype.toString.call(fn), prototype: 'prototype' in fn };
      };
      expect(spanned.functions.map(shape)).toEqual(plain.functions.map(shape));
      const { enumerable, configurable, writable } = plain.descriptor!;
      expect(spanned.descriptor).toMatchObject({
        enumerable,
        configurable,
        ...(writable !== undefined && { writable }),
      });
      for (const [i, fn] of spanned.functions.entries()) {
        expect(fn).not.toBe(plain.functions[i]);
        if (!('prototype' in fn)) expect(() => Reflect.construct(fn as () => void, [])).toThrow(TypeError);
      }
    },
  },
  {
    name: 'metadata',
    appliesTo: (kind) => kind.hasBody && kind.make(bare).functions.length > 0,
    prove(kind) {
      for (const fn of kind.make(instrumented).functions) {
        expect(new Set(Reflect.getMetadataKeys(fn))).toEqual(new Set(['above', 'below']));
        expect(fn).toHaveProperty('above', 'property');
        expect(fn).toHaveProperty('below', 'property');
      }
    },
  },
  {
    name: 'the body is inside',
    appliesTo: whole,
    async prove(kind) {
      const names: unknown[] = [];
      const look = (message: string): void => {
        names.push(currentSpan()?.name);
        info(message);
      };
      const end = (): unknown => {
        look('end');
        return RESULT;
      };
      await outcomeOf(kind, instrumented, { begin: () => look('begin'), end });
      await settled();
      expect(names).toEqual([kind.span, kind.span]);
      const { span, event } = recorded();
      expect([event('begin').spanId, event('end').spanId]).toEqual([span(kind.span).spanId, span(kind.span).spanId]);
    },
  },
  {
    name: 'what goes on later is inside',
    appliesTo: whole,
    async prove(kind) {
      let name: unknown;
      const later = (): void => {
        name = currentSpan()?.name;
        info('later');
      };
      await withSpan('somebody else', () => outcomeOf(kind, instrumented, { later }));
      await settled();
      expect(name).toBe(kind.span);
      expect(recorded().event('later').spanId).toBe(recorded().span(kind.span).spanId);
    },
  },
  {
    name: 'the caller is outside',
    appliesTo: () => true,
    async prove(kind) {
      const subject = kind.make(instrumented);
      await withSpan('caller', async (caller) => {
        const { use } = subject.invoke(probeOf({}));
        expect(currentSpan()).toBe(caller);
        await use(() => expect(currentSpan()).toBe(caller));
        expect(currentSpan()).toBe(caller);
      });
      expect(currentSpan()).toBeUndefined();
      expect(recorded().span(kind.span).parentSpanId).toBe(recorded().span('caller').spanId);
    },
  },
  {
    name: 'ends when it is over',
    appliesTo: () => true,
    async prove(kind) {
      const subject = kind.make(instrumented);
      const open = (): string[] => recorded().open.map(({ message }) => message);
      const { use } = subject.invoke(probeOf({}));
      expect(open()).toEqual(kind.isLater ? [kind.span] : []);
      await use(nothing);
      await settled();
      expect(open()).toEqual([]);
      const { spans } = recorded();
      expect(spans).toHaveLength(1);
      expect(spans[0]).toMatchObject({ message: kind.span, outcome: 'ok', level: 1 });
      expect(spans[0].durationNs).toBeGreaterThan(0);
    },
  },
  {
    name: 'an error fails it',
    appliesTo: whole,
    async prove(kind) {
      const end = (): never => {
        throw new RangeError('no');
      };
      await outcomeOf(kind, instrumented, { end });
      await settled();
      const { spans } = recorded();
      expect(spans).toHaveLength(1);
      expect(spans[0]).toMatchObject({ outcome: 'error', level: 4 });
      expect(ownFields(spans[0])['err']).toMatchObject({ type: 'RangeError', message: 'no' });
    },
  },
  {
    name: 'recursion',
    appliesTo: whole,
    async prove(kind) {
      let depth = 0;
      let inner: Promise<unknown> | undefined;
      const subject = kind.make(instrumented);
      const begin = (): void => {
        if (++depth <= 3) inner = Promise.resolve(subject.invoke(probeOf({ begin })).use(nothing));
      };
      await subject.invoke(probeOf({ begin })).use(nothing);
      await inner;
      await until(() => recorded().spans.length === recorded().starts.length);
      const { starts } = recorded();
      expect(starts).toHaveLength(4);
      for (let i = 1; i < starts.length; i++) expect(starts[i].parentSpanId).toBe(starts[i - 1].spanId);
    },
  },
  {
    name: 'many at once',
    appliesTo: whole,
    async prove(kind) {
      const seen: [caller: string, spanId: unknown][] = [];
      const one = async (i: number): Promise<void> => {
        const ids: unknown[] = [];
        const look = (): void => void ids.push(currentSpan()?.spanId);
        const end = (): unknown => {
          look();
          return RESULT;
        };
        await withSpan(`caller ${i}`, async (caller) => {
          const { use } = kind.make(instrumented).invoke(probeOf({ begin: look, later: look, end }));
          await use(nothing);
          await turn();
          expect(ids).toEqual([ids[0], ids[0], ids[0]]);
          expect(currentSpan()).toBe(caller);
          seen.push([`caller ${i}`, ids[0]]);
        });
      };
      await Promise.all(Array.from({ length: 50 }, (_, i) => one(i)));
      const { spans, span } = recorded();
      const own = spans.filter(({ message }) => message === kind.span);
      expect(own).toHaveLength(50);
      const parents = new Map(own.map(({ spanId, parentSpanId }) => [spanId, parentSpanId]));
      for (const [caller, id] of seen) expect(parents.get(id as string)).toBe(span(caller).spanId);
    },
  },
  {
    name: 'one stack frame',
    appliesTo: whole,
    async prove(kind) {
      const limit = Error.stackTraceLimit;
      Error.stackTraceLimit = 100;
      try {
        const counts: number[] = [];
        const begin = (): void => void counts.push(framesOf(new Error('where')));
        for (const subject of [kind.make(bare), kind.make(instrumented)]) {
          await turn();
          await subject.invoke(probeOf({ begin })).use(nothing);
        }
        expect(counts[1] - counts[0]).toBe(1);
      } finally {
        Error.stackTraceLimit = limit;
      }
    },
  },
  {
    name: 'unhandled rejections',
    appliesTo: ({ isPromise }) => isPromise,
    async prove(kind) {
      const reason = new Error('nobody cares');
      const seen: unknown[] = [];
      const listeners = process.listeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection');
      process.on('unhandledRejection', (one) => seen.push(one));
      const end = (): never => {
        throw reason;
      };
      try {
        kind.make(instrumented).invoke(probeOf({ end }));
        await until(() => seen.length > 0);
        await settled();
        expect(seen).toEqual([reason]);
        const { returned } = kind.make(instrumented).invoke(probeOf({ end }));
        await (returned as Promise<unknown>).catch(nothing);
        await settled();
        expect(seen).toEqual([reason]);
      } finally {
        process.removeAllListeners('unhandledRejection');
        for (const listener of listeners) process.on('unhandledRejection', listener);
      }
    },
  },
  {
    name: 'one microtask',
    appliesTo: ({ isPromise }) => isPromise,
    async prove(kind) {
      // From the end of the body to the caller.
      const ticks = async (decorate: typeof bare): Promise<number> => {
        let count = 0;
        let counting: Promise<void> | undefined;
        let over = false;
        const isOver = (): boolean => over;
        const end = (): unknown => {
          counting = (async () => {
            while (!isOver() && count++ < 20) await Promise.resolve();
          })();
          return RESULT;
        };
        const { returned } = kind.make(decorate).invoke(probeOf({ end }));
        await (returned as Promise<unknown>).then(() => (over = true));
        await counting;
        return count;
      };
      const [plain, spanned] = [await ticks(bare), await ticks(instrumented)];
      expect(spanned - plain).toBeLessThanOrEqual(1);
      expect(spanned).toBeLessThan(20);
    },
  },
  {
    name: 'bare below what is recorded',
    appliesTo: () => true,
    async prove(kind) {
      setRecord('info');
      try {
        const expected = await outcomeOf(kind, bare, {});
        await expect(outcomeOf(kind, instrumented, {})).resolves.toEqual(expected);
        await settled();
        expect(recorded().records).toEqual([]);
      } finally {
        setRecord('trace');
      }
    },
  },
  {
    name: 'bare in a trace that is not sampled',
    appliesTo: () => true,
    async prove(kind) {
      class Unsampled {
        @Instrument({ sample: 0 })
        run<R>(work: () => R): R {
          return work();
        }
      }
      const expected = await outcomeOf(kind, bare, {});
      const probe = { begin: () => info('inside') };
      await expect(new Unsampled().run(() => outcomeOf(kind, instrumented, probe))).resolves.toEqual(expected);
      await settled();
      const { spans, starts, events } = recorded();
      expect([spans, starts]).toEqual([[], []]);
      expect(events.map(({ spanId }) => spanId)).toEqual(kind.hasBody ? [undefined] : []);
    },
  },
];
