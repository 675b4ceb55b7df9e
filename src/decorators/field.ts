import { TtlogError } from '../core/errors.js';
import { renewExtractor } from './extractor.js';
import type { FieldOptions } from './field-options.js';
import { checkFieldOptions } from './field-options.js';
import { sayField } from './field-registry.js';
import type { Handlers, Member } from './protocol.js';
import { decorator, forgottenCall } from './protocol.js';

const LABEL = '@Field()';

/** The type of the property: standard decorators are told it, legacy ones the class and the key. Of private ones nothing is known. */
type ValueOf<Instance, Key, Value> = unknown extends Value ? (Key extends keyof Instance ? Instance[Key] : any) : Value;

/** `unknown` where the option functions take the value. */
type Takes<Given, Expected> = [Given] extends [Expected] ? unknown : { '@Field: skip or redact does not take': Given };

/** What `@Field()` may be put on, in either protocol. */
export interface FieldDecorator<Instance = unknown, Key = unknown, Value = unknown> {
  /** Standard: a field. */
  <This extends NoInfer<Instance>, V>(
    value: undefined,
    context: ClassFieldDecoratorContext<This, V> & Takes<V, NoInfer<Value>>,
  ): void;
  /** Standard: a getter. */
  <This extends NoInfer<Instance>, V>(
    value: (this: This) => V,
    context: ClassGetterDecoratorContext<This, V> & Takes<V, NoInfer<Value>>,
  ): void;
  /** Standard: an auto-accessor. */
  <This extends NoInfer<Instance>, V>(
    value: ClassAccessorDecoratorTarget<This, V>,
    context: ClassAccessorDecoratorContext<This, V> & Takes<V, NoInfer<Value>>,
  ): void;
  /** Legacy: a property or a getter. */
  <This extends NoInfer<Instance>, K extends string | symbol>(
    home: This & object,
    key: K & Takes<K extends keyof This ? This[K] : never, NoInfer<Value>>,
    descriptor?: PropertyDescriptor,
  ): void;
  /** Never called, because nobody has four arguments: compilers infer from the last signature. */
  (
    value: ((this: Instance) => Value) | ClassAccessorDecoratorTarget<Instance, Value> | Instance | undefined,
    context:
      | ClassFieldDecoratorContext<Instance, Value>
      | ClassGetterDecoratorContext<Instance, Value>
      | ClassAccessorDecoratorContext<Instance, Value>
      | Key,
    descriptor: PropertyDescriptor | undefined,
    nobody: never,
  ): void;
}

/**
 * Says how one property or getter of a `@Fields` class is recorded. A getter is recorded only with it (or with class-transformer's
 * `@Expose`), and beats class-transformer's `@Exclude`. A class that has it on one of its properties and forgot `@Fields()` is one all the
 * same: what is to be hidden is.
 *
 * @throws TtlogError `ERR_INVALID_DECORATOR_TARGET` on anything else, a static or a #private member; `ERR_INVALID_OPTION` for a wrong
 * option. Both when decorating.
 * @example
 * import { info, init } from 'ttlog';
 * import { Field, Fields } from 'ttlog/decorators';
 * import { memorySink } from 'ttlog/sinks';
 *
 * @Fields()
 * class Payment {
 *   id = 7;
 *   @Field({ unit: 'ms' }) duration = 12;
 *   @Field({ redact: (iban: string) => `…${iban.slice(-4)}` }) iban = 'DE89370400440532013000';
 *   @Field({ skip: true }) raw = '<xml/>';
 *   @Field() get large(): boolean { return true; }
 * }
 *
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * info(new Payment(), 'Paid');
 * await handle.shutdown();
 * memory.records[0]?.values; // => { id: 7, duration_ms: 12, iban: '…3000', large: true }
 */
export function Field<Instance = unknown, Key = unknown, Value = unknown>(
  options: FieldOptions<ValueOf<Instance, Key, Value>, Instance> = {},
): FieldDecorator<Instance, Key, Value> {
  if (typeof options !== 'object' || options === null || arguments.length > 1) throw forgottenCall('@Field');
  const checked = checkFieldOptions(options);
  const say = (member: Member): void => {
    const { isStatic, isPrivate, key } = member;
    if (isStatic || isPrivate || typeof key === 'symbol') {
      const got = isStatic ? 'a static' : isPrivate ? 'a #private member, which nobody outside can read' : 'a symbol';
      throw new TtlogError(
        'ERR_INVALID_DECORATOR_TARGET',
        `Expected ${LABEL} to be applied to a property or a getter of instances, got ${got} (${String(key)}). Add a public getter for it.`,
      );
    }
    sayField(member, checked, renewExtractor);
  };
  const handlers: Handlers = {
    field: say,
    getter(_fn, member) {
      say(member);
      return undefined;
    },
  };
  return decorator(LABEL, handlers);
}
