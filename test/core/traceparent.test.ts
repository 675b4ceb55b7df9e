import fc from 'fast-check';
import { expect, test } from 'vitest';
import { span } from 'ttlog';
import { parseTraceparent } from '../../src/core/traceparent.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

test('reads the header of W3C Trace Context', () => {
  expect(parseTraceparent(`00-${TRACE}-${SPAN}-01`)).toEqual({ traceId: TRACE, spanId: SPAN, flags: 1 });
  expect(parseTraceparent(` 00-${TRACE}-${SPAN}-00 `)).toEqual({ traceId: TRACE, spanId: SPAN, flags: 0 });
  // Flags that neither level 1 nor level 2 knows are dropped.
  expect(parseTraceparent(`00-${TRACE}-${SPAN}-ff`)?.flags).toBe(3);
});

test('versions to come may add to it', () => {
  expect(parseTraceparent(`cc-${TRACE}-${SPAN}-01-what-the-future-brings`)).toMatchObject({ traceId: TRACE });
  expect(parseTraceparent(`cc-${TRACE}-${SPAN}-01.`)).toBeUndefined();
});

test.each([
  ['version ff', `ff-${TRACE}-${SPAN}-01`],
  ['more than version 00 has', `00-${TRACE}-${SPAN}-01-x`],
  ['upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
  ['a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['too short', `00-${TRACE.slice(1)}-${SPAN}-01`],
  ['no hex', `00-${TRACE.replace('4', 'g')}-${SPAN}-01`],
  ['empty', ''],
  ['endless', `cc-${TRACE}-${SPAN}-01-${'x'.repeat(10_000)}`],
  ['several headers', [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01`]],
  ['nothing', undefined],
])('%s is no header', (_what, header) => {
  expect(parseTraceparent(header)).toBeUndefined();
});

test('reads what a span writes', () => {
  const one = span('x');
  expect(parseTraceparent(one.traceparent)).toEqual({ traceId: one.traceId, spanId: one.spanId, flags: 1 });
  one.end();
});

test('reads what it writes, and never throws', () => {
  const hex = (length: number) =>
    fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((text) => !/^0+$/.test(text));
  fc.assert(
    fc.property(hex(32), hex(16), fc.integer({ min: 0, max: 3 }), (traceId, spanId, flags) => {
      expect(parseTraceparent(`00-${traceId}-${spanId}-0${flags}`)).toEqual({ traceId, spanId, flags });
    }),
  );
  fc.assert(
    fc.property(fc.anything(), (header) => {
      parseTraceparent(header);
    }),
  );
});
