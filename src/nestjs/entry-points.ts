// Methods that are called by a clock, a queue, an event or a message, and not out of a request: they begin a trace of their own.
import type { ModulesContainer } from '@nestjs/core';
import { getLogger } from '../core/logger.js';
import type { InstrumentOptions } from '../decorators/instrument-options.js';
import { Instrument } from '../decorators/instrument.js';
import type { AnyFunction } from '../decorators/protocol.js';
import { isWrapped } from '../decorators/wrap.js';
import { takesStream, withBoundStream } from './grpc-streams.js';
import { inTraceOfJob, jobFields } from './jobs.js';
import { nestState } from './nest-state.js';

/** How a method is known to be one, and what its span is like. */
interface EntryKind {
  /** The key of the metadata that the decorator leaves: on the method, or where `methods` are given on their class. */
  readonly key: string;
  /** Of a decorator of classes: the methods that are called. */
  readonly methods?: readonly string[];
  readonly options: (method: object) => InstrumentOptions;
  /** What goes around its span. */
  readonly around?: (method: AnyFunction) => AnyFunction;
}

const none = (): InstrumentOptions => ({});

/** By name, so that none of these packages has to be there. */
const KINDS: readonly EntryKind[] = [
  // @nestjs/schedule
  { key: 'SCHEDULER_TYPE', options: scheduleOptions },
  // @nestjs/event-emitter: a child of whoever emits
  { key: 'EVENT_LISTENER_METADATA', options: none },
  // @nestjs/bullmq, @nestjs/bull: a trace of its own, or that of whoever has put the job there
  { key: 'bullmq:processor_metadata', methods: ['process'], options: jobOptions, around: inTraceOfJob },
  { key: 'bull:queue_process', options: jobOptions, around: inTraceOfJob },
  // @nestjs/microservices and @nestjs/websockets: inside the scope of the message, or a trace of their own
  { key: 'microservices:pattern', options: none },
  { key: 'websockets:message_mapping', options: none },
  { key: 'websockets:is_gateway', methods: ['handleConnection', 'handleDisconnect'], options: none },
  // @nestjs/graphql: queries, mutations and subscriptions; not the fields of their results
  { key: 'graphql:resolver_type', options: none },
];

/** Instruments every entry point of the application's classes, on their prototypes and before anything of Nest's has looked at them. */
export function instrumentEntryPoints(modules: ModulesContainer): void {
  for (const { controllers, providers } of modules.values()) {
    for (const { metatype, inject } of [...controllers.values(), ...providers.values()]) {
      // A factory is no class.
      if (typeof metatype !== 'function' || (inject !== undefined && inject !== null)) continue;
      for (let at: object | null = metatype; typeof at === 'function'; at = Object.getPrototypeOf(at) as object | null)
        instrumentEntriesOf(at);
    }
  }
}

/** Those that the class itself has. Never throws: an application starts, whatever a class of it looks like. */
export function instrumentEntriesOf(type: { readonly name: string; readonly prototype?: unknown }): void {
  const { prototype } = type;
  if (typeof prototype !== 'object' || prototype === null || nestState.searched.has(type)) return;
  nestState.searched.add(type);
  try {
    for (const kind of KINDS)
      for (const [key, options] of entriesOf(kind, type, prototype)) wrap(prototype, key, options, kind.around);
  } catch (error) {
    getLogger('ttlog').warn('A class could not be searched for entry points', { class: type.name, err: error });
  }
}

function* entriesOf(
  { key, methods, options }: EntryKind,
  type: object,
  prototype: object,
): Generator<[string, InstrumentOptions]> {
  if (methods !== undefined && !Reflect.hasMetadata(key, type)) return;
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (typeof value !== 'function' || name === 'constructor') continue;
    if (methods === undefined ? Reflect.hasOwnMetadata(key, value) : methods.includes(name))
      yield [name, options(value)];
  }
}

/** As its decorator would; one that has an `@Instrument()` keeps that. */
function wrap(prototype: object, key: string, options: InstrumentOptions, around: EntryKind['around']): void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, key)!;
  if (descriptor.configurable !== true) return;
  const method = descriptor.value as AnyFunction;
  const streams = takesStream(Reflect.getMetadata('microservices:pattern', method));
  if (isWrapped(method) && !streams) return;
  if (streams) descriptor.value = withBoundStream(method);
  if (!isWrapped(method)) {
    Instrument(options)(prototype, key, descriptor);
    if (around !== undefined) descriptor.value = around(descriptor.value as AnyFunction);
  }
  Object.defineProperty(prototype, key, descriptor);
}

function scheduleOptions(method: object): InstrumentOptions {
  const name: unknown = Reflect.getMetadata('SCHEDULER_NAME', method);
  return typeof name === 'string' ? { root: true, fields: () => ({ job: name }) } : { root: true };
}

function jobOptions(): InstrumentOptions {
  return { fields: jobFields as () => object };
}
