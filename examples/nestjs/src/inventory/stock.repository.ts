import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

export interface Stock {
  readonly sku: string;
  readonly available: number;
  readonly priceCents: number;
  /** Changes with every write: whoever writes has to know the version that was read. */
  readonly version: number;
}

/** Stands for a database: every call takes a turn of the event loop, and others get in between. */
@Injectable()
export class StockRepository {
  private readonly rows = new Map<string, Stock>();

  constructor() {
    for (const [sku, available, priceCents] of [
      ['espresso-machine', 1000, 24_900],
      ['grinder', 1000, 8_900],
      ['last-cup', 1, 1_200],
    ] as const) {
      this.rows.set(sku, { sku, available, priceCents, version: 1 });
    }
  }

  async find(sku: string): Promise<Stock | undefined> {
    await setImmediate();
    return this.rows.get(sku);
  }

  /** Writes if nobody else has since `seen` was read. */
  async update(seen: Stock, available: number): Promise<boolean> {
    await setImmediate();
    if (this.rows.get(seen.sku)?.version !== seen.version) return false;
    this.rows.set(seen.sku, { ...seen, available, version: seen.version + 1 });
    return true;
  }

  async count(): Promise<number> {
    await setImmediate();
    return this.rows.size;
  }
}
