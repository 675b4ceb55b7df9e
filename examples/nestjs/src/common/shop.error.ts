import type { HttpStatus } from '@nestjs/common';

/** What can go wrong in a shop in the normal course of business: the customer gets to know, with a status of its own. */
export abstract class ShopError extends Error {
  abstract readonly status: HttpStatus;

  override get name(): string {
    return this.constructor.name;
  }
}
