import { describe, expect, test } from 'vitest';
import { errorLines } from '../../src/recorder/error-text.js';

const frames = (stack: string): string[] =>
  errorLines({ type: 'Error', message: 'no', stack }, '')
    .map((pieces) =>
      pieces
        .map(([text]) => text)
        .join('')
        .trim(),
    )
    .filter((text) => text.startsWith('at '));

const stackOf = (...lines: string[]): string => ['Error: no', ...lines.map((line) => `    at ${line}`)].join('\n');

describe('the frames that are shown of a stack', () => {
  test.each([
    ['npm', 'Payments.charge (file:///srv/shop/node_modules/ttlog/dist/esm/decorators/index.js:1272:16)'],
    ['required', 'withContext (/srv/shop/node_modules/ttlog/dist/cjs/chunks/span.cjs:317:10)'],
    ['pnpm', 'async Payments.charge (file:///srv/shop/node_modules/.pnpm/ttlog@0.1.0/node_modules/ttlog/dist/esm/index.js:1:2)'],
    ['Windows', 'runIn (C:\\shop\\node_modules\\ttlog\\dist\\cjs\\index.cjs:317:10)'],
    ['without a name', 'file:///srv/shop/node_modules/ttlog/dist/esm/index.js:317:10'],
  ])('are without those of ttlog (%s)', (_how, own) => {
    const above = 'Payments.charge (file:///srv/shop/payments.js:25:33)';
    const below = 'file:///srv/shop/payments.js:56:17';
    expect(frames(stackOf(above, own, below))).toEqual([`at ${above}`, `at ${below}`]);
  }); // prettier-ignore

  test('are all there is where ttlog is all there is', () => {
    const own = 'init (/srv/shop/node_modules/ttlog/dist/cjs/index.cjs:1:1)';
    expect(frames(stackOf(own))).toEqual([`at ${own}`]);
  });

  test.each([
    'file:///srv/ttlog-shop/dist/esm/orders.js:1:1',
    'load (/srv/shop/node_modules/ttlog-extras/dist/esm/index.js:1:1)',
    'work (/home/ada/ttlog/src/orders.js:1:1)',
  ])('are with those of others: %s', (other) => {
    expect(frames(stackOf(other, 'main (/srv/shop/main.js:1:1)'))).toContain(`at ${other}`);
  });
});
