import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterEach, describe, expect, test } from 'vitest';
import { init, LogLevel, setLevel, withContext, type LogRecord, type TtlogHandle } from 'ttlog';
import { createTtlogLogger, TtlogLogger, TtlogModule } from 'ttlog/nestjs';
import { memorySink } from 'ttlog/sinks';

let handle: TtlogHandle | undefined;
const memory = memorySink();

function start(): void {
  memory.clear();
  handle = init({ service: 'test', level: 'trace', sinks: [memory] });
  Logger.overrideLogger(createTtlogLogger());
}

afterEach(async () => {
  Logger.overrideLogger(false);
  await handle?.shutdown();
  handle = undefined;
});

async function recorded(): Promise<LogRecord[]> {
  await handle!.flush();
  return [...memory.records];
}

const seen = ({ level, target, message, values }: LogRecord) => ({ level, target, message, values });

describe("Nest's Logger", () => {
  test('maps its levels', async () => {
    start();
    const logger = new Logger('Orders');
    for (const level of ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'] as const) logger[level](level);
    expect((await recorded()).map(({ level, message, target }) => [level, message, target])).toEqual([
      [LogLevel.Trace, 'verbose', 'Orders'],
      [LogLevel.Debug, 'debug', 'Orders'],
      [LogLevel.Info, 'log', 'Orders'],
      [LogLevel.Warn, 'warn', 'Orders'],
      [LogLevel.Error, 'error', 'Orders'],
      [LogLevel.Fatal, 'fatal', 'Orders'],
    ]);
  });

  test('the context is the target; without one it is the service', async () => {
    start();
    new Logger('Orders').log('m', { order_id: 7 });
    new Logger().log('m');
    Logger.log('m', 'Static');
    Logger.error('m', undefined, 'Static');
    expect((await recorded()).map(seen)).toEqual([
      { level: LogLevel.Info, target: 'Orders', message: 'm', values: { order_id: 7 } },
      { level: LogLevel.Info, target: 'test', message: 'm', values: {} },
      { level: LogLevel.Info, target: 'Static', message: 'm', values: {} },
      { level: LogLevel.Error, target: 'Static', message: 'm', values: {} },
    ]);
  });

  test('stacks and errors are `err`', async () => {
    start();
    const cause = new Error('timeout');
    const error = new Error('declined', { cause });
    const logger = new Logger('Payments');
    logger.error(error);
    logger.error('m', error.stack);
    logger.error('m', error);
    const [asMessage, asStack, asParam] = await recorded();
    expect(asMessage).toMatchObject({ message: 'declined', target: 'Payments' });
    expect(asMessage.values['err']).toMatchObject({ message: 'declined', cause: { message: 'timeout' } });
    expect(asStack).toMatchObject({ message: 'm', target: 'Payments' });
    expect(asStack.values['err']).toMatchObject({ type: 'Error', message: 'declined', stack: error.stack });
    expect(asParam).toMatchObject({ message: 'm', target: 'Payments' });
    expect(asParam.values['err']).toMatchObject({ message: 'declined', cause: { message: 'timeout' } });
  });

  test('has the fields of the running context', async () => {
    start();
    withContext({ request_id: 'r-1' }, () => new Logger('Orders').warn('m'));
    expect((await recorded())[0].values).toEqual({ request_id: 'r-1' });
  });

  test('hostile arguments never throw', async () => {
    start();
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const throwing = {
      get a(): never {
        throw new Error('no');
      },
    };
    const logger = new Logger('Hostile');
    for (const value of [revoked.proxy, throwing, Symbol('s'), 10n, Object.create(null)]) {
      logger.log(value);
      logger.log('m', value);
      logger.error(value);
      logger.error('m', value, 'x');
    }
    expect(await recorded()).toHaveLength(20);
  });

  test('setLogLevels sets what is delivered', async () => {
    start();
    new TtlogLogger().setLogLevels(['error', 'warn']);
    new Logger('Orders').log('no');
    new Logger('Orders').warn('yes');
    expect((await recorded()).map(({ message }) => message)).toEqual(['yes']);
    setLevel('trace');
  });

  test('a context of its own, for loggers made by hand', async () => {
    start();
    new TtlogLogger('Worker').log('m');
    new TtlogLogger('Worker').error('m', undefined);
    expect((await recorded()).map(({ target }) => target)).toEqual(['Worker', 'Worker']);
  });
});

describe('createTtlogLogger', () => {
  test("Nest's first line is delivered, with the time at which it was logged", async () => {
    memory.clear();
    const startedAt = Date.now();
    @Module({ imports: [TtlogModule.forRoot({ service: 'test', sinks: [memory] })] })
    class AppModule {}
    const app = await NestFactory.createApplicationContext(AppModule, { logger: createTtlogLogger() });
    await app.close();
    const first = memory.records[0];
    expect(first).toMatchObject({ message: 'Starting Nest application...', target: 'NestFactory' });
    expect(first.timestampMs).toBeGreaterThan(startedAt - 1);
    expect(memory.records.some(({ target }) => target === 'InstanceLoader')).toBe(true);
    expect(memory.records.map(({ timestampNs }) => timestampNs)).toEqual(
      memory.records.map(({ timestampNs }) => timestampNs).sort((a, b) => (a < b ? -1 : 1)),
    );
  });

  test('with options it starts ttlog, and the module joins in', async () => {
    memory.clear();
    const logger = createTtlogLogger({ service: 'early', sinks: [memory] });
    expect(() => init({})).toThrow(/'early' is running/);
    @Module({ imports: [TtlogModule.forRoot({ service: 'late' })] })
    class AppModule {}
    const app = await NestFactory.createApplicationContext(AppModule, { logger });
    await app.close();
    expect(memory.records.length).toBeGreaterThan(0);
    await init({ sinks: [] }).shutdown(); // closing the application has ended it
  });
});
