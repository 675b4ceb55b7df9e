import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Subscribes to channels. What a listener throws is swallowed: Node would end the process. Returns what undoes it. */
export function subscribeAll(listeners: Readonly<Record<string, (message: never) => void>>): () => void {
  const subscribed = Object.entries(listeners).map(([channel, listener]) => {
    const safe = (message: unknown): void => {
      try {
        listener(message as never);
      } catch {
        // a request that is not as we know them: it goes on without us
      }
    };
    subscribe(channel, safe);
    return { channel, safe };
  });
  return () => {
    for (const { channel, safe } of subscribed) unsubscribe(channel, safe);
  };
}
