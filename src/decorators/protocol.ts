/**
 * Legacy and standard decorators behind one value: what a decorator is applied to, in the same words for both.
 *
 *   legacy    (class) · (prototype | class, key, descriptor) · (prototype | class, key) · (prototype | class, key, index)
 *   standard  (value, { kind, name, static, private, addInitializer, … })
 */
import { TtlogError } from '../core/errors.js';

export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
export type Class = abstract new (...args: never[]) => object;

/** The member of a class that is being decorated. */
export interface Member {
  readonly key: string | symbol;
  readonly isStatic: boolean;
  readonly isPrivate: boolean;
  /** The prototype or, for statics, the class; undefined where the protocol does not tell (standard decorators). */
  readonly home: object | undefined;
  /** Standard decorators only. */
  readonly context: StandardContext | undefined;
}

/** As much of the context object of standard decorators as is used here. */
export interface StandardContext {
  readonly kind: 'class' | 'method' | 'getter' | 'setter' | 'accessor' | 'field';
  readonly name: string | symbol | undefined;
  readonly static?: boolean;
  readonly private?: boolean;
  readonly metadata?: object | undefined;
  addInitializer(initializer: (this: unknown) => void): void;
}

/** What a decorator does with each kind of thing. What has no handler is wrong use. */
export interface Handlers {
  readonly class?: (type: Class, context: StandardContext | undefined) => void;
  /** Returns the function to put in its place; undefined leaves it. */
  readonly method?: (fn: AnyFunction, member: Member) => AnyFunction | undefined;
  readonly getter?: (fn: AnyFunction, member: Member) => AnyFunction | undefined;
  readonly setter?: (fn: AnyFunction, member: Member) => AnyFunction | undefined;
  readonly field?: (member: Member) => void;
}

/** The decorator `@label` as one value for both protocols. */
export function decorator(label: string, handlers: Handlers): (...args: unknown[]) => unknown {
  return (...args) => {
    const [target, named, third] = args;
    // The key of a member that is written as a number.
    const second = typeof named === 'number' ? String(named) : named;
    if (isStandardContext(second)) return applyStandard(label, handlers, target, second);
    if (args.length === 1) {
      if (typeof target === 'function' && handlers.class !== undefined)
        return handlers.class(target as never, undefined);
    } else if (isHome(target) && (typeof second === 'string' || typeof second === 'symbol')) {
      return applyLegacy(label, handlers, target, second, third);
    }
    throw wrongTarget(label, handlers, describeLegacy(args));
  };
}

function isStandardContext(value: unknown): value is StandardContext {
  return typeof value === 'object' && value !== null && typeof (value as { kind?: unknown }).kind === 'string';
}

function isHome(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function applyStandard(label: string, handlers: Handlers, value: unknown, context: StandardContext): unknown {
  const { kind, name } = context;
  if (kind === 'class') {
    if (handlers.class !== undefined) return handlers.class(value as never, context);
  } else {
    const isStatic = context.static === true;
    const member: Member = { key: name!, isStatic, isPrivate: context.private === true, home: undefined, context };
    if (kind === 'accessor') {
      const { getter, setter, field } = handlers;
      if (getter === undefined && setter === undefined && field !== undefined) return field(member);
      const pair = value as { get: AnyFunction; set: AnyFunction };
      if (getter !== undefined || setter !== undefined) {
        return { get: getter?.(pair.get, member) ?? pair.get, set: setter?.(pair.set, member) ?? pair.set };
      }
    } else if (kind === 'field') {
      if (handlers.field !== undefined) return handlers.field(member);
    } else {
      const handler = handlers[kind];
      if (handler !== undefined) return handler(value as AnyFunction, member);
    }
  }
  throw wrongTarget(label, handlers, `the ${kind}${name === undefined ? '' : ` ${String(name)}`}`);
}

function applyLegacy(label: string, handlers: Handlers, home: object, key: string | symbol, third: unknown): unknown {
  const member: Member = { key, isStatic: typeof home === 'function', isPrivate: false, home, context: undefined };
  const descriptor = third as (PropertyDescriptor & { initializer?: unknown }) | undefined;
  if (typeof third === 'number') {
    throw wrongTarget(label, handlers, `parameter ${third} of ${String(key)}`);
  }
  // A field has no descriptor (TypeScript), or one with an initializer (Babel).
  if (descriptor === undefined || 'initializer' in descriptor) {
    if (handlers.field !== undefined) return handlers.field(member);
    throw wrongTarget(label, handlers, `the field ${String(key)}`);
  }
  if (typeof descriptor.value === 'function') {
    if (handlers.method === undefined) throw wrongTarget(label, handlers, `the method ${String(key)}`);
    return replaced(descriptor, 'value', handlers.method(descriptor.value as AnyFunction, member));
  }
  if (descriptor.get === undefined && descriptor.set === undefined) {
    throw wrongTarget(label, handlers, `the property ${String(key)}`);
  }
  const { get, set } = descriptor as { get?: AnyFunction; set?: AnyFunction };
  if (handlers.getter === undefined && handlers.setter === undefined) {
    if (handlers.field !== undefined) return handlers.field(member);
    throw wrongTarget(label, handlers, `the accessor ${String(key)}`);
  }
  if (get !== undefined) replaced(descriptor, 'get', handlers.getter?.(get, member));
  if (set !== undefined) replaced(descriptor, 'set', handlers.setter?.(set, member));
  return descriptor;
}

/** In the very descriptor: decorators above may have kept hold of it. */
function replaced(descriptor: PropertyDescriptor, part: 'value' | 'get' | 'set', fn: unknown): PropertyDescriptor {
  if (fn !== undefined) descriptor[part] = fn as never;
  return descriptor;
}

function describeLegacy(args: readonly unknown[]): string {
  const [target] = args;
  if (args.length > 1 && typeof args[2] === 'number') return `a parameter of the constructor`;
  if (typeof target === 'function') return `the class ${target.name || '(anonymous)'}`;
  return target === null ? 'null' : `a value of type ${typeof target}`;
}

const NAMES: Record<keyof Handlers, string> = {
  class: 'a class',
  method: 'a method',
  getter: 'a getter',
  setter: 'a setter',
  field: 'a property',
};

function wrongTarget(label: string, handlers: Handlers, got: string): TtlogError {
  const allowed = (Object.keys(NAMES) as (keyof Handlers)[]).filter((kind) => handlers[kind] !== undefined);
  const expected = allowed.map((kind) => NAMES[kind]).join(', ');
  return new TtlogError(
    'ERR_INVALID_DECORATOR_TARGET',
    `Expected ${label} to be applied to ${expected}, got ${got}. Put it on ${allowed.length === 1 ? expected : 'one of these'}, or take it away.`,
  );
}

/** `@Name` instead of `@Name()`: the decorator's own arguments arrive where its options belong. */
export function forgottenCall(name: string): TtlogError {
  return new TtlogError(
    'ERR_INVALID_DECORATOR_TARGET',
    `Expected ${name}() to be called, got it applied as it is. Write ${name}().`,
  );
}
