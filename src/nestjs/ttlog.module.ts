import {
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { TtlogError } from '../core/errors.js';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { instrumentEntryPoints } from './entry-points.js';
import { observeExceptions } from './exception-observer.js';
import { observeGateways } from './gateway-messages.js';
import { loggerProviders } from './inject-logger.decorator.js';
import { hookRequests, type RequestHookAdapter } from './request-hook.js';
import { observeRpc } from './rpc-messages.js';
import { lease, type Lease } from './running-ttlog.js';
import { optionsProviders } from './options-providers.js';
import { TtlogLogger } from './ttlog-logger.service.js';
import type {
  TtlogModuleAsyncOptions,
  TtlogModuleExtras,
  TtlogModuleOptions,
} from './ttlog-module-options.interface.js';
import { TTLOG_HANDLE, TTLOG_LEASE, TTLOG_MODULE_OPTIONS } from './ttlog.constants.js';

/** What every variant of the module provides on top of its options. */
export const ttlogProviders: Provider[] = [
  { provide: TTLOG_LEASE, inject: [TTLOG_MODULE_OPTIONS], useFactory: lease },
  { provide: TTLOG_HANDLE, inject: [TTLOG_LEASE], useFactory: ({ handle }: Lease) => handle },
  { provide: TtlogLogger, useFactory: () => new TtlogLogger() },
  ...loggerProviders,
];
export const ttlogExports = [
  TTLOG_HANDLE,
  TtlogLogger,
  ...loggerProviders.map((provider) => (provider as { provide: symbol }).provide),
];

/** Of the module without `forRoot()`: a second one, without the options of the first, is what nobody wants. */
function importedBare(): never {
  throw new TtlogError(
    'ERR_INVALID_OPTION',
    'Expected TtlogModule.forRoot() or forRootAsync() among the imports, got TtlogModule as it is. Import it once, at the root: it is global.',
  );
}

/**
 * ttlog in a Nest application. Import it once, at the root; it is global.
 *
 * 1. It starts ttlog when the application is created, or joins the one that runs: importing it twice, or calling `init()` before, is
 *    no error, and the options of the first count.
 * 2. It gives each HTTP request a scope before routing and body parsing: `request_id` (from `X-Request-Id`, or new; sent back), a root
 *    span that continues a valid `traceparent`, and a completion record with `req`, `res` and `responseTime` (ms), also for requests
 *    whose client went away: info, warn from status 400, error from 500 where the failure has had no line yet.
 * 3. When the application shuts down it delivers everything, and ends what it started. Call `app.enableShutdownHooks()`.
 *
 * @example
 * import { Controller, Get, Module } from '@nestjs/common';
 * import { NestFactory } from '@nestjs/core';
 * import { info } from 'ttlog';
 * import { memorySink } from 'ttlog/sinks';
 * import { TtlogModule } from 'ttlog/nestjs';
 *
 * @Controller('orders')
 * class OrdersController {
 *   @Get(':id')
 *   find() {
 *     info('Looking it up');
 *     return { id: 7 };
 *   }
 * }
 * const memory = memorySink();
 * @Module({ imports: [TtlogModule.forRoot({ service: 'shop', sinks: [memory] })], controllers: [OrdersController] })
 * class AppModule {}
 *
 * const app = await NestFactory.create(AppModule, { logger: false });
 * await app.listen(0, '127.0.0.1');
 * await fetch(`${await app.getUrl()}/orders/7`, { headers: { 'X-Request-Id': 'r-1' } });
 * await app.close();
 *
 * const lines = memory.records.map(({ message, values }) => `${message} (${values['request_id']})`);
 * lines; // => ['Looking it up (r-1)', 'request completed (r-1)']
 */
@Module({
  providers: [{ provide: TTLOG_MODULE_OPTIONS, useFactory: importedBare }, ...ttlogProviders],
  exports: ttlogExports,
})
export class TtlogModule implements OnModuleInit, OnApplicationShutdown {
  private readonly lease: Lease;
  private readonly options: TtlogModuleOptions;
  private readonly adapterHost: HttpAdapterHost;
  private readonly modules: ModulesContainer;
  private readonly config: ApplicationConfig;
  private unobserveRpc = (): void => {};

  /** @internal Nest calls it. */
  constructor(
    @Inject(TTLOG_LEASE) held: Lease,
    @Inject(TTLOG_MODULE_OPTIONS) options: TtlogModuleOptions,
    @Inject(HttpAdapterHost) adapterHost: HttpAdapterHost,
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(ApplicationConfig) config: ApplicationConfig,
  ) {
    this.lease = held;
    this.options = options;
    this.adapterHost = adapterHost;
    this.modules = modules;
    this.config = config;
    // Now, because handlers are looked up before any hook of a module is called.
    if (options.entryPoints !== false) instrumentEntryPoints(modules);
  }

  /**
   * The module with options that are known now.
   *
   * @param options Those of `init()`, `requests`, `entryPoints` and `global`. Wrong ones throw `TtlogError` `ERR_INVALID_OPTION` when the
   *   application is created.
   * @default {}
   */
  static forRoot({ global = true, ...options }: TtlogModuleOptions & TtlogModuleExtras = {}): DynamicModule {
    return {
      module: TtlogModule,
      global,
      providers: [{ provide: TTLOG_MODULE_OPTIONS, useValue: options }, ...ttlogProviders],
      exports: ttlogExports,
    };
  }

  /**
   * The module with options that other providers know, such as a `ConfigService`.
   *
   * @throws TtlogError `ERR_INVALID_OPTION` unless one of `useFactory`, `useClass` and `useExisting` is given.
   */
  static forRootAsync(options: TtlogModuleAsyncOptions): DynamicModule {
    const { imports = [], global = true } = options;
    return {
      module: TtlogModule,
      global,
      imports,
      providers: [...optionsProviders(options), ...ttlogProviders],
      exports: ttlogExports,
    };
  }

  /** @internal */
  async onModuleInit(): Promise<void> {
    const { requests = {}, entryPoints } = this.options;
    // There is none in an application without HTTP.
    const adapter = this.adapterHost.httpAdapter as RequestHookAdapter | undefined | null;
    if (requests !== false && adapter) {
      hookRequests(adapter, requests);
      await observeExceptions();
    }
    if (entryPoints === false) return;
    observeGateways(this.config);
    this.unobserveRpc = observeRpc(this.modules);
  }

  /** @internal */
  async onApplicationShutdown(): Promise<void> {
    this.unobserveRpc();
    await this.lease.release();
  }
}
