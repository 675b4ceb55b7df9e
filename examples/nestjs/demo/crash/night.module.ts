import { Module, type DynamicModule } from '@nestjs/common';
import type { TtlogModuleOptions } from 'ttlog/nestjs';
import { AppModule } from '../../src/app.module.js';
import { OrdersModule } from '../../src/orders/orders.module.js';
import { ReconciliationJob } from './reconciliation.job.js';

/** The shop, and what it does at night. */
@Module({})
export class NightModule {
  static with(options: TtlogModuleOptions): DynamicModule {
    return {
      module: NightModule,
      imports: [AppModule.with(options), OrdersModule],
      providers: [ReconciliationJob],
    };
  }
}
