import { extractorFor, installExtractor, installInspect } from './extractor.js';
import { checkFields } from './field-checks.js';
import type { FieldsOptions } from './field-options.js';
import { checkFieldsOptions } from './field-options.js';
import { sayFields } from './field-registry.js';
import { decorator, forgottenCall } from './protocol.js';

/** What `@Fields()` may be put on, in either protocol: a class. */
export interface FieldsDecorator {
  (type: abstract new (...args: never[]) => unknown): void;
  <C extends abstract new (...args: never[]) => unknown>(value: C, context: ClassDecoratorContext<C>): void;
}

/**
 * Makes instances of a class fields: `info(order, 'Order placed')` records their properties as if they had been spelt out, and nested in
 * other fields, or as an argument of an instrumented method, they are recorded the same way. Compiled once; per
 * call it costs about what a function written by hand would.
 *
 * All own properties are recorded, under their names, functions left out; `@Field()` says otherwise, and adds getters. Under legacy
 * decorators class-transformer's `@Expose`, `@Exclude`, `@Transform` and `@Type` are honoured. Subclasses inherit all of it.
 *
 * @throws TtlogError `ERR_INVALID_DECORATOR_TARGET` on anything but a class; `ERR_INVALID_OPTION` for a wrong option; `ERR_INVALID_FIELDS`
 * where two fields have one key or flattening never ends. All of them when decorating.
 * @example
 * import { info, init } from 'ttlog';
 * import { Fields } from 'ttlog/decorators';
 * import { memorySink } from 'ttlog/sinks';
 *
 * @Fields({ rename: 'snake_case' })
 * class LoginAttempt {
 *   constructor(readonly userId: number, readonly success: boolean, readonly password: string) {}
 * }
 *
 * const memory = memorySink();
 * const handle = init({ service: 'shop', sinks: [memory] });
 * info(new LoginAttempt(123, true, 'hunter2'), 'Login attempt completed');
 * await handle.shutdown();
 * memory.records[0]?.values; // => { user_id: 123, success: true, password: '[Redacted]' }
 */
export function Fields(options: FieldsOptions = {}): FieldsDecorator {
  if (typeof options !== 'object' || options === null || arguments.length > 1) throw forgottenCall('@Fields');
  const checked = checkFieldsOptions(options);
  return decorator('@Fields()', {
    class(type, context) {
      const prototype = type.prototype as object;
      sayFields(prototype, checked, context);
      checkFields(prototype);
      installExtractor(prototype, extractorFor());
      installInspect(prototype);
    },
  });
}
