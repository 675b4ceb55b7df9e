/** What the core asks about redaction. Where there are rules that look at more than names, they answer (see `RedactionRules`). */
import type { Field } from './field.js';
import type { Where } from './redact.js';
import { state } from './state.js';

/** A top-level field, or null where a look at names is all it needs. */
export function whereOf(name: string): Where | null {
  const { rules } = state.redactor;
  return rules === null ? null : rules.whereOf(name);
}

/** True for a field that is to be left out. */
export function isDroppedField(name: string): boolean {
  return whereOf(name)?.isDropped === true;
}

/** True where the message of an error at this place must not be recorded: not in its stack, and in no text made of it. */
export function hidesMessage(where: Where | null): boolean {
  return where === null ? state.redactor.isSensitive('message') : where.hidden || where.below('message').hidden;
}

/** What an error says, where that becomes a text of its own. */
export function shownMessage(error: Error): string {
  const isHidden = hidesMessage(whereOf('err')) || state.redactor.isSensitive('err');
  return isHidden ? state.redactor.censor : error.message;
}

/** A stack without the message that it repeats, which is not to be recorded. */
export function without(stack: unknown, message: unknown): unknown {
  return typeof stack === 'string' && typeof message === 'string' && message !== ''
    ? stack.split(message).join(state.redactor.censor)
    : stack;
}

/** A message, or another text that is no value. */
export function cleanMessage(message: string): string {
  const { rules } = state.redactor;
  return rules === null ? message : rules.cleanMessage(message);
}

/** Fields that have been redacted by the rules that hold now: what comes back from a backend is not redacted twice. */
export function markRedacted(fields: readonly Field[]): readonly Field[] {
  state.redactor.rules?.done.add(fields);
  return fields;
}

/** The place of fields that are marked so; null of others. */
export function whereRedacted(fields: readonly Field[]): Where | null {
  const { rules } = state.redactor;
  return rules !== null && rules.done.has(fields) ? rules.redacted : null;
}
