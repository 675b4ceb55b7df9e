import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { currentContext, warn } from 'ttlog';
import { ShopError } from './shop.error.js';

/** Answers a ShopError with its status and the id under which support finds the whole story. */
@Catch(ShopError)
export class ShopExceptionFilter implements ExceptionFilter<ShopError> {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: ShopError, host: ArgumentsHost): void {
    warn('Request refused', { reason: error.name, status: error.status });
    this.adapterHost.httpAdapter.reply(
      host.switchToHttp().getResponse(),
      { error: error.name, message: error.message, request_id: currentContext()['request_id'] },
      error.status,
    );
  }
}
