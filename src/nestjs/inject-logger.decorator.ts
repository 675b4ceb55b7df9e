import { Inject, Scope, type Provider } from '@nestjs/common';
import { INQUIRER } from '@nestjs/core';
import { TtlogError } from '../core/errors.js';
import { getLogger, type Logger } from '../core/logger.js';
import { nestState } from './nest-state.js';

/** Loggers that one class can have injected. */
const MAX_LOGGERS = 8;

/**
 * Which target an injected logger has is a matter of class and position, so a fixed set of tokens will do: the n-th `@InjectLogger`
 * of a class asks for the n-th token. Nothing has to be collected before the modules are scanned, and lazy modules work too.
 */
const tokens = Array.from({ length: MAX_LOGGERS }, (_, slot) => Symbol.for(`ttlog.nestjs/1/logger/${slot}`));

/**
 * Injects a ttlog `Logger` into a constructor parameter or a property. Its target is the class it is injected into, or the one given.
 * The class stays a singleton: nothing becomes request-scoped, because the request's fields come from the running scope.
 *
 * @param target Target of the logger's events. Default: the name of the class.
 * @throws TtlogError `ERR_INVALID_DECORATOR_TARGET` on anything else, or at the ninth logger of one class.
 * @example
 * import { Injectable, Module } from '@nestjs/common';
 * import { NestFactory } from '@nestjs/core';
 * import type { Logger } from 'ttlog';
 * import { InjectLogger, TtlogModule } from 'ttlog/nestjs';
 *
 * @Injectable()
 * class OrdersService {
 *   constructor(
 *     @InjectLogger() readonly log: Logger,
 *     @InjectLogger('audit') readonly audit: Logger,
 *   ) {}
 * }
 * @Module({ imports: [TtlogModule.forRoot({ service: 'shop' })], providers: [OrdersService] })
 * class AppModule {}
 *
 * const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
 * const { log, audit } = app.get(OrdersService);
 * await app.close();
 * [log.target, audit.target]; // => ['OrdersService', 'audit']
 */
export function InjectLogger(target?: string): ParameterDecorator & PropertyDecorator {
  return (owner: object, key: string | symbol | undefined, index?: number) => {
    const ofConstructor = typeof owner === 'function' && key === undefined && typeof index === 'number';
    const ofProperty = typeof owner === 'object' && key !== undefined && typeof index !== 'number';
    if (!ofConstructor && !ofProperty) {
      throw new TtlogError(
        'ERR_INVALID_DECORATOR_TARGET',
        `Expected @InjectLogger() on a constructor parameter or an instance property, got ${describe(owner, key)}. Take the logger in the constructor.`,
      );
    }
    const slot = remember(ofConstructor ? owner : owner.constructor, target);
    Inject(tokens[slot])(owner, key, index as number);
  };
}

/** Adds a target to those of a class, behind those it inherits. Returns its position. */
function remember(type: object, target: string | undefined): number {
  const { loggerTargets } = nestState;
  const earlier = targetsOf(type);
  if (earlier.length === MAX_LOGGERS) {
    throw new TtlogError(
      'ERR_INVALID_DECORATOR_TARGET',
      `Expected at most ${MAX_LOGGERS} injected loggers in ${nameOf(type)}, got one more. Use getLogger('${target ?? nameOf(type)}') for the rest.`,
    );
  }
  loggerTargets.set(type, [...earlier, target]);
  return earlier.length;
}

/** The targets that a class, or the nearest one it extends, was given. */
function targetsOf(type: object): readonly (string | undefined)[] {
  for (let at: object | null = type; typeof at === 'function'; at = Object.getPrototypeOf(at) as object | null) {
    const own = nestState.loggerTargets.get(at);
    if (own !== undefined) return own;
  }
  return [];
}

/** What answers the tokens: transient, so that each class that asks gets its own. */
export const loggerProviders: Provider[] = tokens.map((token, slot) => ({
  provide: token,
  scope: Scope.TRANSIENT,
  inject: [INQUIRER],
  useFactory: (inquirer: object | undefined): Logger => loggerOf(inquirer, slot),
}));

function loggerOf(inquirer: object | undefined, slot: number): Logger {
  const type: unknown = inquirer?.constructor;
  if (typeof type !== 'function' || type === Object) return getLogger('');
  return getLogger(targetsOf(type)[slot] ?? type.name);
}

const nameOf = (type: object): string => (type as { name?: string }).name ?? 'the class';

function describe(owner: object, key: string | symbol | undefined): string {
  return `${nameOf(typeof owner === 'function' ? owner : owner.constructor)}${key === undefined ? '' : `.${String(key)}`}`;
}
