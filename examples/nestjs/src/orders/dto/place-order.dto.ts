import { Type } from 'class-transformer';
import { Fields } from 'ttlog/decorators';
import { Card } from '../../payments/card.js';

/** The body of `POST /orders`. */
@Fields({ rename: 'snake_case' })
export class PlaceOrderDto {
  sku = '';

  quantity = 1;

  @Type(() => Card)
  card = new Card();
}
