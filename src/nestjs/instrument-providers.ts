// Spans around the methods of providers and controllers, without a decorator on each. Methods are wrapped on the prototypes of their classes,
// once; instances stay what they are, never a proxy: identity, private members and `instanceof` go on working.
import type { Type } from '@nestjs/common';
import { checkOptions, invalidOption } from '../core/errors.js';
import { getLogger } from '../core/logger.js';
import { normaliseInstrument, type InstrumentOptions } from '../decorators/instrument-options.js';
import { Instrument } from '../decorators/instrument.js';
import { instrumentEntriesOf } from './entry-points.js';
import { nestState } from './nest-state.js';
import { isNestsOwn } from './nests-own.js';

/** Which classes: themselves, their names, or a function that is asked about each class once. */
export type ClassSelector = readonly (Type | string)[] | ((type: Type) => boolean);

/** Those of `@Instrument()` that make sense for many methods at once, and which methods these are. */
export interface InstrumentProvidersOptions extends Pick<
  InstrumentOptions,
  'level' | 'args' | 'err' | 'entry' | 'slow' | 'sample'
> {
  /**
   * The classes to instrument.
   *
   * @default all that have a decorator of Nest's (providers, controllers, gateways, resolvers, guards, interceptors, pipes, filters), but for those
   *   that Nest's own packages bring along
   */
  include?: ClassSelector;
  /** Classes that are left alone. @default [] */
  exclude?: ClassSelector;
  /** A decorator of instances that had the place before: it is called with each, and what it returns is what Nest takes. @default none */
  instanceDecorator?: (instance: unknown) => unknown;
}

/** By the metadata that Nest's class decorators leave. */
const NEST_CLASS = [
  '__injectable__',
  '__controller__',
  '__catch__',
  'websockets:is_gateway',
  'graphql:resolver_type',
  'bullmq:processor_metadata',
];

const KNOWN = ['level', 'args', 'err', 'entry', 'slow', 'sample', 'include', 'exclude', 'instanceDecorator'];

/**
 * Puts `@Instrument()` on all the classes that Nest makes instances of, or on chosen ones, for the option `instrument` of `NestFactory`.
 *
 * 1. Methods are wrapped on the prototype, when the first instance of a class is made and before routes are wired. Name, length and metadata
 *    stay, so routes, guards, pipes, parameters and interceptors do. Instances are never replaced.
 * 2. A class has its own methods instrumented, and those of ancestors that are chosen themselves. Methods with an `@Instrument()` of their own
 *    keep it; a middleware's `use` is left alone, because the rest of the request would become part of it.
 * 3. Nest has one place for a decorator of instances: give the one that had it as `instanceDecorator`.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` on a wrong option.
 * @example
 * import { Controller, Get, Injectable, Module } from '@nestjs/common';
 * import { NestFactory } from '@nestjs/core';
 * import { instrumentProviders, TtlogModule } from 'ttlog/nestjs';
 * import { memorySink } from 'ttlog/sinks';
 *
 * @Injectable()
 * class PriceService {
 *   async quote(sku: string) {
 *     return { sku, cents: 995 };
 *   }
 * }
 * const memory = memorySink();
 * @Module({ imports: [TtlogModule.forRoot({ level: 'debug', sinks: [memory] })], providers: [PriceService] })
 * class AppModule {}
 *
 * const app = await NestFactory.createApplicationContext(AppModule, { logger: false, instrument: instrumentProviders() });
 * await app.get(PriceService).quote('grinder');
 * await app.close();
 * const [record] = memory.records;
 * [record?.message, record?.values['sku'], record?.outcome]; // => ['PriceService.quote', 'grinder', 'ok']
 */
export function instrumentProviders(options: InstrumentProvidersOptions = {}): {
  instanceDecorator: (instance: unknown) => unknown;
} {
  checkOptions('instrumentProviders()', options, KNOWN);
  const { include, exclude = [], instanceDecorator: inner, ...spans } = options;
  normaliseInstrument(spans);
  if (inner !== undefined && typeof inner !== 'function') throw invalidOption('instanceDecorator', 'a function', inner);
  const isIncluded = include === undefined ? isNestClass : selector('include', include);
  const isExcluded = selector('exclude', exclude);
  const isChosen = (type: Type): boolean => isIncluded(type) && !isExcluded(type);
  const seen = new WeakSet<object>();
  return {
    instanceDecorator(instance) {
      const type = classOf(instance);
      if (type !== undefined && !seen.has(type)) {
        seen.add(type);
        instrumentChosen(type, isChosen, spans);
      }
      return inner === undefined ? instance : inner(instance);
    },
  };
}

/** The class and its ancestors. Never throws: an application starts, whatever a class of it looks like. */
function instrumentChosen(type: Type, isChosen: (type: Type) => boolean, spans: InstrumentOptions): void {
  for (let at: unknown = type; isClass(at); at = Object.getPrototypeOf(at)) {
    try {
      if (!isChosen(at) || nestState.instrumented.has(at)) continue;
      nestState.instrumented.add(at);
      // Before the rest, so that they are what they are whether this or `TtlogModule` comes first.
      instrumentEntriesOf(at);
      Instrument({ ...spans, exclude: methodsLeftAlone(at) })(at);
    } catch (error) {
      getLogger('ttlog').warn('A class could not be instrumented', { class: at.name, err: error });
    }
  }
}

/** A function that is called with the rest of the request, and returns before that is over. */
function methodsLeftAlone({ prototype }: Type): string[] {
  const use = Object.getOwnPropertyDescriptor(prototype, 'use')?.value as unknown;
  return typeof use === 'function' && use.length >= 3 ? ['use'] : [];
}

function isNestClass(type: Type): boolean {
  return !isNestsOwn(type) && NEST_CLASS.some((key) => Reflect.hasOwnMetadata(key, type));
}

function selector(option: string, given: ClassSelector): (type: Type) => boolean {
  if (typeof given === 'function') return given;
  if (!Array.isArray(given) || !given.every((one) => typeof one === 'string' || typeof one === 'function'))
    throw invalidOption(option, 'a list of classes or of their names, or a function', given);
  const listed = new Set<unknown>(given);
  return (type) => listed.has(type) || listed.has(type.name);
}

function classOf(instance: unknown): Type | undefined {
  if (typeof instance !== 'object' || instance === null) return undefined;
  try {
    const { constructor } = instance;
    return isClass(constructor) && constructor !== (Object as unknown) ? constructor : undefined;
  } catch {
    return undefined; // a proxy or a getter that throws
  }
}

function isClass(value: unknown): value is Type {
  return typeof value === 'function' && typeof value.prototype === 'object' && value !== Function.prototype;
}
