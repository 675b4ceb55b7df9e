// What compiles and what does not, under both kinds of decorators. The assertions are made by tsc; the test runs the same code.
import { expect, expectTypeOf, test } from 'vitest';
import type { InstrumentOptions } from 'ttlog/decorators';
import { Instrument } from 'ttlog/decorators';

interface Order {
  readonly id: number;
}

/** One decorator for several methods: the types of its functions are written down. */
const shared = Instrument({
  fields: (order: Order) => ({ order_id: order.id }),
  ret: (text: string) => ({ length: text.length }),
});

class Shop {
  region = 'eu';

  @Instrument({
    fields(order, express) {
      expectTypeOf(this).toEqualTypeOf<Shop>();
      expectTypeOf(order).toEqualTypeOf<Order>();
      expectTypeOf(express).toEqualTypeOf<boolean>();
      return { order_id: order.id, region: this.region, express };
    },
    ret: (total) => ({ total: total.toFixed(2) }),
  })
  place(order: Order, express: boolean): number {
    return order.id + Number(express);
  }

  @Instrument({ fields: (order) => ({ order_id: order.id }), ret: (text) => ({ length: text.length }) })
  async later(order: Order): Promise<string> {
    return `order ${order.id}`;
  }

  @Instrument({ fields: (order: Order) => ({ order_id: order.id }) })
  annotated(order: Order, _express: boolean): number {
    return order.id;
  }

  @Instrument({ fields: (text) => ({ length: text.length }) })
  static parse(text: string): number {
    return text.length;
  }

  @Instrument({ ret: true })
  generic<T>(value: T): T {
    return value;
  }

  @Instrument()
  async genericLater<T extends object>(value: T, key: keyof T): Promise<T | undefined> {
    return key in value ? value : undefined;
  }

  overloaded(value: string): string;
  overloaded(value: number, digits?: number): number;
  @Instrument()
  overloaded(value: string | number): string | number {
    return value;
  }

  @Instrument()
  optional(first?: number, second = 2, ...rest: string[]): void {
    void [first, second, rest];
  }

  @Instrument()
  either(now: boolean): number | Promise<number> {
    return now ? 1 : Promise.resolve(1);
  }

  @Instrument({
    ret(result) {
      expectTypeOf(result).toEqualTypeOf<number | string | undefined>();
      return { result };
    },
  })
  mixed(kind: number): Promise<number> | string | undefined {
    return kind === 0 ? undefined : kind === 1 ? 'text' : Promise.resolve(kind);
  }

  @Instrument()
  perhaps(now: boolean): Promise<Order> | undefined {
    return now ? Promise.resolve({ id: 1 }) : undefined;
  }

  @Instrument()
  async union(now: boolean): Promise<Order | string | null> {
    return now ? { id: 1 } : null;
  }

  @shared
  first(order: Order): string {
    return `${order.id}`;
  }

  @shared
  async second(order: Order, _express: boolean): Promise<string> {
    return `${order.id}`;
  }

  // @ts-expect-error -- the shared decorator takes an order
  @shared
  third(id: number): string {
    return `${id}`;
  }

  // @ts-expect-error -- the shared decorator takes a text
  @shared
  fourth(order: Order): number {
    return order.id;
  }

  @Instrument()
  chained(): this {
    return this;
  }

  @Instrument()
  never(): never {
    throw new Error('never');
  }

  @Instrument()
  anything(value: any): any {
    return value;
  }

  @Instrument()
  thenable(): PromiseLike<number> {
    return Promise.resolve(1);
  }

  @Instrument()
  withThis(this: Shop, count: number): number {
    return count + this.region.length;
  }

  @Instrument()
  async nothing(): Promise<void> {}

  @Instrument({ fields: (count) => ({ count: count + 1 }) })
  *generator(count: number): Generator<number, string, boolean> {
    yield count;
    return 'end';
  }

  @Instrument({
    ret(end) {
      expectTypeOf(end).toEqualTypeOf<string>();
      return { end };
    },
  })
  *ending(): Generator<number, string> {
    yield 1;
    return 'end';
  }

