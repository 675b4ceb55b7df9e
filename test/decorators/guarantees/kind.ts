// What a kind of method is to the tests of guarantees: the same source twice, bare and instrumented.
import type { InstrumentDecorator } from 'ttlog/decorators';
import { Instrument } from 'ttlog/decorators';

/** What a method calls from its body; each test looks at something else. */
export interface Probe {
  /** First thing in the body. */
  begin(self: unknown, args: readonly unknown[]): void;
  /** In what the method goes on with after it has returned, or what it has started. */
  later(): void;
  /** Last thing in the body: the result, or an error. */
  end(): unknown;
}

export type Decorate = (options?: { callback?: boolean }) => InstrumentDecorator<unknown, [], unknown>;

/** The members of one class, and how to use them. */
export interface Subject {
  /** `this` inside. */
  readonly self: unknown;
  /** The functions in the place of the member; none where nobody outside can see them. */
  readonly functions: readonly object[];
  readonly descriptor: PropertyDescriptor | undefined;
  /** Arguments that `invoke` passes on, and what becomes of them. */
  readonly args: readonly unknown[];
  readonly seenArgs: readonly unknown[];
  readonly invoke: (probe: Probe) => Invocation;
}

export interface Invocation {
  /** What the method returned; undefined where that is nobody's business. */
  readonly returned: unknown;
  /** Uses what was returned to its end; `between` is called where the user's code runs meanwhile. */
  readonly use: (between: () => void) => unknown;
}

export interface Kind {
  readonly name: string;
  /** Name of the spans. */
  readonly span: string;
  /** What is returned goes on after the method has returned. */
  readonly isLater: boolean;
  /** What is returned is a promise. */
  readonly isPromise: boolean;
  /** False where the body is not the user's: nothing calls the probe. */
  readonly hasBody: boolean;
  readonly make: (decorate: Decorate) => Subject;
}

export const instrumented: Decorate = (options) => Instrument(options);
export const bare: Decorate = () => () => undefined;

/** A decorator of somebody else, in both protocols: leaves metadata and a property on the function. */
export function mark(key: string): MarkDecorator {
  return (target: unknown, second: unknown, third?: PropertyDescriptor): undefined => {
    const fn = third === undefined ? target : (third.value ?? third.get ?? third.set);
    if (typeof fn !== 'function') throw new TypeError(`no function at ${String(second)}`);
    Reflect.defineMetadata(key, 'metadata', fn);
    Object.assign(fn, { [key]: 'property' });
  };
}

interface MarkDecorator {
  (value: unknown, context: ClassMemberDecoratorContext): void;
  (home: object, key: string | symbol, descriptor: PropertyDescriptor): void;
}

/** The property of a prototype or a class, as a subject. */
export function subjectOf(
  self: object,
  home: object,
  key: string,
  invoke: (probe: Probe) => Invocation,
  args: readonly unknown[] = [],
  seenArgs: readonly unknown[] = args,
): Subject {
  const descriptor = Object.getOwnPropertyDescriptor(home, key);
  const { value, get, set } = descriptor ?? {};
  const functions = [value, get, set].filter((fn): fn is object => typeof fn === 'function');
  return { self, functions, descriptor, args, seenArgs, invoke };
}

/** What came back is all there is. */
export function atOnce(returned: unknown): Invocation {
  return { returned, use: () => returned };
}

/** It is awaited. */
export function awaited(returned: PromiseLike<unknown>): Invocation {
  return {
    returned,
    async use(between) {
      const value = await returned;
      between();
      return value;
    },
  };
}
