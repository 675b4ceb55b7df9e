import { randomUUID } from 'node:crypto';
import { TEST_CARDS } from '../src/payments/payment-gateway.js';

export interface Answer {
  readonly status: number;
  readonly requestId: string;
  readonly body: Record<string, unknown>;
}

/** A customer with a browser. */
export class ShopClient {
  constructor(private readonly url: string) {}

  order(customer: string, sku: string, card: keyof typeof TEST_CARDS = 'good', quantity = 1): Promise<Answer> {
    return this.send(customer, '/orders', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sku, quantity, card: { holder: customer, number: TEST_CARDS[card], code: '123' } }),
    });
  }

  get(customer: string, path: string): Promise<Answer> {
    return this.send(customer, path, {});
  }

  private async send(
    customer: string,
    path: string,
    init: { method?: string; headers?: object; body?: string },
  ): Promise<Answer> {
    const response = await fetch(this.url + path, {
      ...init,
      headers: { ...init.headers, 'x-customer-id': customer, 'x-request-id': `r-${randomUUID().slice(0, 8)}` },
    });
    return {
      status: response.status,
      requestId: response.headers.get('x-request-id') ?? '',
      body: (await response.json()) as Record<string, unknown>,
    };
  }
}
