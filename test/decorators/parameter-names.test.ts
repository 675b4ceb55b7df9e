import { describe, expect, test } from 'vitest';
import { looksMinified, parameterNames } from '../../src/decorators/parameter-names.js';

/** A function with this source, whatever the transpiler of the tests would make of it. */
function made(source: string): (...args: never[]) => unknown {
  // oxlint-disable-next-line typescript/no-implied-eval -- the source is the point
  return new Function(`return ${source}`)() as never;
}

const names = (source: string) => parameterNames(made(source))?.map(({ name }) => name);

describe('parameter names', () => {
  test.each<[string, (string | undefined)[]]>([
    ['function () {}', []],
    ['function (a, b) {}', ['a', 'b']],
    ['function named(a , b, ) {}', ['a', 'b']],
    ['async function* named ( a ) {}', ['a']],
    ['(a, b) => 1', ['a', 'b']],
    ['a => 1', ['a']],
    ['async a => 1', ['a']],
    ['async (a) => 1', ['a']],
    ['({ async *method(a, $b, _c, ünï) {} }).method', ['a', '$b', '_c', 'ünï']],
    ["({ ['computed (' + ')'](a) {} })['computed ()']", ['a']],
    ["({ 'quoted (name)'(a) {} })['quoted (name)']", ['a']],
    ['({ 12(a) {} })[12]', ['a']],
    ["Object.getOwnPropertyDescriptor({ set x(value) {} }, 'x').set", ['value']],
    ['function ({ a, b }, [c, d], e) {}', [undefined, undefined, 'e']],
    ['function ({ a } = {}, b = [1, 2], c = { d: 3 }) {}', [undefined, 'b', 'c']],
    ['function (a = ")", b = \'(,\', c = `,)${[1, 2].map((x) => `)${x},`)}`) {}', ['a', 'b', 'c']],
    ['function (a = (x, y) => x, b = function (z) { return "}" }) {}', ['a', 'b']],
    ['function (a /* ), b */, c // ), d\n, e) {}', ['a', 'c', 'e']],
    ['function (a = /[,)/"]\\/,/g, b = 4 / 2, c) {}', ['a', 'b', 'c']],
    ['function (a, ...rest) {}', ['a', 'rest']],
    ['function (...[a, b]) {}', [undefined]],
    ['function /* (x) */ named /* (y) */ (a) {}', ['a']],
    ['function (a = b => c => 1, d) {}', ['a', 'd']],
  ])('%s', (source, expected) => {
    expect(names(source)).toEqual(expected);
  });

  test('rest parameters are marked', () => {
    expect(parameterNames(made('function (a, ...rest) {}'))).toEqual([
      { name: 'a', isRest: false },
      { name: 'rest', isRest: true },
    ]);
  });

  test('cannot be known of native and bound functions, and of classes', () => {
    expect(parameterNames(Math.max)).toBeUndefined();
    expect(parameterNames(made('function (a) {}.bind(null)'))).toBeUndefined();
    expect(parameterNames(made('class { constructor(a) {} }'))).toBeUndefined();
  });

  test('look minified where all have one or two letters', () => {
    const looks = (source: string) => looksMinified(parameterNames(made(source))!);
    expect(looks('function (a, b) {}')).toBe(true);
    expect(looks('function (e, t) {}')).toBe(true);
    expect(looks('function (id) {}')).toBe(false);
    expect(looks('function (a, { b }) {}')).toBe(true);
    expect(looks('function (id, order) {}')).toBe(false);
  });
});
