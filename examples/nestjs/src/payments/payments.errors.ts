import { HttpStatus } from '@nestjs/common';
import { ShopError } from '../common/shop.error.js';

/** What the bank said, in its own words. */
export class GatewayError extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
  }

  override get name(): string {
    return 'GatewayError';
  }
}

export class CardDeclinedError extends ShopError {
  readonly status = HttpStatus.PAYMENT_REQUIRED;

  constructor(cause: GatewayError) {
    super('The card was declined', { cause });
  }
}
