import * as L from '../core/layout.js';
import type { Span } from '../core/span.js';

/** Ends spans whose generator, query or observable nobody ever used to its end, once it is garbage. */
const garbage = new FinalizationRegistry<Span>((span) => {
  if (!span.ended) span.finish(L.OUTCOME_OK, undefined, { abandoned: true });
});

/** The span ends with `abandoned: true` where `result` is collected first. The span must not refer to it. */
export function endWhenCollected(result: object, span: Span): void {
  garbage.register(result, span, span);
}

/** It has been used: nothing to watch any more. */
export function keepOpen(span: Span): void {
  garbage.unregister(span);
}
