import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { currentSpan, debug, info, setRecord, withContext, withSpan } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { ownFields, recorded, startRecording } from '../support/recorded.js';

beforeEach(() => {
  setRecord('trace');
  startRecording();
});

class PaymentService {
  rate = 2;

  @Instrument()
  charge(order_id: number, currency: string, express: boolean): string {
    info('charging');
    return `${order_id * this.rate} ${currency} ${express}`;
  }

  @Instrument()
  async chargeLater(order_id: number): Promise<number> {
    info('before');
    await turn();
    info('after');
    return order_id * this.rate;
  }

  @Instrument()
  static parse(text: string): number {
    return text.length;
  }

  #balance = 1;

  @Instrument()
  get balance(): number {
    info('reading');
    return this.#balance;
  }
}

describe('a method', () => {
  test('is a span of its class, with its arguments, and its body runs inside it', () => {
    expect(new PaymentService().charge(7, 'EUR', true)).toBe('14 EUR true');
    const { span, event, starts } = recorded();
    const record = span('PaymentService.charge');
    expect(record).toMatchObject({ target: 'PaymentService', level: 1, outcome: 'ok' });
    expect(ownFields(record)).toEqual({ order_id: 7, currency: 'EUR', express: true });
    expect(record.durationNs).toBeGreaterThan(0);
    expect(event('charging')).toMatchObject({ spanId: record.spanId, target: 'PaymentService' });
    expect(starts).toHaveLength(1);
    expect(currentSpan()).toBeUndefined();
  });

  test('an async one ends when its promise settles, and goes on inside the span', async () => {
    const promise = new PaymentService().chargeLater(7);
    expect(promise).toBeInstanceOf(Promise);
    expect(recorded().spans).toEqual([]);
    await expect(promise).resolves.toBe(14);
    const { span, event } = recorded();
    const { spanId } = span('PaymentService.chargeLater');
    expect([event('before').spanId, event('after').spanId]).toEqual([spanId, spanId]);
  });

  test('a static one', () => {
    expect(PaymentService.parse('abc')).toBe(3);
    expect(recorded().span('PaymentService.parse')).toMatchObject({ target: 'PaymentService' });
  });

  test('a getter', () => {
    expect(new PaymentService().balance).toBe(1);
    const { span, event } = recorded();
    expect(event('reading').spanId).toBe(span('PaymentService.balance').spanId);
    expect(ownFields(span('PaymentService.balance'))).toEqual({});
  });

  test('a number', () => {
    class Steps {
      @Instrument() 1(): number {
        return 1;
      }
    }
    expect(new Steps()[1]()).toBe(1);
    expect(recorded().spans.map(({ message }) => message)).toEqual(['Steps.1']);
  });

  test('a symbol', () => {
    const key = Symbol('load');
    class Loader {
      @Instrument()
      [key](): number {
        return 1;
      }
    }
    expect(new Loader()[key]()).toBe(1);
    expect(recorded().spans[0].message).toBe('Loader[load]');
  });

  test('an inherited one belongs to the class that has it, also by super and under an override', () => {
    class Base {
      @Instrument()
      run(): string {
        return 'base';
      }
    }
    class Plain extends Base {}
    class Override extends Base {
      @Instrument()
      override run(): string {
        return `over ${super.run()}`;
      }
    }
    expect(new Plain().run()).toBe('base');
    expect(new Override().run()).toBe('over base');
    const { spans } = recorded();
    expect(spans.map(({ message }) => message)).toEqual(['Base.run', 'Base.run', 'Override.run']);
    expect(spans[1].parentSpanId).toBe(spans[2].spanId);
  });
});

