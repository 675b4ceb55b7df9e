import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutToWidth, padToWidth, widthOf } from '../../src/recorder/text-width.js';

describe('the width of a text', () => {
  it.each([
    ['', 0],
    ['hello', 5],
    ['Köln', 4],
    ['e\u0301', 1],
    ['日本語', 6],
    ['한글', 4],
    ['ｆｕｌｌ', 8],
    ['ﾊﾝｶｸ', 4],
    ['👍', 2],
    ['👩‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['❤️', 2],
    ['│ ╰ …', 5],
    ['x\u200by', 2],
    ['مرحبا', 5],
  ])('%s takes %i columns', (text, columns) => {
    expect(widthOf(text)).toBe(columns);
  });
});

it('a text is cut to the columns there are, never inside a character', () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom('日', '👩‍👩‍👧', 'e\u0301', 'a', 'ß'), fc.string({ unit: 'grapheme', maxLength: 1 })),
  });
  fc.assert(
    fc.property(text, fc.nat(40), (whole, columns) => {
      const cut = cutToWidth(whole, columns);
      expect(widthOf(cut)).toBeLessThanOrEqual(columns);
      const isCut = widthOf(whole) > columns;
      const isHead = columns === 0 || (cut.endsWith('…') && whole.startsWith(cut.slice(0, -1)));
      expect(isCut ? isHead : cut === whole).toBe(true);
    }),
  );
  expect(cutToWidth('日本語', 5)).toBe('日本…');
  expect(cutToWidth('日本語', 4)).toBe('日…');
  expect(cutToWidth('abc', 0)).toBe('');
});

it('a text is filled up by columns', () => {
  expect(padToWidth('日本', 6)).toBe('日本  ');
  expect(padToWidth('abc', 2)).toBe('abc');
});
