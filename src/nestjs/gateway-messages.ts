// Messages of gateways (WebSocket). Nest hands the handlers of a client, guards and filters around them, to its adapter: there the scope goes around.
import type { ApplicationConfig } from '@nestjs/core';
import { endWith, type SpanEnd } from '../context/end-span.js';
import { runIn } from '../context/scope-store.js';
import { endMessage, openMessage } from './message-scope.js';
import { nestState } from './nest-state.js';

const MESSAGE_END: SpanEnd = { ok: endMessage, error: (message, error) => message.fail(error) };

interface Handler {
  readonly message: unknown;
  readonly callback: (...args: unknown[]) => unknown;
}

/** Nest's adapter for gateways, as far as it has to do with messages. */
interface MessageAdapter {
  bindMessageHandlers: (this: unknown, client: unknown, handlers: readonly Handler[], ...rest: unknown[]) => unknown;
}

/** Gives each message of the application's gateways a scope. Clients that connect from now on. */
export function observeGateways(config: ApplicationConfig): void {
  const adapter = config.getIoAdapter() as unknown as MessageAdapter | null | undefined;
  if (typeof adapter?.bindMessageHandlers !== 'function' || nestState.hookedMessages.has(adapter)) return;
  nestState.hookedMessages.add(adapter);
  const { bindMessageHandlers } = adapter;
  adapter.bindMessageHandlers = function (client, handlers, ...rest) {
    return bindMessageHandlers.call(this, client, handlers.map(inScope), ...rest);
  };
}

function inScope(handler: Handler): Handler {
  const { message, callback } = handler;
  const name = `WS ${nameOf(message)}`;
  return {
    ...handler,
    callback: (...args) => {
      const opened = openMessage(name, {}, {}, 'server');
      return runIn(opened, async () => {
        try {
          // Handlers behind an interceptor are called when what it returns is subscribed to, by the adapter.
          return endWith(opened, await callback(...args), MESSAGE_END);
        } catch (error) {
          opened.fail(error);
          throw error;
        }
      });
    },
  };
}

function nameOf(message: unknown): string {
  if (typeof message === 'string') return message;
  try {
    return JSON.stringify(message) ?? 'message';
  } catch {
    return 'message';
  }
}
