/** What `@Instrument()` may be put on, under both kinds of decorators. Types only. */

/** What an operation comes to in the end: what `ret` is given. */
export type Outcome<R> = R extends AsyncGenerator<any, infer End> | Generator<any, infer End> ? End : Awaited<R>;

/**
 * `unknown` where the option functions fit the method: they may look at the first of its parameters, of the same types or wider ones.
 * Else the type says what does not fit, so that the compiler's message does.
 */
type Fits<M, Args extends unknown[], Result> = M extends (...args: infer Own) => infer Returned
  ? Own extends [...Args, ...unknown[]]
    ? [Returned] extends [Result]
      ? unknown
      : [Outcome<Returned>] extends [Result]
        ? unknown
        : [Returned] extends [void]
          ? unknown // it may answer by a callback
          : { '@Instrument: ret does not take what this method returns': Outcome<Returned> }
    : { '@Instrument: fields does not take the parameters of this method': Own }
  : unknown;

/** One value for both protocols: the decorator that `@Instrument()` makes. */
export interface InstrumentDecorator<This, Args extends unknown[], Result> {
  /** Legacy: a class. */
  (type: abstract new (...args: never[]) => unknown): void;
  /** Standard: a class. */
  <C extends abstract new (...args: never[]) => unknown>(value: C, context: ClassDecoratorContext<C>): void;
  /** Standard: a getter. */
  <Self extends NoInfer<This>, V>(value: (this: Self) => V, context: ClassGetterDecoratorContext<Self, V>): void;
  /** Standard: a setter. */
  <Self extends NoInfer<This>, V>(
    value: (this: Self, value: V) => void,
    context: ClassSetterDecoratorContext<Self, V>,
  ): void;
  /** Standard: an auto-accessor. */
  <Self extends NoInfer<This>, V>(
    value: ClassAccessorDecoratorTarget<Self, V>,
    context: ClassAccessorDecoratorContext<Self, V>,
  ): void;
  /** Standard: a method, static or not, public or #private. */
  <Self extends NoInfer<This>, M extends (this: Self, ...args: any) => any>(
    value: M & Fits<M, Args, Result>,
    context: ClassMethodDecoratorContext<Self, M>,
  ): void;
  /** Legacy: a method, static or not, or an accessor. */
  <V>(
    home: NoInfer<This> & object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<V> & Fits<V, Args, Result>,
  ): void;
  /**
   * Never called, because nobody has four arguments. Compilers infer from the last signature: here `this`, parameters and result of the
   * decorated method, in either protocol, become the types of the option functions.
   */
  (
    method: ((this: This, ...args: Args) => Result) | ClassAccessorDecoratorTarget<This, unknown> | This,
    context: ClassMethodDecoratorContext<This, (this: This, ...args: Args) => Result> | string | symbol,
    descriptor: TypedPropertyDescriptor<(...args: Args) => Result>,
    nobody: never,
  ): void;
}
