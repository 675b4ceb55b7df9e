import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Order } from './order.js';

/** Stands for a database. */
@Injectable()
export class OrdersRepository {
  private readonly rows = new Map<string, Order>();

  async save(order: Order): Promise<void> {
    await setImmediate();
    this.rows.set(order.orderId, order);
  }

  async find(orderId: string): Promise<Order | undefined> {
    await setImmediate();
    return this.rows.get(orderId);
  }
}
