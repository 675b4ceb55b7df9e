// Calls that run a function say what they expected where they were given none, before they have opened anything.
import { beforeEach, expect, test } from 'vitest';
import type { Span } from 'ttlog';
import { currentContext, currentSpan, span, suppress, TtlogError, withCarrier, withContext, withSpan } from 'ttlog';
import { recorded, startRecording } from '../support/recorded.js';

let open: Span;
beforeEach(() => {
  startRecording();
  open = span('open');
});

test.each<[string, string, (...given: never[]) => unknown, unknown[]]>([
  ['withSpan', 'undefined', withSpan, ['work']],
  ['withSpan', 'an object', withSpan, ['work', { a: 1 }]],
  ['withSpan', 'null', withSpan, ['work', { a: 1 }, null]],
  ['span.run', 'undefined', () => open.run(undefined as never), []],
  ['withContext', 'undefined', withContext, [{ a: 1 }]],
  ['withContext', '1', withContext, ['a', 1]],
  ['suppress', 'undefined', suppress, []],
  ['withCarrier', '"fn"', withCarrier, [{}, 'fn']],
])('%s, given %s', (name, got, call, given) => {
  let thrown: unknown;
  try {
    call(...(given as never[]));
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(TtlogError);
  expect(thrown).toMatchObject({ code: 'ERR_INVALID_OPTION' });
  const message = `Expected fn of ${name}() to be a function, got ${got}. Say ${name}(`;
  expect((thrown as Error).message.slice(0, message.length)).toBe(message);
  expect(recorded().spans).toEqual([]);
  expect(recorded().open).toHaveLength(1);
  expect([currentContext(), currentSpan()]).toEqual([{}, undefined]);
});
