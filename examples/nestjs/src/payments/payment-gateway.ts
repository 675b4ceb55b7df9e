import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { trace } from 'ttlog';
import { Arg, Instrument } from 'ttlog/decorators';
import type { Card } from './card.js';
import { GatewayError } from './payments.errors.js';

/** Cards that the gateway's sandbox answers in a way of their own. */
export const TEST_CARDS = {
  good: '4242424242424242',
  slow: '4000000000003220',
  declined: '4000000000009995',
  garbled: '4000000000000119',
} as const;

const USUAL_MS = 3;
const SLOW_MS = 300;

/** Stands for the bank's HTTP interface. */
@Injectable()
export class PaymentGateway {
  /** Slower than 200 ms is worth a warning: the customer is waiting. The error is reported by whoever called. */
  @Instrument({ slow: 200, err: 'debug', skip: ['card'] })
  async authorise(card: Card, @Arg('amount_cents') _amountCents: number): Promise<string> {
    trace('Asking the bank');
    await setTimeout(card.number === TEST_CARDS.slow ? SLOW_MS : USUAL_MS);
    if (card.number === TEST_CARDS.declined) throw new GatewayError('Insufficient funds', 'insufficient_funds');
    if (card.number === TEST_CARDS.garbled) throw new SyntaxError('Unexpected token < in JSON: <html>502 Bad Gateway');
    return randomUUID();
  }
}
