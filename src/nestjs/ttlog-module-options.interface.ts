import type { FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import type { RequestScopeOptions } from '../http/request-options.js';
import type { TtlogOptions } from '../runtime/options.js';

/** A request as the platform has it: Express's, or Fastify's own. A function that takes one of these types is one that takes this. */
export interface NestRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Whom a guard has let in, as Passport's have it: of a type that the application knows. */
  readonly user?: any;
}

/** What is done with each HTTP request of a Nest application. */
export interface NestRequestOptions extends Omit<RequestScopeOptions, 'ignore' | 'fields' | 'route'> {
  /**
   * Requests that get no scope and no completion record, such as health checks: nothing of what they cause is recorded below warn level,
   * and no span. Decided once, before routing. What it throws counts as false.
   *
   * @default no request is ignored
   */
  ignore?(request: NestRequest): boolean;
  /**
   * Fields of your own, such as who asks. Asked twice: when the request comes, for the context of all that it causes, and when it is over, for the
   * completion record. What it throws counts as nothing.
   *
   * @default none
   */
  fields?(request: NestRequest): object | undefined;
  /**
   * The template of a request's route, where Nest does not know it, such as behind a proxy's middleware: its span is named by it, and the
   * completion record has it. Asked as `fields` is; what throws or answers no text counts as nothing.
   *
   * @default what Nest says
   */
  route?(request: NestRequest): string | undefined;
}

/** The options of `TtlogModule.forRoot()`: those of `init()`, and what to do with requests. */
export interface TtlogModuleOptions extends TtlogOptions {
  /** The scope around each HTTP request; `false` for none. @default {} */
  requests?: NestRequestOptions | false;
  /**
   * Whether what comes in by other ways than HTTP gets a scope of its own: messages of microservices and gateways, scheduled methods, jobs of a
   * queue, listeners of events, GraphQL's queries and mutations.
   *
   * @default true
   */
  entryPoints?: boolean;
}

/** What a module can be told besides its options. */
export interface TtlogModuleExtras {
  /** Whether every module can inject what it provides, without importing it. @default true */
  global?: boolean;
}

/** A provider that makes the options, for `useClass` and `useExisting`. */
export interface TtlogOptionsFactory {
  /** Called once, when the application is created; may be async. */
  createTtlogOptions(): TtlogModuleOptions | Promise<TtlogModuleOptions>;
}

/** The options of `TtlogModule.forRootAsync()`: how to get at the others. One of `useFactory`, `useClass` and `useExisting`. */
export interface TtlogModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'>, TtlogModuleExtras {
  /** Makes the options; may be async. Records from before are delivered once it has. */
  useFactory?: (...dependencies: never[]) => TtlogModuleOptions | Promise<TtlogModuleOptions>;
  /** What `useFactory` is called with. @default [] */
  inject?: FactoryProvider['inject'];
  /** A class that makes the options; the module provides it, with what it injects from `imports`. */
  useClass?: Type<TtlogOptionsFactory>;
  /** The token of a provider of `imports`, or of a global module, that makes the options. */
  useExisting?: Type<TtlogOptionsFactory> | string | symbol;
}
