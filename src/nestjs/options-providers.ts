import type { InjectionToken, Provider } from '@nestjs/common';
import { invalidOption } from '../core/errors.js';
import type { TtlogModuleAsyncOptions, TtlogOptionsFactory } from './ttlog-module-options.interface.js';
import { TTLOG_MODULE_OPTIONS } from './ttlog.constants.js';

/** What provides the options of `forRootAsync()`. */
export function optionsProviders({
  useFactory,
  inject = [],
  useClass,
  useExisting,
}: TtlogModuleAsyncOptions): Provider[] {
  const given = [useFactory, useClass, useExisting].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw invalidOption(
      'the options of TtlogModule.forRootAsync()',
      'one of useFactory, useClass and useExisting',
      given.length === 0 ? undefined : `${given.length} of them`,
    );
  }
  if (useFactory !== undefined) return [{ provide: TTLOG_MODULE_OPTIONS, inject, useFactory }];
  if (useClass !== undefined) return [{ provide: useClass, useClass }, madeBy(useClass)];
  return [madeBy(useExisting!)];
}

function madeBy(token: InjectionToken): Provider {
  return {
    provide: TTLOG_MODULE_OPTIONS,
    inject: [token],
    useFactory: (factory: TtlogOptionsFactory) => factory.createTtlogOptions(),
  };
}
