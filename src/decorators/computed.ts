/** What the options `fields` and `ret` compute. A function of the user that throws costs its fields, never the call. */
import { throwsMark } from '../core/field.js';
import * as L from '../core/layout.js';
import { plainFields } from '../core/plain-fields.js';
import { recordEvent } from '../core/record.js';
import type { Span } from '../core/span.js';
import { plainEnd } from '../context/end-span.js';
import type { SpanEnd } from '../context/end-span.js';
import type { Capture } from './capture.js';
import type { Instrumentation } from './instrument-options.js';

/** The arguments, and what the option `fields` makes of `this` and them. */
export function withComputed(capture: Capture | null, { fields }: Instrumentation): Capture | null {
  if (fields === undefined) return capture;
  return {
    read(...args) {
      const computed = guarded(() => fields.apply(this, args));
      return capture === null ? computed : { ...capture.read(...args), ...computed };
    },
    write: null,
  };
}

function guarded(compute: () => object): Record<string, unknown> {
  try {
    return { ...plainFields(compute()) };
  } catch (error) {
    return { fields: throwsMark(error) };
  }
}

/** How the spans of a method end, with what its `ret` option says. */
export function endOf({ ret }: Instrumentation): SpanEnd {
  if (ret === false) return plainEnd;
  return {
    ok(span, value) {
      if (span.ended) return;
      if (typeof ret === 'number') recordReturn(span, ret, value);
      const fields = ret === true ? { ret: value } : typeof ret === 'function' ? guarded(() => ret(value)) : undefined;
      span.finish(L.OUTCOME_OK, undefined, fields);
    },
    error: plainEnd.error,
  };
}

function recordReturn(span: Span, level: number, value: unknown): void {
  const { target, message } = span.callsite;
  if (span.span === span && level >= target.recordLevel) {
    recordEvent(target, level, span, null, `${message} returned`, { ret: value });
  }
}
