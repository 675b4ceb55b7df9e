import { Injectable } from '@nestjs/common';
import type { Logger } from 'ttlog';
import { Arg, Instrument } from 'ttlog/decorators';
import { InjectLogger } from 'ttlog/nestjs';
import type { Card } from './card.js';
import { PaymentGateway } from './payment-gateway.js';
import { CardDeclinedError, GatewayError } from './payments.errors.js';

@Injectable()
export class PaymentsService {
  constructor(
    private readonly gateway: PaymentGateway,
    @InjectLogger('audit') private readonly audit: Logger,
  ) {}

  /** Its arguments are recorded, under their names: the card as its fields, without the number. They are on what it logs, too. */
  @Instrument()
  async charge(card: Card, @Arg('amount_cents') amountCents: number): Promise<void> {
    try {
      const authorisation = await this.gateway.authorise(card, amountCents);
      this.audit.info('Card charged', { authorisation });
    } catch (error) {
      throw error instanceof GatewayError
        ? new CardDeclinedError(error)
        : new Error('The payment failed', { cause: error });
    }
  }
}
