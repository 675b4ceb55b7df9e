/** What a logger records into the ring: every call, whether a line is written of it or not. */
import { hostname } from 'node:os';
import { currentScope } from '../../core/current-scope.js';
import { noteLoggedErrors } from '../../core/error-lines.js';
import { LogLevel } from '../../core/level.js';
import { log } from '../../core/log.js';
import { mergeFields } from '../../core/plain-fields.js';
import { Bindings } from '../../core/scope.js';
import { setField } from '../../core/set-field.js';
import { decidedTarget, state, targetOf } from '../../core/state.js';
import type { Target } from '../../core/target.js';
import type { Fields, Instance } from './instance.js';
import { isPlain, serializedFields, shownMessage } from './line.js';
import { STANDARD_LEVELS } from './levels.js';
import { err } from './std-serializers.js';
import { readOr, stringify } from './stringify.js';
import * as S from './symbols.js';

/** The field that says the level of a call whose level is the application's own. */
const LEVEL_FIELD = 'level_label';

/** Where a logger and its children record to. */
export class RingSide {
  /** The logger's name; '' = the service. */
  private readonly name: string;
  /** False for `enabled: false`: nothing is recorded. */
  private readonly isOn: boolean;
  /** True where lines go to a stream of the application's: sinks get its records only where they have a level of their own. */
  private readonly hasStream: boolean;
  /** Of which root target the three others are: a service gets its name late. */
  private root: Target | null = null;
  private open: Target = state.rootTarget;
  private delivered: Target = state.rootTarget;
  private kept: Target = state.rootTarget;

  constructor(name: string, isOn: boolean, hasStream: boolean) {
    this.name = name;
    this.isOn = isOn;
    this.hasStream = hasStream;
  }

  /** The target of a call that records it, or null. */
  targetFor(logger: Instance, level: LogLevel, isWritten: boolean): Target | null {
    if (!this.isOn) return null;
    if (this.root !== state.rootTarget) this.lookUp();
    const target = this.hasStream
      ? this.kept
      : !logger[S.ringDecidesSym]
        ? this.open
        : isWritten
          ? this.delivered
          : this.kept;
    return level >= target.recordLevel ? target : null;
  }

  private lookUp(): void {
    this.root = state.rootTarget;
    const name = this.name === '' ? this.root.name : this.name;
    this.open = this.name === '' ? this.root : targetOf(name);
    this.delivered = decidedTarget(name, true);
    this.kept = decidedTarget(name, false);
  }
}

/** The level of the ring that a call of this number has. */
export function levelOf(logger: Instance, num: number): LogLevel {
  return logger[S.ringLevelsSym].get(num) ?? LogLevel.Info;
}

/**
 * Records a call. `fields` are those of its line, where one was made: serialized, and without what `redact` hides. Below the logger's level
 * no mixin is asked; what serializers and `redact` hide is hidden at every level. Never throws.
 */
export function record(
  logger: Instance,
  num: number,
  isWritten: boolean,
  obj: Fields,
  message: unknown,
  fields: Fields | null,
): void {
  const level = levelOf(logger, num);
  const target = logger[S.ringSym].targetFor(logger, level, isWritten);
  if (target === null) return;
  let recorded: unknown = fields ?? obj;
  try {
    if (fields === null && !isPlain(logger)) recorded = hidden(logger, serializedFields(logger, obj));
    const label = num in STANDARD_NUMBERS ? undefined : logger.levels.labels[num];
    if (label !== undefined) recorded = { ...mergeFields(undefined, recorded as object), [LEVEL_FIELD]: label };
    const nestedKey = logger[S.nestedKeySym];
    if (nestedKey) recorded = { [nestedKey]: recorded };
  } catch (error) {
    recorded = { err: error };
  }
  const scope = currentScope();
  log(target, level, scope, logger[S.ringBindingsSym], messageText(logger, message), recorded);
  // What is recorded is what a serializer made of an error.
  if (level >= LogLevel.Error && recorded !== obj) noteLoggedErrors(obj, level, target, scope);
}

const STANDARD_NUMBERS: Readonly<Record<number, true>> = Object.fromEntries(
  Object.values(STANDARD_LEVELS).map((number) => [number, true]),
);

/** Without what `redact` hides. Of an error it hides parts, so that is recorded as its line has it. */
function hidden(logger: Instance, fields: Fields): Fields {
  const redaction = logger[S.redactionSym];
  if (redaction === null) return fields;
  const shown: Fields = {};
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (!redaction.concerns(key)) setField(shown, key, value);
    else {
      const redacted = readOr(() => redaction.field(key, value instanceof Error ? err(value) : value));
      if (redacted !== undefined) setField(shown, key, redacted);
    }
  }
  return shown;
}

function messageText(logger: Instance, message: unknown): string {
  if (message === undefined) return '';
  const text = shownMessage(logger, message);
  return typeof text === 'string' ? text : (stringify(text, logger[S.stringifySafeSym]) ?? '');
}

const machine = hostname();

/** The bindings of a child: those of its parent and its own. The process is known to ttlog; what says the same is left out. */
export function childBindings(parent: Bindings | null, own: Fields): Bindings | null {
  const { pid, hostname: host, ...rest } = own;
  if (pid !== undefined && pid !== process.pid) rest['pid'] = pid;
  if (host !== undefined && host !== machine) rest['hostname'] = host;
  if (Object.keys(rest).length === 0) return parent;
  return new Bindings(mergeFields(parent?.fields, rest));
}
