import { Module, type DynamicModule, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TtlogModule, type TtlogModuleOptions } from 'ttlog/nestjs';
import { customerContext } from './common/customer-context.middleware.js';
import { ShopExceptionFilter } from './common/shop-exception.filter.js';
import { HealthController } from './health/health.controller.js';
import { InventoryModule } from './inventory/inventory.module.js';
import { OrdersModule } from './orders/orders.module.js';

@Module({})
export class AppModule implements NestModule {
  static with(options: TtlogModuleOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TtlogModule.forRoot({
          service: 'shop',
          requests: { ignore: ({ url }) => url === '/health' },
          ...options,
        }),
        OrdersModule,
        InventoryModule,
      ],
      controllers: [HealthController],
      providers: [{ provide: APP_FILTER, useClass: ShopExceptionFilter }],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(customerContext).forRoutes('{*path}');
  }
}
