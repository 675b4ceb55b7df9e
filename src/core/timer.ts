import { monotonicNs } from './clock.js';
import type { Span } from './span.js';
import { elapsedNs } from './span.js';

/**
 * Measures one operation without becoming the active span: what runs meanwhile does not belong to it. Ends once.
 *
 * @example
 * import { timer } from 'ttlog';
 * const timing = timer('parse config');
 * const durationMs = timing.end();
 * durationMs >= 0; // => true
 */
export class Timer {
  private readonly span: Span;
  private durationMs = -1;

  /** @internal Use `timer`. */
  constructor(span: Span) {
    this.span = span;
    // A span that is not recorded has no start of its own.
    if (span.startNs === 0) span.startNs = monotonicNs();
  }

  /** Ends the timer and returns its duration in ms; a second end returns the same. */
  end(): number {
    if (this.durationMs < 0) {
      this.durationMs = elapsedNs(this.span) / 1e6;
      this.span.end();
    }
    return this.durationMs;
  }

  [Symbol.dispose](): void {
    this.end();
  }
}
