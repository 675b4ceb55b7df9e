/** A call in a browser as a record: objects are fields, an error is `err`, the first that is neither is the message. */
import { currentScope } from '../../core/current-scope.js';
import { log } from '../../core/log.js';
import { mergeFields } from '../../core/plain-fields.js';
import { decidedTarget, state } from '../../core/state.js';
import type { Own } from './browser-instance.js';
import { jsonOr } from './browser-calls.js';
import { format } from './format.js';
import { ringLevel } from './levels.js';

/** The console has it: no sink of ttlog's is to show it again. Never throws. */
export function recordCall(own: Own, name: string, args: readonly unknown[]): void {
  const { root } = own;
  const level = ringLevel(name, root.levels.values[name], false);
  const target = decidedTarget(root.options.name ?? state.rootTarget.name, false);
  if (level < target.recordLevel) return;
  const rest = [...args];
  let fields: Record<string, unknown> = {};
  while (typeof rest[0] === 'object' && rest[0] !== null) fields = mergeFields(fields, rest.shift() as object);
  const [message, ...values] = rest;
  const shown = root.redaction === null ? fields : root.redaction.object(fields);
  const text = message === undefined ? errorMessage(fields) : format(message, values, jsonOr);
  log(target, level, currentScope(), null, typeof text === 'string' ? text : (jsonOr(text) ?? ''), shown);
}

function errorMessage({ err }: Record<string, unknown>): unknown {
  return err instanceof Error ? err.message : '';
}
