import { beforeEach, describe, expect, it } from 'vitest';
import {
  debug,
  getLogger,
  info,
  isEnabled,
  LogLevel,
  setFilter,
  setLevel,
  setRecord,
  span,
  trace,
  TtlogError,
  warn,
} from 'ttlog';
import { compileFilter, resolveFilter } from '../../src/core/filter.js';
import { levelName, parseLevel } from '../../src/core/level.js';
import { contents, events, newRing } from './support.js';

beforeEach(() => {
  newRing();
  setRecord('trace');
  setLevel('info');
});

describe('levels', () => {
  it('have numbers and names, in any case', () => {
    expect(LogLevel).toEqual({ Trace: 0, Debug: 1, Info: 2, Warn: 3, Error: 4, Fatal: 5, Off: 6 });
    for (const [name, level] of Object.entries(LogLevel)) {
      expect(parseLevel(name)).toBe(level);
      expect(parseLevel(` ${name.toUpperCase()} `)).toBe(level);
      expect(levelName(level)).toBe(name.toLowerCase());
    }
    expect(parseLevel('warning')).toBe(LogLevel.Warn);
    for (const input of ['', 'loud', 7, -1, 1.5, Number.NaN, null, undefined, {}]) {
      expect(parseLevel(input)).toBeUndefined();
    }
  });
});

describe('filters', () => {
  it.each([
    ['warn', 'anything', 'warn'],
    ['db=debug', 'other', 'info'],
    ['warn,db=debug', 'db', 'debug'],
    ['warn,db=debug', 'db.pool', 'warn'],
    [' warn , db = debug ', 'db', 'debug'],
    ['warn,http.*=trace', 'http.client', 'trace'],
    ['warn,http.*=trace', 'http', 'warn'],
    ['http.*=trace,http.client=error', 'http.client', 'error'],
    ['http.client=error,http.*=trace', 'http.client', 'error'],
    ['*=error,http.*=debug,http.client.*=trace', 'http.client.pool', 'trace'],
    ['http.client.*=trace,http.*=debug', 'http.client.pool', 'trace'],
    ['*=error', 'anything', 'error'],
    ['a*c*e=debug', 'abcde', 'debug'],
    ['a*c*e=debug', 'abde', 'info'],
    ['*.client=debug', 'http.client', 'debug'],
    ['*b*=debug', 'abc', 'debug'],
    ['a*a=debug', 'a', 'info'],
    ['a**b=debug', 'ab', 'debug'],
    ['db=debug,db=error', 'db', 'error'],
    ['debug,error', 'x', 'error'],
    ['a=b=debug', 'a=b', 'debug'],
    ['db=off', 'db', 'off'],
    ['', 'x', 'info'],
  ])('%s: %s is at %s', (directives, target, level) => {
    expect(levelName(resolveFilter(compileFilter(directives), target))).toBe(level);
  });

  it.each(['loud', 'db=loud', '=debug', 'db=', 'info,,db=x'])('%s is refused, with the fix', (directives) => {
    expect(() => setFilter(directives)).toThrow(TtlogError);
    expect(() => setFilter(directives)).toThrow(/Expected a filter directive.*info,db=debug/);
    expect(() => setRecord(directives)).toThrow(TtlogError);
  });

  it('no pattern takes exponential time', () => {
    const filter = compileFilter(`${'*a'.repeat(40)}b=debug`);
    const startedAt = performance.now();
    resolveFilter(filter, 'a'.repeat(100_000));
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

describe('what the ring keeps', () => {
  it('is everything by default, and less where asked', () => {
    const db = getLogger('db');
    const log = (): void => {
      trace('bare trace');
      warn('bare warn');
      db.trace('db trace');
      db.debug('db debug');
    };
    log();
    setRecord('warn,db=debug');
    log();
    setRecord('off');
    log();
    setRecord(LogLevel.Trace);
    trace('again');
    expect(events().map(({ message }) => message)).toEqual([
      'bare trace', 'bare warn', 'db trace', 'db debug', 'bare warn', 'db debug', 'again',
    ]); // prettier-ignore
  });

  it('a changed level reaches every logger at once, old and new', () => {
    const parent = getLogger('service');
    const child = parent.child({ a: 1 });
    expect(child.isEnabled('trace')).toBe(true);
    setRecord('error');
    for (const log of [parent, child, getLogger('service'), getLogger('fresh')]) {
      expect(log.isEnabled('warn')).toBe(false);
      expect(log.isEnabled('error')).toBe(true);
      log.warn('no');
    }
    expect(isEnabled('warn')).toBe(false);
    setRecord('error,fresh=trace');
    expect(getLogger('fresh').isEnabled(LogLevel.Trace)).toBe(true);
    expect(isEnabled('trace', 'fresh')).toBe(true);
    expect(isEnabled('trace', 'never seen')).toBe(false);
    expect(isEnabled('off')).toBe(false);
    expect(isEnabled('loud' as never)).toBe(false);
    expect(contents().records).toEqual([]);
  });

  it('a span that is not recorded hands its children to the span around it', () => {
    const outer = span('outer');
    setRecord('info');
    const hidden = outer.run(() => span('hidden', { a: 1 }));
    hidden.record({ b: 2 });
    hidden.run(() => info('Inside'));
    hidden.end();
    setRecord('trace');
    outer.end();
    const { records } = contents();
    expect(records.map(({ kind, message }) => `${kind} ${message}`)).toEqual([
      'span-start outer', 'event Inside', 'span outer',
    ]); // prettier-ignore
    expect(records[1].spanId).toBe(outer.spanId);
  });
});

describe('what sinks deliver', () => {
  it('is marked on each record as it is made', () => {
    const db = getLogger('db');
    const log = (): void => {
      debug('bare');
      info('bare');
      db.debug('db');
    };
    log();
    setLevel(LogLevel.Off);
    log();
    setFilter('debug,db=warn');
    log();
    expect(events().map(({ deliver }) => deliver)).toEqual([
      false,
      true,
      false,
      false,
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  it('takes a level or its name, and nothing else', () => {
    expect(() => setLevel('loud' as never)).toThrow(/setLevel\('info'\)/);
    expect(() => setLevel('info,db=debug' as never)).toThrow(/setFilter/);
    expect(() => setLevel(9 as never)).toThrow(TtlogError);
  });
});
