// The instrumented method takes the place of the bare one, and nobody can tell.
import 'reflect-metadata';
import { beforeEach, describe, expect, test } from 'vitest';
import { Instrument } from 'ttlog/decorators';
import { recorded, startRecording } from '../support/recorded.js';

beforeEach(startRecording);

class Bare {
  base = 1;
  sync(a: number, b = 2, ...rest: number[]): number {
    return this.base + a + b + rest.length;
  }
  async later(a: number): Promise<number> {
    return a;
  }
  *items(): Generator<number> {
    yield 1;
  }
  async *rows(): AsyncGenerator<number> {
    yield 1;
  }
  fail(): never {
    throw new Error('no');
  }
  arguments(..._all: unknown[]): unknown {
    return _all;
  }
}

class Spanned {
  base = 1;
  @Instrument()
  sync(a: number, b = 2, ...rest: number[]): number {
    return this.base + a + b + rest.length;
  }
  @Instrument()
  async later(a: number): Promise<number> {
    return a;
  }
  @Instrument()
  *items(): Generator<number> {
    yield 1;
  }
  @Instrument()
  async *rows(): AsyncGenerator<number> {
    yield 1;
  }
  @Instrument()
  fail(): never {
    throw new Error('no');
  }
  @Instrument()
  arguments(..._all: unknown[]): unknown {
    return _all;
  }
}

const names = ['sync', 'later', 'items', 'rows', 'fail'] as const;

describe('the wrapper', () => {
  test.each(names)('%s: name, length, kind, prototype, property', (name) => {
    const bare = Object.getOwnPropertyDescriptor(Bare.prototype, name)!;
    const spanned = Object.getOwnPropertyDescriptor(Spanned.prototype, name)!;
    const shape = ({ value, ...property }: PropertyDescriptor): unknown => {
      const fn = value as { name: string; length: number };
      const own = Reflect.ownKeys(fn).sort((a, b) => String(a).localeCompare(String(b)));
      return { ...property, own, name: fn.name, length: fn.length, kind: Object.prototype.toString.call(fn) };
    };
    expect(shape(spanned)).toEqual(shape(bare));
  });

  test('cannot be called with new, as no method can', () => {
    const method = Spanned.prototype.sync as unknown as new () => unknown;
    expect(() => new method()).toThrow(TypeError);
  });

  test('this and arguments', () => {
    const one = new Spanned();
    one.base = 10;
    expect(one.sync(1)).toBe(13);
    expect(one.sync(1, 1, 1, 1)).toBe(14);
    expect(Spanned.prototype.sync.call({ base: 100 } as Spanned, 1, 1)).toBe(102);
    expect(one.arguments()).toEqual([]);
    expect(one.arguments(undefined, 1, null)).toEqual([undefined, 1, null]);
    expect(new Set(recorded().spans.map(({ message }) => message))).toEqual(
      new Set(['Spanned.sync', 'Spanned.arguments']),
    );
  });

  test('own properties of the function', () => {
    const tag = Symbol('tag');
    const mark = (home: object, key: string): void => {
      Object.assign((home as Record<string, object>)[key], { [tag]: 1, handler: 2 });
    };
    class Tagged {
      run(): number {
        return 1;
      }
    }
    mark(Tagged.prototype, 'run');
    Instrument()(Tagged);
    const run = Tagged.prototype.run as unknown as Record<PropertyKey, unknown>;
    expect([run[tag], run['handler'], new Tagged().run()]).toEqual([1, 2, 1]);
    expect(recorded().spans).toHaveLength(1);
  });

  test('adds one stack frame', () => {
    const frames = (run: () => unknown): string[] => {
      try {
        run();
      } catch (error) {
        return (error as Error).stack!.split('\n').filter((line) => /^\s+at /.test(line));
      }
      return [];
    };
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 100;
    const bare = frames(() => new Bare().fail());
    const spanned = frames(() => new Spanned().fail());
    Error.stackTraceLimit = limit;
    expect(spanned.length - bare.length).toBe(1);
    expect(spanned[0]).toContain('instrument-identity.test.ts');
    expect(spanned[1]).toContain('wrap.ts');
  });

  test('the error is the same value, and its stack is that of the throw', () => {
    expect(() => new Spanned().fail()).toThrow(new Error('no'));
    expect(recorded().span('Spanned.fail').outcome).toBe('error');
  });

  test('Reflect metadata of the function', () => {
    class Routed {
      run(): number {
        return 1;
      }
    }
    const { prototype } = Routed;
    const handler = (): object => (prototype as unknown as Record<'run', object>).run;
    Reflect.defineMetadata('path', '/run', handler());
    Reflect.defineMetadata('member', 1, prototype, 'run');
    const before = handler();
    Instrument()(Routed);
    expect(handler()).not.toBe(before);
    expect(Reflect.getMetadata('path', handler())).toBe('/run');
    expect(Reflect.getMetadata('member', prototype, 'run')).toBe(1);
    Reflect.defineMetadata('later', 2, handler());
    expect(Reflect.getMetadataKeys(handler())).toEqual(['path', 'later']);
  });
});
