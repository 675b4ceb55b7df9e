// Cold but for `open`: which class an instrumented method belongs to, and the callsite of its spans.
import type { Callsite } from '../core/callsite.js';
import type { Scope } from '../core/scope.js';
import type { Ring } from '../core/ring.js';
import type { Span, SpanRules } from '../core/span.js';
import { openSpanAt, openSpanWith, spanRules, spanSite } from '../core/span.js';
import { readyForSpan } from '../core/span-record.js';
import { state, targetOf } from '../core/state.js';
import type { Target } from '../core/target.js';
import type { Instrumentation } from './instrument-options.js';
import type { Member } from './protocol.js';

/**
 * Where the spans of one method go. Under legacy decorators the class is known when decorating; a standard method decorator is not
 * told, so there the first call finds out, from `this`.
 */
export class SpanSite {
  readonly level: number;
  /** null until the class is known. */
  target: Target | null = null;
  private name = '';
  private readonly rules: SpanRules;
  private callsite: Callsite | null = null;
  /** The ring that the callsite's ids belong to. */
  private ring: unknown = undefined;
  private readonly options: Instrumentation;
  private readonly member: Member;
  /** What stands in the class for the method, to recognise it by. */
  wrapper: unknown = undefined;

  constructor(options: Instrumentation, member: Member, className: string | undefined) {
    const { level, kind, errorLevel, slowNs } = options;
    this.level = level;
    this.rules = spanRules(kind, errorLevel, slowNs);
    this.options = options;
    this.member = member;
    if (className !== undefined || (options.name !== undefined && options.target !== undefined))
      this.settle(className ?? '');
  }

  /** Opens the span of a call on `self`, as the options say. */
  open(self: unknown, outer: Scope | undefined, fields: Record<string, unknown> | undefined): Span {
    return openSpanWith(this.callsiteOf(self), this.rules, outer, fields);
  }

  /** The ring, where the fields of a span may be written into it before `openAt`. */
  ready(self: unknown, outer: Scope | undefined): Ring | null {
    const callsite = this.callsiteOf(self);
    // Called without its object: not this site's own.
    if (callsite !== this.callsite) return null;
    const { level, target } = callsite;
    if (level < target.recordLevel || (outer !== undefined && outer.silence !== 0)) return null;
    return readyForSpan(callsite, outer);
  }

  /** Opens the span of a call that `ready` was asked for; its fields end at `p`. */
  openAt(ring: Ring, p: number, outer: Scope | undefined): Span {
    return openSpanAt(ring, p, this.callsite!, this.rules, outer);
  }

  private callsiteOf(self: unknown): Callsite {
    return this.ring === state.ring && this.callsite !== null ? this.callsite : this.callsiteFor(self);
  }

  private callsiteFor(self: unknown): Callsite {
    if (this.target === null) {
      const className = classNameOf(self, this.member, this.wrapper);
      // Called without its object: no telling whose method it is, this time.
      if (className === undefined)
        return spanSite(state.rootTarget, this.level, this.options.name ?? keyText(this.member));
      this.settle(className);
    }
    this.ring = state.ring;
    this.callsite = spanSite(this.target!, this.level, this.name);
    return this.callsite;
  }

  /** The class, where somebody who knows it comes to say. */
  belongsTo(className: string | undefined): void {
    if (className !== undefined) this.settle(className);
  }

  private settle(className: string): void {
    const { name, target } = this.options;
    const key = keyText(this.member);
    this.name = name ?? (key.startsWith('[') ? className + key : `${className}.${key}`);
    this.target = targetOf(target ?? className);
  }
}

function keyText({ key, isPrivate }: Member): string {
  if (typeof key === 'symbol') return `[${key.description ?? ''}]`;
  return isPrivate && !key.startsWith('#') ? `#${key}` : key;
}

/** The name of a class; undefined where it has none, or has made `name` something else. */
export function nameOfClass(type: unknown): string | undefined {
  try {
    const name: unknown = typeof type === 'function' ? type.name : undefined;
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined; // a getter that throws
  }
}

/** Of the class that the member was declared in, as legacy decorators have it. */
export function nameOfHome(home: object): string | undefined {
  return nameOfClass(typeof home === 'function' ? home : home.constructor);
}

/**
 * Of the class in the prototype chain of `self` that has the wrapper. Where a decorator above has wrapped it once more, the outermost
 * ancestor that has the key; of a #private method, the class of the object.
 */
function classNameOf(self: unknown, member: Member, wrapper: unknown): string | undefined {
  try {
    return findClassName(self, member, wrapper);
  } catch {
    return undefined; // a proxy that throws
  }
}

function findClassName(self: unknown, { key, isPrivate, isStatic }: Member, wrapper: unknown): string | undefined {
  if ((typeof self !== 'object' || self === null) && typeof self !== 'function') return undefined;
  if (isStatic) return nameOfClass(self);
  if (isPrivate) return nameOfClass(self.constructor);
  let found: string | undefined;
  for (let home: object | null = self; home !== null; home = Object.getPrototypeOf(home) as object | null) {
    const own = Object.getOwnPropertyDescriptor(home, key);
    if (own === undefined) continue;
    found = nameOfClass(home.constructor) ?? found;
    if (own.value === wrapper || own.get === wrapper || own.set === wrapper) break;
  }
  return found;
}
