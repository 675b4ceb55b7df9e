import { randomUUID } from 'node:crypto';
import { Fields } from 'ttlog/decorators';
import type { Card } from '../payments/card.js';
import type { PlaceOrderDto } from './dto/place-order.dto.js';

@Fields({ rename: 'snake_case' })
export class Order {
  readonly orderId: string = randomUUID();
  readonly sku: string;
  readonly quantity: number;
  readonly amountCents: number;
  readonly card: Card;

  constructor({ sku, quantity, card }: PlaceOrderDto, amountCents: number) {
    this.sku = sku;
    this.quantity = quantity;
    this.amountCents = amountCents;
    this.card = card;
  }
}
