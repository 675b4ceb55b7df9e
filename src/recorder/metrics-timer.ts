/** Asks for metrics every so often; it keeps no process alive. */
export class MetricsTimer {
  readonly #timer: NodeJS.Timeout;

  constructor(everyMs: number, ask: () => void) {
    this.#timer = setInterval(ask, everyMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
