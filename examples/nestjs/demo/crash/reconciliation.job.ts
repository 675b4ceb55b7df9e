import { Injectable } from '@nestjs/common';
import { trace, warn, withContext } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { OrdersRepository } from '../../src/orders/orders.repository.js';

/** A line of the bank's statement. */
export interface BankEntry {
  readonly orderId: string;
  readonly amountCents: number;
}

/** Compares what the bank says with what the shop knows. */
@Injectable()
export class ReconciliationJob {
  constructor(private readonly orders: OrdersRepository) {}

  @Instrument()
  async run(statement: readonly BankEntry[]): Promise<void> {
    trace('Statement read', { entries: statement.length });
    for (const [entry, payment] of statement.entries()) {
      await withContext({ job: 'reconciliation', entry }, () => this.compare(payment));
    }
  }

  @Instrument()
  private async compare({ orderId, amountCents }: BankEntry): Promise<void> {
    trace('Comparing', { order_id: orderId });
    const order = await this.orders.find(orderId);
    try {
      // The bug: there is not always an order.
      if (order!.amountCents !== amountCents) warn('The amounts differ', { order_id: orderId });
    } catch (error) {
      throw new Error(`Cannot reconcile order ${orderId}`, { cause: error });
    }
  }
}
