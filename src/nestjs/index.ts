import { joinThreads } from '../runtime/joined-thread.js';
import { expectClientErrors } from './request-failure.js';

export { InjectLogger } from './inject-logger.decorator.js';
export type { ClassSelector, InstrumentProvidersOptions } from './instrument-providers.js';
export { instrumentProviders } from './instrument-providers.js';
export { createTtlogLogger, TtlogLogger } from './ttlog-logger.service.js';
export type { RequestScopeOptions } from '../http/request-options.js';
export type {
  NestRequest,
  NestRequestOptions,
  TtlogModuleAsyncOptions,
  TtlogModuleExtras,
  TtlogModuleOptions,
  TtlogOptionsFactory,
} from './ttlog-module-options.interface.js';
export { TTLOG_HANDLE, TTLOG_MODULE_OPTIONS } from './ttlog.constants.js';
export { TtlogModule } from './ttlog.module.js';
export { TtlogTestingModule } from './ttlog-testing.module.js';

expectClientErrors();
// As the face does, for a worker that loads nothing else.
joinThreads();
