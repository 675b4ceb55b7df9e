import {
  Body,
  Controller,
  Get,
  HttpCode,
  Injectable,
  NotFoundException,
  Param,
  Post,
  ServiceUnavailableException,
} from '@nestjs/common';
import { afterEach, describe, expect, test } from 'vitest';
import type { LogRecord } from 'ttlog';
import { LogLevel } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { createTtlogLogger } from 'ttlog/nestjs';
import { closeApps, completions, over, PLATFORMS, startApp } from './support/app.js';

afterEach(closeApps);

const FAILURES: Record<string, () => Error> = {
  missing: () => new NotFoundException('no such order'),
  broken: () => new TypeError('broken'),
  busy: () => new ServiceUnavailableException('later'),
  // As an HTTP client throws it: the other side's 404 is our failure.
  upstream: () => Object.assign(new Error('Request failed with status code 404'), { status: 404, isAxiosError: true }),
  hostile: () => Object.defineProperty(new Error('hostile'), 'getStatus', { get: () => fail() }),
};
function fail(): never {
  throw new Error('a getter');
}

@Injectable()
class OrdersService {
  @Instrument()
  async find(how: string): Promise<never> {
    await Promise.resolve();
    return this.read(how);
  }

  @Instrument()
  read(how: string): never {
    throw FAILURES[how]();
  }
}

@Controller('orders')
class OrdersController {
  readonly service = new OrdersService();

  @Get('instrumented/:how')
  instrumented(@Param('how') how: string) {
    return this.service.find(how);
  }

  @Get('bare/:how')
  bare(@Param('how') how: string) {
    throw FAILURES[how]();
  }

  @Get('said')
  @HttpCode(500)
  said() {
    return 'sorry';
  }

  @Post()
  place(@Body() body: unknown) {
    return body;
  }
}

const stackOf = ({ values }: LogRecord): unknown => (values['err'] as { stack?: unknown } | undefined)?.stack;

describe.each(PLATFORMS)('on %s', (platform) => {
  async function linesOf(
    path: string,
    init?: RequestInit,
  ): Promise<{ errors: LogRecord[]; all: readonly LogRecord[] }> {
    const parts = { controllers: [OrdersController] };
    const { url, recordsWhen } = await startApp(parts, { platform, logger: createTtlogLogger() });
    await fetch(`${url}/orders${path}`, init);
    const all = await recordsWhen(over(1));
    return { errors: all.filter(({ level }) => level >= LogLevel.Error), all };
  }

  test.each([
    ['/instrumented/missing', undefined],
    ['/bare/missing', undefined],
    ['/nowhere', undefined],
    ['', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"order":' }],
    ['', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify('x'.repeat(2e6)) }],
  ])('a request that the client got wrong is no error: %s', async (path, init) => {
    const { errors, all } = await linesOf(path, init);
    expect(errors).toEqual([]);
    expect(all.map(stackOf).filter((stack) => stack !== undefined && path.includes('instrumented'))).toEqual([]);
    expect(completions(all)).toMatchObject([{ level: LogLevel.Warn }]);
  });

  test('spans that an expected error passed have failed, and name it', async () => {
    const { all } = await linesOf('/instrumented/missing');
    const spans = all.filter(({ kind, target }) => kind === 'span' && target === 'OrdersService');
    expect(spans.map(({ message, level, values }) => [message, level, values['outcome'], values['err']])).toEqual([
      ['OrdersService.read', LogLevel.Debug, 'error', 'NotFoundException: no such order'],
      ['OrdersService.find', LogLevel.Debug, 'error', 'NotFoundException: no such order'],
    ]);
  });

  test.each([
    ['/instrumented/broken', 'OrdersService.read', true],
    ['/instrumented/busy', 'OrdersService.read', true],
    ['/instrumented/upstream', 'OrdersService.read', true],
    ['/instrumented/hostile', 'OrdersService.read', true],
    ['/bare/broken', 'broken', true],
    ['/bare/upstream', 'Request failed with status code 404', true],
    ['/bare/busy', 'request completed', true],
    ['/said', 'request completed', false],
  ])('one failure is one error line: %s', async (path, message, hasStack) => {
    const { errors, all } = await linesOf(path);
    const isBare = message === 'request completed';
    expect(errors.map((record) => [record.message, stackOf(record) !== undefined])).toEqual([[message, hasStack]]);
    expect(completions(all)).toMatchObject([{ level: isBare ? LogLevel.Error : LogLevel.Warn }]);
    const root = all.find(({ kind, parentSpanId }) => kind === 'span' && parentSpanId === undefined);
    expect(root?.values['outcome']).toBe('error');
  });
});
