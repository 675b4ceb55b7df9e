import { HttpStatus } from '@nestjs/common';
import { ShopError } from '../common/shop.error.js';

export class UnknownArticleError extends ShopError {
  readonly status = HttpStatus.NOT_FOUND;

  constructor(sku: string) {
    super(`There is no article ${sku}`);
  }
}

export class OutOfStockError extends ShopError {
  readonly status = HttpStatus.CONFLICT;

  constructor(
    readonly sku: string,
    readonly wanted: number,
    readonly available: number,
  ) {
    super(`${wanted} × ${sku} wanted, ${available} left`);
  }
}
