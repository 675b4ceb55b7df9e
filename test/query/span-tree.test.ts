import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SpanInfo, SpanNode } from '../../src/query/span-tree.js';
import { pruneForest, spanForest, walkForest } from '../../src/query/span-tree.js';

const span = (spanId: string, parentSpanId?: string, startNs = 0n, traceId = 't'): SpanInfo => ({
  name: spanId, target: 'T', level: 1, traceId, spanId, parentSpanId, startNs, durationNs: 1, outcome: 'ok', threadId: 0, fields: [],
}); // prettier-ignore

const shape = (forest: readonly SpanNode[]): string[] =>
  [...walkForest(forest)].map(
    ({ node, depth }) => `${'  '.repeat(depth)}${node.span.name}${node.orphan ? ' (orphan)' : ''}`,
  );

describe('spans as trees', () => {
  test('children are under their parents, by start', () => {
    const spans = [
      span('c', 'a', 3n),
      span('d', 'b', 4n),
      span('a', undefined, 1n),
      span('b', 'a', 2n),
      span('z', undefined, 0n),
    ];
    expect(shape(spanForest(spans))).toEqual(['z', 'a', '  b', '    d', '  c']);
  });

  test('a span whose parent is missing is a root, and says so', () => {
    expect(shape(spanForest([span('b', 'gone', 2n), span('a', undefined, 3n), span('c', 'b', 4n)]))).toEqual([
      'b (orphan)',
      '  c',
      'a',
    ]);
  });

  test('roots of one trace are side by side', () => {
    const spans = [span('a', undefined, 1n, 't1'), span('b', undefined, 2n, 't2'), span('c', 'gone', 3n, 't1')];
    expect(shape(spanForest(spans))).toEqual(['a', 'c (orphan)', 'b']);
  });

  test('the same span id in two traces is two spans', () => {
    expect(shape(spanForest([span('a', undefined, 1n, 't1'), span('b', 'a', 2n, 't2')]))).toEqual(['a', 'b (orphan)']);
  });

  test('parents of each other, and of themselves', () => {
    expect(shape(spanForest([span('a', 'b', 1n), span('b', 'a', 2n), span('c', 'b', 3n), span('s', 's', 4n)]))).toEqual([
      'a (orphan)', '  b', '    c', 's (orphan)',
    ]); // prettier-ignore
  });

  test('a chain of 200 000 is no problem', () => {
    const spans = Array.from({ length: 200_000 }, (_, i) =>
      span(String(i), i === 0 ? undefined : String(i - 1), BigInt(i)),
    );
    const forest = spanForest(spans);
    expect([...walkForest(forest)].length).toBe(200_000);
    expect([...walkForest(pruneForest(forest, ({ spanId }) => spanId === '100'))].length).toBe(101);
  });

  test('whatever points where, each span is there exactly once', () => {
    const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(ids, fc.option(ids, { nil: undefined }), fc.bigInt(0n, 5n)), {
          selector: ([id]) => id,
        }),
        (links) => {
          const forest = spanForest(links.map(([id, parent, start]) => span(id, parent, start)));
          expect([...walkForest(forest)].map(({ node }) => node.span.spanId).sort()).toEqual(
            links.map(([id]) => id).sort(),
          );
        },
      ),
    );
  });
});

describe('pruning', () => {
  const forest = spanForest([
    span('a', undefined, 1n),
    span('b', 'a', 2n),
    span('c', 'b', 3n),
    span('d', 'a', 4n),
    span('e', undefined, 5n),
  ]);

  test('keeps what is wanted, and the way to it', () => {
    expect(shape(pruneForest(forest, ({ name }) => name === 'c'))).toEqual(['a', '  b', '    c']);
    expect(shape(pruneForest(forest, ({ name }) => name === 'a' || name === 'e'))).toEqual(['a', 'e']);
    expect(pruneForest(forest, () => false)).toEqual([]);
  });

  test('says which child is the last one', () => {
    expect([...walkForest(forest)].filter(({ last }) => last).map(({ node }) => node.span.name)).toEqual([
      'c',
      'd',
      'e',
    ]);
  });
});
