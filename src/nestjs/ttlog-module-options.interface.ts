import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { RequestScopeOptions } from '../http/request-options.js';
import type { TtlogOptions } from '../runtime/options.js';

/** The options of `TtlogModule.forRoot()`: those of `init()`, and what to do with requests. */
export interface TtlogModuleOptions extends TtlogOptions {
  /** The scope around each HTTP request; `false` for none. @default {} */
  requests?: RequestScopeOptions | false;
}

/** The options of `TtlogModule.forRootAsync()`: how to get at the others. */
export interface TtlogModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Makes the options; may be async. Records from before are delivered once it has. */
  useFactory: (...dependencies: never[]) => TtlogModuleOptions | Promise<TtlogModuleOptions>;
  /** What `useFactory` is called with. @default [] */
  inject?: FactoryProvider['inject'];
}
