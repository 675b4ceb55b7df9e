import { describe, expect, test } from 'vitest';
import type { LogLevel } from '../../src/core/level.js';
import { compileRecordFilter, levelOf } from '../../src/query/filter-records.js';

const record = (level: number, target: string, traceId?: string) => ({ level: level as LogLevel, target, traceId });

describe('filters of records', () => {
  test('nothing asked for: everything', () => {
    expect(compileRecordFilter({})(record(0, 'x'))).toBe(true);
  });

  test.each([
    [{ level: 3 as const }, record(2, 'x'), false],
    [{ level: 3 as const }, record(3, 'x'), true],
    [{ target: 'Orders' }, record(0, 'OrdersService'), false],
    [{ target: 'Orders*' }, record(0, 'OrdersService'), true],
    [{ target: '*Service' }, record(0, 'OrdersService'), true],
    [{ trace: '4bf9' }, record(0, 'x', '4bf92f3577b34da6a3ce929d0e0e4736'), true],
    [{ trace: '4BF9' }, record(0, 'x', '4bf92f3577b34da6a3ce929d0e0e4736'), true],
    [{ trace: '4bf9' }, record(0, 'x', 'a4bf9'), false],
    [{ trace: '4bf9' }, record(0, 'x'), false],
    [{ level: 2 as const, target: 'a' }, record(2, 'b'), false],
  ])('%j on %j: %s', (filter, input, expected) => {
    expect(compileRecordFilter(filter)(input)).toBe(expected);
  });

  test.each([['warn', 3], ['WARNING', 3], ['3', 3], ['off', undefined], ['6', undefined], ['loud', undefined], ['', undefined], ['99', undefined]])('level %s', (text, level) => {
    expect(levelOf(text)).toBe(level);
  }); // prettier-ignore
});
