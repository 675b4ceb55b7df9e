import { Injectable } from '@nestjs/common';
import { debug, info, withContext } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { InventoryService } from '../inventory/inventory.service.js';
import { PaymentsService } from '../payments/payments.service.js';
import type { PlaceOrderDto } from './dto/place-order.dto.js';
import { Order } from './order.js';
import { UnknownOrderError } from './orders.errors.js';
import { OrdersRepository } from './orders.repository.js';

@Injectable()
export class OrdersService {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly inventory: InventoryService,
    private readonly payments: PaymentsService,
  ) {}

  @Instrument({ skip: ['request'] })
  async place(request: PlaceOrderDto): Promise<Order> {
    const amountCents = await this.inventory.reserve(request.sku, request.quantity);
    const order = new Order(request, amountCents);
    // From here on everything says which order it is about, in the payment's code too.
    return withContext('order_id', order.orderId, async () => {
      try {
        await this.payments.charge(order.card, amountCents);
      } catch (error) {
        debug('Giving the articles back');
        await this.inventory.release(order.sku, order.quantity);
        throw error;
      }
      await this.orders.save(order);
      info(order, 'Order placed');
      return order;
    });
  }

  @Instrument()
  async find(orderId: string): Promise<Order> {
    const order = await this.orders.find(orderId);
    if (order === undefined) throw new UnknownOrderError(orderId);
    return order;
  }
}
