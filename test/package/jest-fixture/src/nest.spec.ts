import 'reflect-metadata';
import { Controller, Get, type INestApplication, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Logger } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { InjectLogger, TtlogModule } from 'ttlog/nestjs';
import { memorySink } from 'ttlog/sinks';

const sink = memorySink();

@Injectable()
class OrdersService {
  constructor(@InjectLogger() private readonly logger: Logger) {}

  @Instrument({ level: 'info' })
  find(orderId: string): { id: string } {
    this.logger.info('Looking it up');
    return { id: orderId };
  }
}

@Controller('orders')
class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Get('first')
  first(): { id: string } {
    return this.orders.find('first');
  }
}

@Module({
  imports: [TtlogModule.forRoot({ service: 'shop', sinks: [sink] })],
  controllers: [OrdersController],
  providers: [OrdersService],
})
class AppModule {}

describe('ttlog in a Nest 11 application under Jest', () => {
  let app: INestApplication;

  beforeAll(async () => {
    app = await NestFactory.create(AppModule, { logger: false });
    await app.listen(0, '127.0.0.1');
  });

  it('answers, and every record of the request has its id and its trace', async () => {
    const response = await fetch(`${await app.getUrl()}/orders/first`, { headers: { 'X-Request-Id': 'r-1' } });
    expect(await response.json()).toEqual({ id: 'first' });
    await app.close();

    expect(sink.records.map(({ target, message }) => `${target}: ${message}`)).toEqual([
      'OrdersService: Looking it up',
      'OrdersService: OrdersService.find',
      'http: request completed',
    ]);
    expect(sink.records.map(({ values }) => values['request_id'])).toEqual(['r-1', 'r-1', 'r-1']);
    expect(new Set(sink.records.map(({ traceId }) => traceId)).size).toBe(1);
  });
});
