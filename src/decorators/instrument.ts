import { invalidOption } from '../core/errors.js';
import { argumentsOf, paramsByMethod } from './arguments-of.js';
import type { InstrumentDecorator, Outcome } from './instrument-types.js';
import type { Instrumentation, InstrumentClassOptions, InstrumentOptions } from './instrument-options.js';
import { normaliseInstrument } from './instrument-options.js';
import type { AnyFunction, Class, Handlers, Member } from './protocol.js';
import { decorator, forgottenCall } from './protocol.js';
import { nameOfClass, nameOfHome, SpanSite } from './span-site.js';
import { isWrapped, wrap } from './wrap.js';
import { wrapCallback } from './wrap-callback.js';

const LABEL = '@Instrument()';

/**
 * Records each call of a method as a span: named `Class.method`, a child of the active span, with the arguments, the duration and how it
 * ended. What the method does, also later, in promises and timers that it starts, runs inside the span. Sinks see one line at its end,
 * at `level`; a failed one at `err`; one slower than `slow` at warn.
 *
 * On a method, a static, a #private method, an accessor, or a class (all its own methods), under legacy and under standard decorators.
 * The method stays what it is: sync stays sync, the same result, the same error, `this`, `name`, `length`, metadata.
 * A promise ends the span when it settles, a generator when its iteration ends, an observable for each subscription, a lazy query when its
 * user awaits it.
 *
 * @throws TtlogError `ERR_INVALID_DECORATOR_TARGET` on anything else; `ERR_INVALID_OPTION` for a wrong option. Both when decorating.
 * @example
 * import { init } from 'ttlog';
 * import { Instrument } from 'ttlog/decorators';
 * import { memorySink } from 'ttlog/sinks';
 *
 * class PaymentService {
 *   @Instrument({ level: 'info', slow: 500 })
 *   async charge(order_id: number, amount: number): Promise<string> {
 *     return `paid ${amount}`;
 *   }
 * }
 *
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * await new PaymentService().charge(7, 9.5); // => 'paid 9.5'
 * await handle.shutdown();
 * const [record] = memory.records;
 * [record?.message, record?.values['order_id'], record?.outcome]; // => ['PaymentService.charge', 7, 'ok']
 */
export function Instrument<This = unknown, Args extends unknown[] = [], Returned = unknown>(
  options?: InstrumentOptions<This, Args, Outcome<Returned>> & InstrumentClassOptions,
): InstrumentDecorator<This, Args, Returned>;
/** The same, where the types of the option functions are written down. */
export function Instrument<This = unknown, Args extends unknown[] = [], Result = unknown>(
  options: InstrumentOptions<This, Args, Result> & InstrumentClassOptions,
): InstrumentDecorator<This, Args, Result>;
export function Instrument<This = unknown, Args extends unknown[] = [], Result = unknown>(
  options: InstrumentOptions<This, Args, Result> & InstrumentClassOptions = {},
): InstrumentDecorator<This, Args, Result> {
  if (typeof options !== 'object' || options === null || arguments.length > 1) throw forgottenCall('@Instrument');
  const plan = normaliseInstrument(options);
  return decorator(LABEL, handlersFor(plan)) as InstrumentDecorator<This, Args, Result>;
}

function handlersFor(plan: Instrumentation): Handlers {
  return {
    class: (type) => instrumentClass(type, plan),
    method: (fn, member) => instrument(fn, member, plan),
    // Compilers let a legacy decorator be written on both halves of a pair, and apply each to both.
    getter: (fn, member) => (isWrapped(fn) ? undefined : instrument(fn, member, plan)),
    setter: (fn, member) => (isWrapped(fn) ? undefined : instrument(fn, member, plan)),
  };
}

function instrument(fn: AnyFunction, member: Member, plan: Instrumentation): AnyFunction {
  const { home, context, isStatic } = member;
  const site = new SpanSite(plan, member, home === undefined ? undefined : nameOfHome(home));
  const wrapper = (plan.callback ? wrapCallback : wrap)(fn, site, plan, argumentsOf(fn, member, plan));
  // A standard decorator of a static is told its class before anybody can call it.
  if (isStatic && context !== undefined) {
    context.addInitializer(function () {
      site.belongsTo(nameOfClass(this));
    });
  }
  return wrapper;
}

/** Called by engines and libraries rather than by the application, some of them while a record is being written. */
const HOOKS: ReadonlySet<string> = new Set([
  'constructor', 'toString', 'toLocaleString', 'toJSON', 'valueOf', 'then',
]); // prettier-ignore

/** Each method of the class itself, static or not, that has no @Instrument of its own. Accessors and inherited methods are left alone. */
function instrumentClass(type: Class, plan: Instrumentation): void {
  const paramsOf = paramsByMethod(plan);
  for (const key of [...plan.exclude, ...Object.keys(plan.params ?? {})]) {
    if (key in type.prototype || key in type) continue;
    throw invalidOption('exclude and params', `names of methods of ${nameOfClass(type) ?? 'the class'}`, key);
  }
  const name = plan.name ?? nameOfClass(type) ?? '(anonymous)';
  for (const home of [type.prototype as object, type]) {
    const isStatic = home === type;
    for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(home))) {
      const fn = descriptor.value as unknown;
      if (typeof fn !== 'function' || HOOKS.has(key) || plan.exclude.includes(key) || isWrapped(fn)) continue;
      // A static field is no method, even with a function in it.
      if (descriptor.configurable !== true || isClass(fn) || (isStatic && descriptor.enumerable === true)) continue;
      const member: Member = { key, isStatic, isPrivate: false, home, context: undefined };
      const own: Instrumentation = {
        ...plan,
        name: `${name}.${key}`,
        params: paramsOf(key),
      };
      const wrapper = instrument(fn as AnyFunction, member, own);
      Object.defineProperty(home, key, { ...descriptor, value: wrapper });
    }
  }
}

/** A class kept in a static property is no method. */
function isClass(fn: object): boolean {
  return Object.getOwnPropertyDescriptor(fn, 'prototype')?.writable === false;
}
