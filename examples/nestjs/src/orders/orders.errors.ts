import { HttpStatus } from '@nestjs/common';
import { ShopError } from '../common/shop.error.js';

export class UnknownOrderError extends ShopError {
  readonly status = HttpStatus.NOT_FOUND;

  constructor(orderId: string) {
    super(`There is no order ${orderId}`);
  }
}
