import { BadRequestException, Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { PlaceOrderDto } from './place-order.dto.js';

/** Turns the body into a PlaceOrderDto, or answers 400. */
@Injectable()
export class ParsePlaceOrderPipe implements PipeTransform<unknown, PlaceOrderDto> {
  transform(body: unknown, _metadata: ArgumentMetadata): PlaceOrderDto {
    const dto = plainToInstance(PlaceOrderDto, body ?? {});
    const isValid =
      typeof dto.sku === 'string' &&
      dto.sku !== '' &&
      Number.isInteger(dto.quantity) &&
      dto.quantity > 0 &&
      /^\d{16}$/.test(dto.card?.number);
    if (!isValid) throw new BadRequestException('Expected { sku, quantity, card: { holder, number, code } }');
    return dto;
  }
}
