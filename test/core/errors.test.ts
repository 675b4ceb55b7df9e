import { error, init } from 'ttlog';
import { memorySink } from 'ttlog/sinks';
import { expect, test } from 'vitest';

test('an error that names itself is recorded under that type, once', async () => {
  class CardDeclined extends Error {
    override readonly name = 'CardDeclined';
    readonly code = 'E_CARD';
  }
  const memory = memorySink();
  const handle = init({ service: 'shop', sinks: [memory] });
  error('Payment failed', new CardDeclined('no funds'));
  await handle.shutdown();
  const { stack, ...err } = memory.records[0].values['err'] as Record<string, unknown>;
  expect(err).toEqual({ type: 'CardDeclined', message: 'no funds', code: 'E_CARD' });
  expect(stack).toContain('no funds');
});
