// What Node does with a scope, and what follows for whoever uses one. The same on Node 20, 22, 24 and 26.
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
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
