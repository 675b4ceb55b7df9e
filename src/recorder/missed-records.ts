/** Records that a sink was to get and never did: counted for ever, told once. */
export class MissedRecords {
  total = 0;
  #told = 0;

  get untold(): number {
    return this.total - this.#told;
  }

  /** How many have come since the last call. */
  take(): number {
    const { untold } = this;
    this.#told = this.total;
    return untold;
  }
}
