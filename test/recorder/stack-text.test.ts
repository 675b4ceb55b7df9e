import { describe, expect, it } from 'vitest';
import { stackLines } from '../../src/recorder/stack-text.js';

const STACK = `Error: no
    at charge (file:///srv/app/src/payment.ts:3:25)
    at async next (/srv/app/node_modules/@koa/router/lib/router.js:3:34)
    at async compose (/srv/app/node_modules/koa-compose/index.js:2:35)
    at processTicksAndRejections (node:internal/process/task_queues:95:5)
    at async file:///srv/app/src/main.ts:22:7
    at async Promise.all (index 0)
    at Object.<anonymous> (/srv/app/src/other.ts:1:1)
    at new Promise (<anonymous>)
    at Array.map (<anonymous>)
    at eval (eval at run (/srv/lib/x.js:1:1), <anonymous>:1:1)`;

const texts = (stack: string, options?: Parameters<typeof stackLines>[1]): string[] =>
  stackLines(stack, options).map(({ text }) => text);

describe('the lines of a stack', () => {
  it('are its frames as they are', () => {
    expect(texts(STACK)).toEqual(
      STACK.split('\n')
        .slice(1)
        .map((line) => line.trim()),
    );
    expect(texts('Error: at no frame\nnor here')).toEqual([]);
    expect(texts('')).toEqual([]);
  });

  it('are shown from the working directory, with the frames of others in one line', () => {
    expect(texts(STACK, { cwd: '/srv/app', folds: true })).toEqual([
      'at charge (src/payment.ts:3:25)',
      '… 3 in @koa/router, koa-compose, node',
      'at async src/main.ts:22:7',
      'at async Promise.all (index 0)',
      'at Object.<anonymous> (src/other.ts:1:1)',
      '… 2 more',
      'at eval (eval at run (/srv/lib/x.js:1:1), <anonymous>:1:1)',
    ]);
  });

  it('tell whose they are', () => {
    const own = stackLines(STACK).filter(({ isForeign }) => !isForeign);
    expect(own.map(({ text }) => /src\/\w+|eval/.exec(text)?.[0])).toEqual([
      'src/payment',
      'src/main',
      'src/other',
      'eval',
    ]);
  });

  it('begin with the place where it was thrown, whoever that is', () => {
    const stack =
      'Error\n at TCP.afterConnect (node:net:1:1)\n at emit (node:events:2:2)\n at tick (node:internal/x:3:3)';
    expect(texts(stack, { folds: true })).toEqual(['at TCP.afterConnect (node:net:1:1)', '… 2 in node']);
  });

  it('leave out what the stack above has too', () => {
    const above = 'Error\n at outer (/a.ts:9:1)\n at one (/a.ts:1:1)\n at two (/a.ts:2:2)\n at three (/a.ts:3:3)';
    const own = 'Error\n at inner (/a.ts:7:7)\n at one (/a.ts:1:1)\n at two (/a.ts:2:2)';
    expect(texts(own, { above })).toEqual(['at inner (/a.ts:7:7)', '… 2 as above']);
    expect(texts('Error\n at inner (/a.ts:7:7)\n at three (/a.ts:3:3)', { above })).toHaveLength(2);
    expect(texts(own, { above: own })).toEqual(['… 3 as above']);
  });

  it('are without those of ttlog', () => {
    const stack = `Error
      at OrderService.place (/srv/app/src/orders.js:3:3)
      at run (file:///srv/app/node_modules/ttlog/dist/esm/decorators/index.js:1272:16)
      at C:\\app\\node_modules\\ttlog\\dist\\cjs\\index.js:1:1
      at main (/srv/app/src/main.js:4:4)`;
    expect(texts(stack)).toEqual([
      'at OrderService.place (/srv/app/src/orders.js:3:3)',
      'at main (/srv/app/src/main.js:4:4)',
    ]);
    expect(texts('Error\n at run (/srv/node_modules/ttlog/dist/esm/index.js:1:1)')).toHaveLength(1);
  });

  it('know packages by the paths of Windows, too', () => {
    const frames = `Error
      at own (C:\\app\\src\\main.js:1:1)
      at a (C:\\app\\node_modules\\@koa\\router\\lib\\router.js:1:1)
      at b (C:\\app\\node_modules\\koa\\index.js:1:1)`;
    expect(texts(frames, { folds: true }).at(-1)).toBe('… 2 in @koa/router, koa');
  });

  it('from the root of the file system keep their slashes', () => {
    expect(texts('Error\n at a (/srv/a.ts:1:1)', { cwd: '/' })).toEqual(['at a (/srv/a.ts:1:1)']);
  });
});
