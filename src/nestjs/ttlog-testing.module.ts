import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { TtlogModuleExtras, TtlogModuleOptions } from './ttlog-module-options.interface.js';
import { TTLOG_MODULE_OPTIONS } from './ttlog.constants.js';
import { TtlogModule, ttlogExports, ttlogProviders } from './ttlog.module.js';

const SILENT: TtlogModuleOptions = Object.freeze({ service: 'test', sinks: [], inThread: true });

/**
 * `TtlogModule` for tests: it provides the same and gives requests and other entry points their scopes, but writes nothing and starts no thread.
 * What was recorded is told by `captureLogs` of `ttlog/testing`.
 *
 * In a test of some providers it is one of the `imports`. In one of a whole application, whose own module is there already, its options are enough:
 * `Test.createTestingModule({ imports: [AppModule] }).overrideProvider(TTLOG_MODULE_OPTIONS).useValue(TtlogTestingModule.options)`.
 *
 * @example
 * import { Injectable } from '@nestjs/common';
 * import { Test } from '@nestjs/testing';
 * import type { Logger } from 'ttlog';
 * import { InjectLogger, TtlogTestingModule } from 'ttlog/nestjs';
 * import { captureLogs } from 'ttlog/testing';
 *
 * @Injectable()
 * class OrdersService {
 *   constructor(@InjectLogger() private readonly log: Logger) {}
 *   place(sku: string) {
 *     this.log.debug('Placing', { sku });
 *   }
 * }
 *
 * const module = await Test.createTestingModule({ imports: [TtlogTestingModule], providers: [OrdersService] }).compile();
 * const logs = captureLogs(() => module.get(OrdersService).place('grinder'));
 * await module.close();
 * logs.records.map(({ target, message, values }) => [target, message, values]); // => [['OrdersService', 'Placing', { sku: 'grinder' }]]
 */
@Global()
@Module({
  providers: [{ provide: TTLOG_MODULE_OPTIONS, useValue: SILENT }, ...ttlogProviders],
  exports: ttlogExports,
})
export class TtlogTestingModule extends TtlogModule {
  /** What makes it what it is: options of `TtlogModule` with which nothing is written, and no thread is started. */
  static readonly options = SILENT;

  /**
   * With options: those of `TtlogModule`, such as `requests` or `sinks`.
   *
   * @default {}
   */
  static override forRoot(options: TtlogModuleOptions & TtlogModuleExtras = {}): DynamicModule {
    return { ...TtlogModule.forRoot({ ...SILENT, ...options }), module: TtlogTestingModule };
  }
}
