/** Lets nobody on before all are there: the requests really are in flight together. */
export class Gate {
  private readonly waiting: (() => void)[] = [];
  private readonly size: number;
  /** How many have been in front of it at once. */
  most = 0;

  constructor(size: number) {
    this.size = size;
  }

  pass(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.most = Math.max(this.most, this.waiting.length);
      if (this.waiting.length === this.size) for (const go of this.waiting.splice(0)) go();
    });
  }
}
