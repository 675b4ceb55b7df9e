import { TtlogError } from '../core/errors.js';

const names = new WeakMap<object, Map<string | symbol, Map<number, string>>>();

/** The names that `@Arg` gave to the parameters of a member, by position. */
export function argNames(home: object | undefined, key: string | symbol): ReadonlyMap<number, string> {
  return (home === undefined ? undefined : names.get(home)?.get(key)) ?? new Map();
}

/**
 * Names a parameter for `@Instrument`, where the name in the source is lost (minified code) or is not the one to record. Legacy
 * decorators only: standard decorators know no parameters. There, say `fields`.
 *
 * @throws TtlogError `ERR_INVALID_DECORATOR_TARGET` on anything but a parameter of a method, or without a name.
 * @example
 * import { Arg, Instrument } from 'ttlog/decorators';
 * class Payments {
 *   @Instrument()
 *   charge(@Arg('order_id') o: number, @Arg('currency') c: string): string {
 *     return `${o} ${c}`;
 *   }
 * }
 * new Payments().charge(7, 'EUR'); // => '7 EUR'
 */
export function Arg(name: string): (target: object, key: string | symbol | undefined, index: number) => void {
  return (target, key, index) => {
    if (typeof index !== 'number' || key === undefined || typeof name !== 'string' || name === '') {
      throw new TtlogError(
        'ERR_INVALID_DECORATOR_TARGET',
        `Expected @Arg('name') to be applied to a parameter of a method, got ${typeof index === 'number' ? 'a parameter of the constructor' : 'something else'}${name === '' ? ' and no name' : ''}. Write method(@Arg('order_id') id: number), with legacy decorators.`,
      );
    }
    let members = names.get(target);
    if (members === undefined) names.set(target, (members = new Map()));
    let positions = members.get(key);
    if (positions === undefined) members.set(key, (positions = new Map()));
    positions.set(index, name);
  };
}
