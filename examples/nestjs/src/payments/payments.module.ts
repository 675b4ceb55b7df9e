import { Module } from '@nestjs/common';
import { PaymentGateway } from './payment-gateway.js';
import { PaymentsService } from './payments.service.js';

@Module({
  providers: [PaymentsService, PaymentGateway],
  exports: [PaymentsService],
})
export class PaymentsModule {}
