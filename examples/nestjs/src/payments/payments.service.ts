import { Injectable } from '@nestjs/common';
import type { Logger } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
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

  @Instrument()
  async charge(card: Card, amountCents: number): Promise<void> {
    try {
      const authorisation = await this.gateway.authorise(card, amountCents);
      this.audit.info('Card charged', { authorisation, amount_cents: amountCents });
    } catch (error) {
      throw error instanceof GatewayError ? new CardDeclinedError(error) : error;
    }
  }
}
