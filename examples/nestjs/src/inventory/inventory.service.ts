import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { debug } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { OutOfStockError, UnknownArticleError } from './inventory.errors.js';
import { StockRepository, type Stock } from './stock.repository.js';

@Injectable()
export class InventoryService implements OnApplicationBootstrap {
  /** Nest's own logger goes through ttlog too: nothing has to be rewritten at once. */
  private readonly logger = new Logger(InventoryService.name);

  constructor(private readonly stock: StockRepository) {}

  async onApplicationBootstrap(): Promise<void> {
    this.logger.log('Stock loaded', { articles: await this.stock.count() });
  }

  @Instrument()
  async find(sku: string): Promise<Stock> {
    const found = await this.stock.find(sku);
    if (found === undefined) throw new UnknownArticleError(sku);
    return found;
  }

  /** Takes articles off the shelf, and returns their price. Two customers may reach for the last one: only one of them gets it. */
  @Instrument({ err: 'warn' })
  async reserve(sku: string, quantity: number): Promise<number> {
    const seen = await this.change(sku, (available) => {
      if (available < quantity) throw new OutOfStockError(sku, quantity, available);
      return available - quantity;
    });
    return seen.priceCents * quantity;
  }

  /** Puts them back. */
  @Instrument()
  async release(sku: string, quantity: number): Promise<void> {
    await this.change(sku, (available) => available + quantity);
  }

  private async change(sku: string, next: (available: number) => number): Promise<Stock> {
    for (;;) {
      const seen = await this.find(sku);
      if (await this.stock.update(seen, next(seen.available))) return seen;
      debug('Somebody else was faster, looking again', { version: seen.version });
    }
  }
}
