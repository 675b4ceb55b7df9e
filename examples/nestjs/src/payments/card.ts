import { Exclude, Expose } from 'class-transformer';
import { Fields } from 'ttlog/decorators';

/** A credit card, as the customer sent it. Wherever it is logged or answered, its number and code are left out. */
@Fields({ rename: 'snake_case' })
export class Card {
  holder = '';

  @Exclude({ toPlainOnly: true })
  number = '';

  @Exclude({ toPlainOnly: true })
  code = '';

  @Expose()
  get lastFour(): string {
    return this.number.slice(-4);
  }
}
