import { EventEmitter, once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { bindContext, currentContext, withContext } from 'ttlog';

const who = (name: string) => ({ who: name });
const seenBy = (name: string, emit: () => unknown): void => {
  withContext('who', name, emit);
};

describe('an emitter', () => {
  test('runs its listeners in the scope of where it was bound, whoever adds them and whoever emits', () => {
    const emitter = new EventEmitter();
    const seen: unknown[] = [];
    const listener = () => seen.push(currentContext());
    emitter.on('x', listener);
    expect(withContext('who', 'binder', () => bindContext(emitter))).toBe(emitter);
    for (const name of ['on', 'addListener', 'prependListener', 'once', 'prependOnceListener'] as const) {
      seenBy('adder', () => emitter[name]('x', listener));
    }
    seenBy('emitter', () => emitter.emit('x'));
    expect(seen).toHaveLength(6);
    expect(seen.filter((one) => JSON.stringify(one) === '{"who":"binder"}')).toHaveLength(5);
    expect(seen).toContainEqual(who('emitter')); // the one of before
    seen.length = 0;
    emitter.emit('x');
    expect(seen).toHaveLength(4); // those that were added for once are gone
  });

  test('keeps this, arguments and the order of listeners', () => {
    const emitter = bindContext(new EventEmitter());
    const calls: unknown[][] = [];
    emitter.on('x', function (this: unknown, ...args: unknown[]) {
      calls.push(['second', this === emitter, ...args]);
    });
    emitter.prependOnceListener('x', function (this: unknown, ...args: unknown[]) {
      calls.push(['first', this === emitter, ...args]);
    });
    emitter.emit('x', 1, 2);
    expect(calls).toEqual([
      ['first', true, 1, 2],
      ['second', true, 1, 2],
    ]);
  });

  test.each(['on', 'once', 'prependListener', 'prependOnceListener'] as const)(
    'what %s added can be removed, seen and counted',
    (name) => {
      const emitter = bindContext(new EventEmitter());
      const listener = () => {};
      emitter[name]('x', listener);
      expect(emitter.listeners('x')).toEqual([listener]);
      expect(emitter.listenerCount('x', listener)).toBe(1);
      emitter.off('x', listener);
      expect(emitter.listenerCount('x')).toBe(0);
      emitter[name]('x', listener);
      emitter.removeAllListeners('x');
      expect(emitter.emit('x')).toBe(false);
    },
  );

  test('a once listener that throws is gone, and a listener that is none is refused as ever', () => {
    const emitter = bindContext(new EventEmitter());
    emitter.once('x', () => {
      throw new Error('no');
    });
    expect(() => emitter.emit('x')).toThrow('no');
    expect(emitter.emit('x')).toBe(false);
    expect(() => emitter.on('x', 'nonsense' as never)).toThrow(TypeError);
    expect(() => emitter.once('x', undefined as never)).toThrow(TypeError);
  });

  test('bound again, listeners added from then on run in the new scope', () => {
    const emitter = new EventEmitter();
    const seen: unknown[] = [];
    withContext('who', 'first', () => bindContext(emitter));
    withContext('who', 'second', () => bindContext(emitter));
    emitter.on('x', () => seen.push(currentContext()));
    emitter.emit('x');
    expect(seen).toEqual([who('second')]);
  });

  test('events.once and unhandled errors are what they were', async () => {
    const emitter = bindContext(new EventEmitter());
    const [value] = (await Promise.all([once(emitter, 'x'), Promise.resolve(emitter.emit('x', 7))]))[0];
    expect(value).toBe(7);
    expect(() => emitter.emit('error', new Error('unhandled'))).toThrow('unhandled');
  });
});

describe('a stream', () => {
  test('runs its listeners in the scope of where it was bound', async () => {
    const stream = withContext('who', 'binder', () => bindContext(new PassThrough()));
    const seen: unknown[] = [];
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      seen.push(currentContext());
    });
    stream.once('end', () => seen.push(currentContext()));
    seenBy('writer', () => {
      stream.write('a');
      setImmediate(() => stream.end('b'));
    });
    await once(stream, 'close');
    expect(text).toBe('ab');
    expect(seen).toEqual([who('binder'), who('binder'), who('binder')]);
  });

  test('still pipes and is iterated', async () => {
    const source = bindContext(Readable.from(['a', 'b', 'c']));
    const through = bindContext(new PassThrough());
    await pipeline(source, through, async (chunks) => {
      let text = '';
      for await (const chunk of chunks) text += String(chunk);
      expect(text).toBe('abc');
    });
    expect(through.listenerCount('unpipe')).toBe(0);
  });
});

describe('an iterator', () => {
  test('a generator runs in the scope of where it was bound, its consumer in its own', () => {
    const seen: unknown[] = [];
    function* generate() {
      try {
        yield 1;
        yield 2;
      } finally {
        seen.push(['finally', currentContext()]);
      }
    }
    const bound = withContext('who', 'binder', () => bindContext(generate()));
    withContext('who', 'consumer', () => {
      for (const value of bound) {
        seen.push([value, currentContext()]);
        if (value === 2) break;
      }
    });
    expect(seen).toEqual([
      [1, who('consumer')],
      [2, who('consumer')],
      ['finally', who('binder')],
    ]);
  });

  test('an async generator too', async () => {
    const seen: unknown[] = [];
    async function* generate() {
      for (let i = 0; i < 2; i++) {
        await turn();
        seen.push(currentContext());
        yield i;
      }
    }
    const bound = withContext('who', 'binder', () => bindContext(generate()));
    await withContext('who', 'consumer', async () => {
      for await (const value of bound) seen.push([value, currentContext()]);
    });
    expect(seen).toEqual([who('binder'), [0, who('consumer')], who('binder'), [1, who('consumer')]]);
  });

  test('bound again it runs in the new scope', () => {
    function* generate() {
      yield currentContext();
    }
    const generator = withContext('who', 'first', () => bindContext(generate()));
    withContext('who', 'second', () => bindContext(generator));
    expect([...generator]).toEqual([who('second')]);
  });
});

test('what cannot be bound is handed back as it is', () => {
  const frozen = Object.freeze(new EventEmitter());
  expect(bindContext(frozen)).toBe(frozen);
  const plain = { a: 1 };
  expect(bindContext(plain)).toBe(plain);
  expect(Object.keys(plain)).toEqual(['a']);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(bindContext(proxy)).toBe(proxy);
});
