import { error, getLogger } from 'ttlog';
import { expect, test } from 'vitest';
import { events, newRing } from './support.js';

test('what was caught is logged as it comes, of no known type', () => {
  newRing();
  const caught: unknown = new Error('declined');
  error('Payment failed', caught);
  error(caught, 'Payment failed');
  getLogger('pay').error('Payment failed', caught);
  error('Payment failed', null as unknown);
  expect(events().map(({ message }) => message)).toEqual(Array.from({ length: 4 }, () => 'Payment failed'));
  expect(events()[0].values).toMatchObject({ err: { message: 'declined' } });
});
