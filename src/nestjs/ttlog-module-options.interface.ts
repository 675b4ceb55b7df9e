import type { IncomingMessage } from 'node:http';
import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { TtlogOptions } from '../runtime/options.js';

/** What `TtlogModule` does with each HTTP request. */
export interface RequestScopeOptions {
  /**
   * Requests that get no scope and no completion record, such as health checks. Decided once, before anything else has seen the
   * request. What it throws counts as false.
   *
   * @default no request is ignored
   */
  ignore?: (request: IncomingMessage) => boolean;
  /**
   * The header that brings a request id and takes it back. An id of other characters than letters, digits and `. _ : + / = @ -`, or
   * longer than 128, is replaced by a new one.
   *
   * @default 'X-Request-Id'
   */
  idHeader?: string;
}

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