describe('parents', () => {
  class Shop {
    @Instrument()
    order(id: number): number {
      return this.price(id) + this.price(id + 1);
    }

    @Instrument()
    price(id: number): number {
      return id;
    }

    @Instrument()
    countdown(from: number): number {
      return from === 0 ? 0 : 1 + this.countdown(from - 1);
    }

    @Instrument()
    async nested(id: number, depth: number): Promise<number[]> {
      debug('here', { id, depth });
      await turn();
      debug('there', { id, depth });
      return depth === 0 ? [id] : [id, ...(await this.nested(id, depth - 1))];
    }

    @Instrument()
    start(done: (value: unknown) => void): void {
      setTimeout(() => {
        info('timer');
        void (async () => {
          await Promise.resolve();
          info('promise');
          done(1);
        })();
      }, 1);
    }
  }

  test('the active span is the parent', () => {
    withSpan('outer', () => new Shop().order(1));
    const { span, spans } = recorded();
    expect(span('Shop.order').parentSpanId).toBe(span('outer').spanId);
    expect(spans.filter(({ parentSpanId }) => parentSpanId === span('Shop.order').spanId)).toHaveLength(2);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  });

  test('outside any span a trace begins', () => {
    new Shop().price(1);
    new Shop().price(2);
    const { spans } = recorded();
    expect(spans.map(({ parentSpanId }) => parentSpanId)).toEqual([undefined, undefined]);
    expect(spans[0].traceId).not.toBe(spans[1].traceId);
  });

  test('recursion: each call is a child of the one before', () => {
    expect(new Shop().countdown(4)).toBe(4);
    const ends = recorded().spans;
    expect(ends.map(ownFields)).toEqual([0, 1, 2, 3, 4].map((from) => ({ from })));
    for (let i = 0; i < 4; i++) expect(ends[i].parentSpanId).toBe(ends[i + 1].spanId);
  });

  test('200 at once: each has its own parents, and its own events', async () => {
    const shop = new Shop();
    const results = await Promise.all(Array.from({ length: 200 }, (_, id) => shop.nested(id, 3)));
    expect(results).toEqual(Array.from({ length: 200 }, (_, id) => [id, id, id, id]));
    const { spans, events } = recorded();
    expect(spans).toHaveLength(800);
    expect(events).toHaveLength(1600);
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    for (const { values, parentSpanId, traceId } of spans) {
      const parent = byId.get(parentSpanId);
      expect(parent?.traceId).toBe(values['depth'] === 3 ? undefined : traceId);
      expect(parent?.values['id']).toBe(values['depth'] === 3 ? undefined : values['id']);
      expect(parent?.values['depth'] ?? 4).toBe(Number(values['depth']) + 1);
    }
    for (const { values, spanId } of events) {
      expect(byId.get(spanId)?.values).toMatchObject({ id: values['id'], depth: values['depth'] });
    }
  });

  test('a timer started by a sync method belongs to its span, after the span has ended', async () => {
    await new Promise((resolve) => new Shop().start(resolve));
    const { span, event } = recorded();
    const { spanId } = span('Shop.start');
    expect([event('timer').spanId, event('promise').spanId]).toEqual([spanId, spanId]);
  });

  test('the context is on the spans and on the events inside', () => {
    withContext({ request_id: 'r-1' }, () => new PaymentService().charge(7, 'EUR', false));
    const { span, event } = recorded();
    expect(ownFields(span('PaymentService.charge'))).toMatchObject({ request_id: 'r-1', order_id: 7 });
    expect(event('charging').values).toEqual({
      request_id: 'r-1',
      order_id: 7,
      currency: 'EUR',
      express: false,
    });
  });
});

describe('a class', () => {
  @Instrument({ level: 'info', exclude: ['secret'] })
  class Cart {
    items = 0;
    static made = 0;
    static helper = (): number => 1;

    static make(): Cart {
      Cart.made++;
      return new Cart();
    }

    add(count: number): this {
      this.items += count;
      return this;
    }

    @Instrument({ name: 'own', level: 'warn' })
    own(): number {
      return this.items;
    }

    secret(): number {
      return 1;
    }

    get size(): number {
      return this.items;
    }

    toJSON(): unknown {
      return { items: this.items };
    }
  }

  class Bag extends Cart {
    pack(): number {
      return this.add(2).items;
    }
  }

  test('instruments its own methods, static or not, and no accessor, hook or excluded method', () => {
    const cart = Cart.make();
    cart.add(2);
    cart.own();
    cart.secret();
    Cart.helper();
    expect([cart.size, JSON.stringify(cart)]).toEqual([2, '{"items":2}']);
    const { spans } = recorded();
    expect(spans.map(({ message, level }) => [message, level])).toEqual([
      ['Cart.make', 2],
      ['Cart.add', 2],
      ['own', 3],
    ]);
    expect(ownFields(spans[1])).toEqual({ count: 2 });
  });

  test('inherited methods belong to the class that has them', () => {
    expect(new Bag().pack()).toBe(2);
    expect(recorded().spans.map(({ message }) => message)).toEqual(['Cart.add']);
  });

  test('stays what it is', () => {
    expect(Cart.name).toBe('Cart');
    expect(new Cart()).toBeInstanceOf(Cart);
    expect(Object.keys(Cart.prototype)).toEqual([]);
    expect(Cart.prototype.add.name).toBe('add');
  });

  test('name is what the names of its methods begin with', () => {
    @Instrument({ name: 'http.client', target: 'http' })
    class Client {
      get(): number {
        return 1;
      }
    }
    new Client().get();
    expect(recorded().span('http.client.get').target).toBe('http');
  });
});
