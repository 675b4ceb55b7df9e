import { Controller, Get, Injectable, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterEach, describe, expect, test } from 'vitest';
import { info, init, type TtlogHandle } from 'ttlog';
import { TTLOG_HANDLE, TtlogLogger, TtlogModule, type TtlogOptionsFactory } from 'ttlog/nestjs';
import { memorySink } from 'ttlog/sinks';
import { closeApps, completions, over, startApp } from './support/app.js';

afterEach(closeApps);

const context = (module: object) =>
  NestFactory.createApplicationContext(module as never, { logger: false, abortOnError: false });

/** Proves that nothing runs: a second init() would throw. */
const expectNothingRuns = () => init({ sinks: [] }).shutdown();

describe('forRoot', () => {
  test('starts ttlog, and ends it with the application, delivering what is left', async () => {
    const memory = memorySink();
    @Injectable()
    class Late implements OnApplicationShutdown {
      onApplicationShutdown() {
        info('The last word');
      }
    }
    @Module({ imports: [TtlogModule.forRoot({ service: 'test', sinks: [memory] })], providers: [Late] })
    class AppModule {}
    const app = await context(AppModule);
    expect(app.get<TtlogHandle>(TTLOG_HANDLE).service).toBe('test');
    await app.close();
    expect(memory.records.map(({ message }) => message)).toEqual(['The last word']);
    await expectNothingRuns();
  });

  test('imported twice, the first options count and nothing blows up', async () => {
    const [first, second] = [memorySink(), memorySink()];
    @Module({ imports: [TtlogModule.forRoot({ service: 'second', sinks: [second] })] })
    class FeatureModule {}
    @Module({ imports: [TtlogModule.forRoot({ service: 'first', sinks: [first] }), FeatureModule] })
    class AppModule {}
    const app = await context(AppModule);
    info('m');
    await app.close();
    expect(first.records.length + second.records.length).toBe(1);
    await expectNothingRuns();
  });

  test('two applications share one ttlog; the last one ends it', async () => {
    const memory = memorySink();
    @Module({ imports: [TtlogModule.forRoot({ service: 'first', sinks: [memory] })] })
    class First {}
    @Module({ imports: [TtlogModule.forRoot({ service: 'second' })] })
    class Second {}
    const [first, second] = [await context(First), await context(Second)];
    await first.close();
    info('still delivered');
    await second.close();
    expect(memory.records.map(({ message }) => message)).toEqual(['still delivered']);
    await expectNothingRuns();
  });

  test('joins a ttlog that the application started, and leaves it running', async () => {
    const memory = memorySink();
    const handle = init({ service: 'own', sinks: [memory] });
    @Module({ imports: [TtlogModule.forRoot({ service: 'ignored' })] })
    class AppModule {}
    const app = await context(AppModule);
    info('m');
    await app.close();
    expect(memory.records.map(({ target }) => target)).toEqual(['own']); // delivered by close()
    info('after');
    await handle.shutdown();
    expect(memory.records).toHaveLength(2);
  });

  test('without a configuration it does', async () => {
    const handle = init({ sinks: [] });
    @Module({ imports: [TtlogModule.forRoot()] })
    class AppModule {}
    const app = await context(AppModule);
    expect(app.get(TTLOG_HANDLE)).toBe(handle);
    await app.close();
    await handle.shutdown();
  });

  test('a wrong option stops the application from starting', async () => {
    @Module({ imports: [TtlogModule.forRoot({ capacity: -1 })] })
    class AppModule {}
    await expect(context(AppModule)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' });
    await expectNothingRuns();
  });

  test.each([
    [{ idHeader: 'no header' }, /Expected requests.idHeader to be the name of a header, got "no header"/],
    [{ ignore: '/health' as never }, /Expected requests.ignore to be a function, got "\/health"/],
  ])('so does a wrong option for requests', async (requests, message) => {
    const handle = init({ sinks: [] });
    await expect(startApp({}, { ttlog: { requests } })).rejects.toThrow(message);
    await handle.shutdown();
  });

  test('is global: a feature module has the logger and the handle injected', async () => {
    @Injectable()
    class Feature {
      constructor(
        @Inject(TTLOG_HANDLE) readonly handle: TtlogHandle,
        readonly logger: TtlogLogger,
      ) {}
    }
    @Module({ providers: [Feature] })
    class FeatureModule {}
    @Module({ imports: [TtlogModule.forRoot({ service: 'test', sinks: [] }), FeatureModule] })
    class AppModule {}
    const app = await context(AppModule);
    const feature = app.get(Feature);
    expect(feature.handle.service).toBe('test');
    expect(feature.logger).toBeInstanceOf(TtlogLogger);
    await app.close();
  });
});

test('imported without forRoot() it says what to do', async () => {
  @Module({ imports: [TtlogModule] })
  class AppModule {}
  await expect(context(AppModule)).rejects.toThrow(/Expected TtlogModule.forRoot\(\) or forRootAsync\(\)/);
  await expectNothingRuns();
});

test.each([
  ['forRoot', () => TtlogModule.forRoot({ service: 'test', sinks: [], global: false })],
  ['forRootAsync', () => TtlogModule.forRootAsync({ useFactory: () => ({ sinks: [] }), global: false })],
])('%s with global: false provides for those that import it', async (_name, module) => {
  @Injectable()
  class Feature {
    constructor(readonly logger: TtlogLogger) {}
  }
  @Module({ providers: [Feature] })
  class FeatureModule {}
  @Module({ imports: [module(), FeatureModule] })
  class AppModule {}
  const handle = init({ sinks: [] }); // so that none is left running
  await expect(context(AppModule)).rejects.toThrow(/TtlogLogger/);
  await handle.shutdown();
});

describe('forRootAsync', () => {
  @Injectable()
  class Config {
    readonly service = 'configured';
  }
  @Module({ providers: [Config], exports: [Config] })
  class ConfigModule {}

  test('takes its options from other providers, and delivers what was logged before', async () => {
    const memory = memorySink();
    @Module({
      imports: [
        TtlogModule.forRootAsync({
          imports: [ConfigModule],
          inject: [Config],
          useFactory: async ({ service }: Config) => {
            await Promise.resolve();
            return { service, sinks: [memory] };
          },
        }),
      ],
    })
    class AppModule {}
    info('Before');
    const app = await context(AppModule);
    expect(app.get<TtlogHandle>(TTLOG_HANDLE).service).toBe('configured');
    info('After');
    await app.close();
    expect(memory.records.map(({ message }) => message)).toEqual(['Before', 'After']);
    await expectNothingRuns();
  });

  test.each(['useClass', 'useExisting'] as const)('%s: a provider makes them', async (how) => {
    const memory = memorySink();
    @Injectable()
    class Options implements TtlogOptionsFactory {
      constructor(private readonly config: Config) {}
      async createTtlogOptions() {
        await Promise.resolve();
        return { service: this.config.service, sinks: [memory] };
      }
    }
    @Module({ imports: [ConfigModule], providers: [Options], exports: [Options] })
    class OptionsModule {}
    const imports = [how === 'useClass' ? ConfigModule : OptionsModule];
    @Module({ imports: [TtlogModule.forRootAsync({ imports, [how]: Options })] })
    class AppModule {}
    const app = await context(AppModule);
    info('m');
    await app.close();
    expect(memory.records.map(({ target }) => target)).toEqual(['configured']);
    await expectNothingRuns();
  });

  test.each([
    [
      {},
      /Expected the options of TtlogModule.forRootAsync\(\) to be one of useFactory, useClass and useExisting, got undefined/,
    ],
    [{ useFactory: () => ({}), useExisting: 'options' }, /got "2 of them"/],
  ])('exactly one of the three', (options, message) => {
    expect(() => TtlogModule.forRootAsync(options)).toThrow(message);
  });

  test('gives requests their scope too', async () => {
    @Controller()
    class Root {
      @Get()
      root() {
        return 'ok';
      }
    }
    const memory = memorySink();
    const handle = init({ sinks: [memory] });
    const { url, close } = await startApp({
      imports: [TtlogModule.forRootAsync({ useFactory: () => ({}) })],
      controllers: [Root],
    });
    await fetch(url);
    await close();
    await handle.shutdown();
    expect(over(1)(memory.records)).toBe(true);
    expect(completions(memory.records)).toHaveLength(1); // and once only, with two modules
  });
});
