import { TtlogError } from '../core/errors.js';
import { renewExtractor } from './extractor.js';
import type { FieldOptions } from './field-options.js';
import { checkFieldOptions } from './field-options.js';
import { sayField } from './field-registry.js';
import type { Handlers, Member } from './protocol.js';
import { decorator, forgottenCall } from './protocol.js';

const LABEL = '@Field()';

/** What `@Field()` may be put on, in either protocol. */
export interface FieldDecorator {
  /** Standard: a field. */
  (value: undefined, context: ClassFieldDecoratorContext): void;
  /** Standard: a getter. */
  <This, V>(value: (this: This) => V, context: ClassGetterDecoratorContext<This, V>): void;
  /** Standard: an auto-accessor. */
  <This, V>(value: ClassAccessorDecoratorTarget<This, V>, context: ClassAccessorDecoratorContext<This, V>): void;
  /** Legacy: a property or a getter. */
  (home: object, key: string | symbol, descriptor?: PropertyDescriptor): void;
}

/**
 * Says how one property or getter of a `@Fields` class is recorded. A getter is recorded only with it (or with class-transformer's
 * `@Expose`), and beats class-transformer's `@Exclude`.
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
export function Field(options: FieldOptions = {}): FieldDecorator {
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
