import { Controller, Get, Param } from '@nestjs/common';
import { afterEach, expect, test } from 'vitest';
import { currentContext, info } from 'ttlog';
import { instrumentHttp } from 'ttlog/http';
import { closeApps, completions, over, PLATFORMS, startApp } from './support/app.js';

let instrumented: Disposable | undefined;
afterEach(async () => {
  await closeApps();
  instrumented?.[Symbol.dispose]();
});

@Controller('orders')
class OrdersController {
  @Get(':id')
  find(@Param('id') id: string) {
    info('Looking it up', { id });
    return currentContext();
  }
}

test.each(PLATFORMS)('on %s a request that has its scope by Node’s own channels keeps it', async (platform) => {
  instrumented = instrumentHttp({ client: false });
  const { url, recordsWhen } = await startApp({ controllers: [OrdersController] }, { platform });
  const response = await fetch(`${url}/orders/7`, { headers: { 'x-request-id': 'r-1' } });
  expect(await response.json()).toEqual({ request_id: 'r-1' });
  const all = await recordsWhen(over(1));
  const [completion, ...more] = completions(all);
  expect(more).toEqual([]);
  expect(completion.values).toMatchObject({ request_id: 'r-1', route: '/orders/:id', res: { statusCode: 200 } });
  expect(all.filter(({ message, kind }) => kind === 'span' && message === 'GET /orders/:id')).toHaveLength(1);
  expect(new Set(all.map(({ traceId }) => traceId)).size).toBe(1);
});
