import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpanPlaces } from '../../src/recorder/span-places.js';

/** Few ids with few low bits, so that they meet in a slot; and such as only a hostile file has. */
const id = fc.oneof(
  fc.nat(40),
  fc.nat(20).map((n) => 7 + n * 16),
  fc.constantFrom(0, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff),
);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      id,
      offset: fc.integer({ min: 1, max: 1e6 }).map((n) => n * 8),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('end' as const), id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const) }) },
);

describe('SpanPlaces', () => {
  it('knows what a Map and a Set would know, whatever the ids', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const places = new SpanPlaces(1024);
        const offsets = new Map<number, number>();
        const ended = new Set<number>();
        const seen = new Set<number>();
        for (const one of steps) {
          if (one.kind === 'clear') {
            places.clear();
            offsets.clear();
            ended.clear();
            continue;
          }
          seen.add(one.id);
          if (one.kind === 'put') {
            places.put(one.id, one.offset);
            offsets.set(one.id, one.offset);
          } else {
            places.end(one.id);
            ended.add(one.id);
          }
          for (const known of seen) {
            expect(places.offsetOf(known)).toBe(offsets.get(known) ?? 0);
            expect(places.isEnded(known)).toBe(ended.has(known));
          }
        }
      }),
    );
  });
});
