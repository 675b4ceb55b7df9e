import 'reflect-metadata';
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  type INestApplication,
  Injectable,
  Module,
  UseFilters,
} from '@nestjs/common';
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

@Catch()
class QuietFilter implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<{ status(code: number): { json(body: object): void } }>().status(500).json({});
  }
}

@Controller('orders')
class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Get('first')
  first(): { id: string } {
    return this.orders.find('first');
  }

  @Get('broken')
  @UseFilters(QuietFilter)
  broken(): void {
    throw new TypeError('broken');
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
    expect((await fetch(`${await app.getUrl()}/orders/broken`)).status).toBe(500);
    await app.close();
    // What a filter has answered is observed all the same.
    const [failed] = sink.records.splice(-1);
    expect(failed?.values).toMatchObject({ res: { statusCode: 500 }, err: { type: 'TypeError', message: 'broken' } });

    expect(sink.records.map(({ target, message }) => `${target}: ${message}`)).toEqual([
      'OrdersService: Looking it up',
      'OrdersService: OrdersService.find',
      'http: request completed',
    ]);
    expect(sink.records.map(({ values }) => values['request_id'])).toEqual(['r-1', 'r-1', 'r-1']);
    expect(new Set(sink.records.map(({ traceId }) => traceId)).size).toBe(1);
  });
});
