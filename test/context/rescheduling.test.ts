import { currentSpan, withSpan } from 'ttlog';
import { expect, test } from 'vitest';

test('a span that has ended does not keep the one that it was opened in', () => {
  const inner = withSpan('outer', () => withSpan('inner', () => currentSpan()!));
  expect(inner.outer).toBeUndefined();
});
