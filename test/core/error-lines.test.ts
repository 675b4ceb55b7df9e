// One error object is one error line: what an application says of it itself counts, and is never changed.
import { describe, expect, test } from 'vitest';
import { error, fatal, getLogger, info, init, LogLevel, warn, withSpan, type LogRecord } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { memorySink } from 'ttlog/sinks';

/** What is delivered of a span in which `say` is called with an error that then leaves it. */
async function told(say: (broken: Error) => void, level = 'debug'): Promise<readonly LogRecord[]> {
  const memory = memorySink();
  const handle = init({ service: 'shop', level, sinks: [memory] });
  const broken = new TypeError('broken');
  const work = withSpan('work', async () => {
    await Promise.resolve();
    say(broken);
    throw broken;
  });
  await expect(work).rejects.toBe(broken);
  await handle.shutdown();
  return memory.records;
}

const NAMED = { level: LogLevel.Debug, outcome: 'error', values: { err: 'TypeError: broken' } };
const SHOWN = { level: LogLevel.Error, outcome: 'error', values: { err: { type: 'TypeError', message: 'broken' } } };

describe('a line of the application’s at error level has it', () => {
  test.each<[string, (broken: Error) => void]>([
    ['after the message', (broken) => error('Could not', broken)],
    ['as err', (broken) => error('Could not', { err: broken, order_id: 7 })],
    ['first', (broken) => error({ err: broken }, 'Could not')],
    ['alone', (broken) => error(broken)],
    ['beside fields', (broken) => error(broken, { order_id: 7 } as never)],
    ['under a name of its own', (broken) => error('Could not', { failure: broken })],
    ['at fatal level', (broken) => fatal('Could not', broken)],
    ['by a logger', (broken) => getLogger('orders', { a: 1 }).child({ b: 2 }).error({ err: broken })],
    ['beside a getter', (broken) => error('Could not', { get other() { return 1; }, err: broken })], // prettier-ignore
  ])('%s', async (_how, say) => {
    const [line, span, ...more] = await told(say);
    expect(more).toEqual([]);
    expect(JSON.stringify(line.values)).toContain('TypeError');
    expect(line.level).toBeGreaterThanOrEqual(LogLevel.Error);
    expect(span).toMatchObject(NAMED);
  });
});

describe('the span says it itself', () => {
  test.each<[string, (broken: Error) => void]>([
    ['a line below error level', (broken) => warn('Once more', broken)],
    ['another error', () => error('Could not', new Error('another'))],
    ['a text', (broken) => error('Could not', { err: String(broken) })],
    ['deeper inside', (broken) => error('Could not', { detail: { err: broken } })],
    ['a target that is off', (broken) => getLogger('quiet').error('Could not', broken)],
  ])('%s', async (_how, say) => {
    const records = await told(say, 'debug,quiet=off');
    expect(records.at(-1)).toMatchObject(SHOWN);
  });
});

test('it is said again, as it is, by whoever says it', async () => {
  const memory = memorySink();
  const handle = init({ service: 'shop', sinks: [memory] });
  const broken = new Error('broken');
  await withSpan('work', () => Promise.reject(broken)).catch((caught: unknown) => error('Could not', { err: caught }));
  error('Still could not', { err: broken });
  await handle.shutdown();
  expect(memory.records.map(({ message, values }) => [message, (values['err'] as Error).stack])).toEqual(
    ['work', 'Could not', 'Still could not'].map((message) => [message, broken.stack]),
  );
});

test('getters are read once, and proxies that throw do no harm', async () => {
  let reads = 0;
  const counting = {
    get err() {
      reads++;
      return new Error('of a getter');
    },
  };
  const hostile = new Proxy({ a: 1 }, { getOwnPropertyDescriptor: () => { throw new Error('no'); } }); // prettier-ignore
  const records = await told((broken) => {
    error('Read once', counting);
    error('No', hostile);
    error('No', { a: hostile, b: Proxy.revocable({}, {}).proxy, err: broken });
    info('And on');
  });
  expect(reads).toBe(1);
  expect(records.at(-1)).toMatchObject(NAMED);
});

describe('an error that is kept, or waited for by several', () => {
  const kept = new Error('timed out');
  const work = (): Promise<never> =>
    withSpan('work', async () => {
      await withSpan('inner', async () => {
        await Promise.resolve();
        throw kept;
      });
      throw kept;
    });

  const linesOf = (records: readonly LogRecord[]): string[] =>
    records.filter(({ level }) => level >= LogLevel.Error).map(({ message, traceId }) => `${message} ${traceId}`);

  test('has one line in each trace that fails with it, also of those that are at work at the same time', async () => {
    const memory = memorySink();
    const handle = init({ service: 'shop', sinks: [memory] });
    await Promise.allSettled([work(), work(), work()]);
    await work().catch(() => {});
    await handle.shutdown();
    const lines = linesOf(memory.records);
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['inner', 'inner', 'inner', 'inner']);
    expect(new Set(lines).size).toBe(4);
  });

  test('what has been said of it outside of any trace counts for one', async () => {
    const memory = memorySink();
    const handle = init({ service: 'shop', sinks: [memory] });
    const other = new Error('reset');
    error('The pool has lost a connection', { err: other });
    const query = () => withSpan('query', () => withSpan('part', () => Promise.reject(other))).catch(() => {});
    await query();
    await query();
    await handle.shutdown();
    expect(linesOf(memory.records).map((line) => line.split(' ')[0])).toEqual(['The', 'part']);
  });

  test('a trace of its own inside of another one is no other failure', async () => {
    const memory = memorySink();
    const handle = init({ service: 'shop', level: 'debug', sinks: [memory] });
    const broken = new Error('broken');
    class Jobs {
      @Instrument({ root: true })
      run(): Promise<never> {
        return Promise.reject(broken);
      }
    }
    await withSpan('outside', () => new Jobs().run()).catch(() => {});
    await handle.shutdown();
    expect(new Set(memory.records.map(({ traceId }) => traceId)).size).toBe(2);
    expect(linesOf(memory.records)).toHaveLength(1);
  });
});
