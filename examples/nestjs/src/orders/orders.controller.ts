import { Body, ClassSerializerInterceptor, Controller, Get, Param, Post, UseInterceptors } from '@nestjs/common';
import { info } from 'ttlog';
import { ParsePlaceOrderPipe } from './dto/parse-place-order.pipe.js';
import { PlaceOrderDto } from './dto/place-order.dto.js';
import type { Order } from './order.js';
import { OrdersService } from './orders.service.js';

@Controller('orders')
@UseInterceptors(ClassSerializerInterceptor)
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Post()
  place(@Body(ParsePlaceOrderPipe) request: PlaceOrderDto): Promise<Order> {
    info(request, 'Order received');
    return this.orders.place(request);
  }

  @Get(':id')
  find(@Param('id') id: string): Promise<Order> {
    return this.orders.find(id);
  }
}
