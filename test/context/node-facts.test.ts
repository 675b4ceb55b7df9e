// What Node does with a scope, and what follows for whoever uses one. The same on Node 20, 22, 24 and 26: `npm run test:matrix`.
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { bindContext, currentContext, withContext } from 'ttlog';

test('req end and res finish, close see no scope, unless they are bound', async () => {
  const seen: Record<string, unknown> = {};
  const server = createServer((req, res) => {
    withContext({ request_id: 'r-1' }, () => {
      req.on('end', () => (seen['end'] = currentContext()));
      req.on(
        'end',
        bindContext(() => (seen['end, bound'] = currentContext())),
      );
      res.on('finish', () => (seen['finish'] = currentContext()));
      res.on(
        'finish',
        bindContext(() => (seen['finish, bound'] = currentContext())),
      );
      req.resume();
      setImmediate(() => {
        seen['timer'] = currentContext();
        res.end('ok');
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [response] = (await once(get({ port, host: '127.0.0.1', agent: false }), 'response')) as [
    NodeJS.ReadableStream,
  ];
  response.resume();
  await once(response, 'end');
  server.close();
  await once(server, 'close');
  const scope = { request_id: 'r-1' };
  expect(seen).toMatchObject({ timer: scope, 'end, bound': scope, 'finish, bound': scope, end: {} });
});

test('a generator runs in the scope of its consumer', () => {
  function* generate(): Generator {
    yield currentContext();
  }
  const generator = withContext('who', 'creator', generate);
  expect(withContext('who', 'consumer', () => [...generator])).toEqual([{ who: 'consumer' }]);
});

test('a queued callback runs in the scope of the one that releases it, unless it is bound', async () => {
  const queue: (() => void)[] = [];
  const seen: unknown[] = [];
  withContext('who', 'queued', () => {
    queue.push(() => seen.push(currentContext()));
    queue.push(bindContext(() => seen.push(currentContext())));
  });
  await withContext('who', 'releaser', async () => {
    await turn();
    for (const callback of queue) callback();
  });
  expect(seen).toEqual([{ who: 'releaser' }, { who: 'queued' }]);
});

test('a custom thenable keeps the scope of whoever awaits it', async () => {
  const seen: unknown[] = [];
  const thenable = {
    then(resolve: (value: number) => void): void {
      seen.push(currentContext());
      setImmediate(resolve, 42);
    },
  };
  await withContext('who', 'awaiter', async () => {
    expect(await thenable).toBe(42);
    seen.push(currentContext());
  });
  expect(seen).toEqual([{ who: 'awaiter' }, { who: 'awaiter' }]);
});

test('listeners of an EventEmitter, an EventTarget and an AbortSignal run in the scope of whoever emits', () => {
  const emitter = new EventEmitter();
  const target = new EventTarget();
  const abort = new AbortController();
  const seen: unknown[] = [];
  const listener = () => seen.push(currentContext());
  withContext('who', 'listener', () => {
    emitter.on('x', listener);
    target.addEventListener('x', listener);
    abort.signal.addEventListener('abort', listener);
  });
  withContext('who', 'emitter', () => {
    emitter.emit('x');
    target.dispatchEvent(new Event('x'));
    abort.abort();
  });
  expect(seen).toEqual([{ who: 'emitter' }, { who: 'emitter' }, { who: 'emitter' }]);
});

test('a message that comes through a MessagePort comes in no scope of its sender’s, unless the listener is bound', async () => {
  const { port1, port2 } = new MessageChannel();
  const seen: unknown[] = [];
  withContext('who', 'listener', () =>
    port2.on(
      'message',
      bindContext(() => seen.push(currentContext())),
    ),
  );
  port2.on('message', () => seen.push(currentContext()));
  withContext('who', 'sender', () => port1.postMessage(1));
  await once(port2, 'message');
  port1.close();
  expect(seen).toEqual([{ who: 'listener' }, {}]);
});

test('timers, microtasks and ticks keep the scope that they were made in', async () => {
  const seen: [string, unknown][] = [];
  await withContext('who', 'maker', () =>
    Promise.all(
      Object.entries({
        timeout: (go: () => void) => setTimeout(go, 1),
        immediate: setImmediate,
        microtask: queueMicrotask,
        tick: (go: () => void) => process.nextTick(go),
        promise: (go: () => void) => Promise.resolve().then(go),
      }).map(
        ([name, start]) =>
          new Promise<void>((resolve) => {
            void start(() => {
              seen.push([name, currentContext()]);
              resolve();
            });
          }),
      ),
    ),
  );
  expect(new Set(seen.map(([, scope]) => JSON.stringify(scope)))).toEqual(new Set(['{"who":"maker"}']));
  expect(seen).toHaveLength(5);
});

test('answers over a kept connection come in the scope of their own request', async () => {
  const server = createServer((_request, response) => response.end('ok'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const seen: unknown[] = [];
  const ask = (who: string) =>
    withContext(
      'who',
      who,
      () =>
        new Promise<void>((resolve) => {
          get({ port, host: '127.0.0.1', agent }, (response) => {
            seen.push(currentContext());
            response.resume().once('end', () => {
              seen.push(currentContext());
              resolve();
            });
          });
        }),
    );
  // All at once: two of them wait for the connection, and get it from another request.
  await Promise.all([ask('a'), ask('b'), ask('c')]);
  agent.destroy();
  server.close();
  expect(seen).toEqual(['a', 'a', 'b', 'b', 'c', 'c'].map((who) => ({ who })));
});

test('enterWith before the first await of a callee is seen by its caller, and stays', async () => {
  const store = new AsyncLocalStorage<string>();
  async function callee(): Promise<void> {
    store.enterWith('callee');
    await turn();
    store.enterWith('callee, later'); // after an await it stays inside
  }
  const seen: unknown[] = [];
  await store.run('caller', async () => {
    const done = callee();
    seen.push(store.getStore());
    await done;
    seen.push(store.getStore());
  });
  expect(seen).toEqual(['callee', 'callee']);
});
