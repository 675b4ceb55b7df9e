// What a request failed with, whichever filter answers it: Nest's handler of exceptions is told of each before it asks the filters.
import type { ArgumentsHost } from '@nestjs/common';
import { createRequire } from 'node:module';
import { knownRequest } from '../http/http-state.js';
import { failRequest } from '../http/request-failure.js';
import { nestState } from './nest-state.js';
import { rawRequest, type PlatformRequest } from './request-hook.js';

interface ExceptionsHandlerClass {
  readonly prototype: {
    next: (this: unknown, exception: Error, host: ArgumentsHost) => unknown;
  };
}

/** By its path: Nest does not export it. */
const MODULE = '@nestjs/core/exceptions/exceptions-handler.js';

/**
 * Observes the exceptions of HTTP requests, once a process. Where Nest has no such class any more, a failure that a filter of the application's
 * answers is a completion record without its error.
 */
export async function observeExceptions(): Promise<void> {
  const handler = await findHandler();
  if (typeof handler?.prototype?.next !== 'function' || nestState.observedHandlers.has(handler)) return;
  nestState.observedHandlers.add(handler);
  const { next } = handler.prototype;
  handler.prototype.next = function (exception, host) {
    try {
      const known = knownRequest(rawRequest(host.getArgByIndex<PlatformRequest>(0)));
      if (known !== undefined) failRequest(known, exception);
    } catch {
      // not a request as we know them
    }
    return next.call(this, exception, host);
  };
}

async function findHandler(): Promise<ExceptionsHandlerClass | undefined> {
  type Found = { readonly ExceptionsHandler?: ExceptionsHandlerClass };
  try {
    return ((await import('@nestjs/core/exceptions/exceptions-handler.js')) as unknown as Found).ExceptionsHandler;
  } catch {
    // Jest cannot import where it runs CommonJS.
  }
  try {
    return (createRequire(import.meta.url)(MODULE) as Found).ExceptionsHandler;
  } catch {
    return undefined;
  }
}