  @Instrument({
    ret(rows) {
      expectTypeOf(rows).toEqualTypeOf<Order[]>();
      return { rows: rows.length };
    },
  })
  async *asyncEnding(): AsyncGenerator<number, Order[]> {
    yield 1;
    return [];
  }

  @Instrument({ ret: (end) => ({ end: typeof end }) })
  async *asyncGenerator(): AsyncGenerator<number> {
    yield 1;
  }

  @Instrument({ callback: true, params: ['order_id'], ret: (rows: Order[]) => ({ rows: rows.length }) })
  query(id: number, done: (error: Error | null, rows?: Order[]) => void): void {
    done(null, [{ id }]);
  }

  @Instrument({ callback: true, ret: true })
  queryLoosely(id: number, done?: (error: Error | null, id?: number) => void): void {
    done?.(null, id);
  }

  @Instrument()
  protected hidden(): number {
    return 1;
  }

  @Instrument()
  private own(): number {
    return this.hidden();
  }

  sum(): number {
    return this.own();
  }

  @Instrument({ level: 'info', slow: 100 })
  get size(): number {
    return 1;
  }

  // @ts-expect-error -- fields looks at a parameter of another type
  @Instrument({ fields: (id: string) => ({ id }) })
  wrongArgument(id: number): number {
    return id;
  }

  // @ts-expect-error -- fields looks at more parameters than there are
  @Instrument({ fields: (id: number, other: number) => ({ id, other }) })
  tooMany(id: number): number {
    return id;
  }

  // @ts-expect-error -- ret does not take the string at the end of the iteration
  @Instrument({ ret: (count: number) => ({ count }) })
  *wrongEnd(): Generator<number, string> {
    yield 1;
    return 'end';
  }

  // @ts-expect-error -- this is another class
  @Instrument({
    fields(this: Date) {
      return { time: this.getTime() };
    },
  })
  wrongThis(): number {
    return 1;
  }

  // @ts-expect-error -- fields looks at another type than the static takes
  @Instrument({ fields: (text: number) => ({ text }) })
  static wrongStatic(text: string): string {
    return text;
  }

  // @ts-expect-error -- fields has to be an object
  @Instrument({ fields: (id) => id })
  wrongFields(id: number): number {
    return id;
  }

  // @ts-expect-error -- ret does not take a number
  @Instrument({ ret: (text: string) => ({ text }) })
  wrongResult(id: number): number {
    return id;
  }
}

test('the decorators of this file type-check; the wrong ones do not', () => {
  const shop = new Shop();
  expect(shop.place({ id: 1 }, true)).toBe(2);
  expect(Shop.parse('abc')).toBe(3);
  const same = shop.generic('x' as const);
  expectTypeOf(same).toEqualTypeOf<'x'>();
  expectTypeOf<InstrumentOptions>().toHaveProperty('sample');
});

test('a class', () => {
  @Instrument({ exclude: ['b'] })
  class A {
    b(): number {
      return 1;
    }
  }
  expectTypeOf(new A().b()).toEqualTypeOf<number>();
});

test('wrong options', () => {
  // @ts-expect-error -- no such level
  expect(() => Instrument({ level: 'loud' })).toThrow('level');
  // @ts-expect-error -- no such option
  expect(() => Instrument({ lvl: 'info' })).toThrow('lvl');
  // @ts-expect-error -- a number
  expect(() => Instrument({ slow: '1s' })).toThrow('slow');
  // @ts-expect-error -- names
  expect(() => Instrument({ params: [1] })).toThrow('params');
  // @ts-expect-error -- a share
  expect(() => Instrument({ sample: 'half' })).toThrow('sample');
  // @ts-expect-error -- a level, or false
  expect(() => Instrument({ err: true })).toThrow('err');
  // @ts-expect-error -- names
  expect(() => Instrument({ args: 'id' })).toThrow('args');
  // @ts-expect-error -- a list of names
  expect(() => Instrument({ exclude: 'b' })).toThrow('exclude');
});

test('a field is no place for it', () => {
  const define = (): unknown => {
    class Wrong {
      // @ts-expect-error -- a field
      @Instrument()
      field = 1;
    }
    return Wrong;
  };
  expect(define).toThrow('got the field field');
});
