import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer, request as secureRequest } from 'node:https';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { addContext, currentContext, currentSpan, exportContext, info, init, LogLevel, warn, withSpan } from 'ttlog';
import { instrumentHttp } from 'ttlog/http';
import { certificate } from './certificate.js';
import { answered, ask, atTheEnd, bodyOf, called, calls, completions, instrument, keptConnection } from './support.js';
import { listen, ofServer, records, recordsWhen, roots, serve } from './support.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const PARENT = `00-${TRACE}-${SPAN}-01`;

describe('a request', () => {
  test('leaves one completion record and one root span', async () => {
    instrument({ client: false });
    const url = await serve((_request, response) => response.end('hello'));
    const { status, text, headers } = await ask(`${url}/orders/7?full=1&token=hush`);
    expect([status, text]).toEqual([200, 'hello']);
    const all = await answered(1);
    const [completion, ...more] = completions(all);
    expect(more).toEqual([]);
    const id = headers['x-request-id'];
    expect(id).toMatch(/^[\da-f-]{36}$/);
    expect(completion).toMatchObject({ level: LogLevel.Info, message: 'request completed', target: 'http' });
    expect(completion.values).toEqual({
      request_id: id,
      req: { id, method: 'GET', url: '/orders/7?full=1&token=[Redacted]' },
      res: { statusCode: 200 },
      responseTime: expect.any(Number),
    });
    const [root] = roots(all);
    expect(root).toMatchObject({ message: 'GET', level: LogLevel.Debug, outcome: 'ok', late: false });
    expect([root.traceId, root.spanId]).toEqual([completion.traceId, completion.spanId]);
    expect(root.parentSpanId).toBeUndefined();
  });

  test('has an id of its own', async () => {
    instrument({ client: false });
    const url = await serve((_request, response) => response.end());
    const agent = keptConnection();
    const ids = new Set<unknown>();
    // More than one call for randomness has room for.
    for (let i = 0; i < 300; i++) ids.add((await ask(url, { agent })).headers['x-request-id']);
    expect(ids.size).toBe(300);
  });

  test.each([
    [200, LogLevel.Info, 'ok'],
    [404, LogLevel.Warn, 'ok'],
    [503, LogLevel.Error, 'error'],
  ])('that ends with %i', async (statusCode, level, outcome) => {
    instrument({ client: false });
    const url = await serve((_request, response) => response.writeHead(statusCode).end());
    await ask(url);
    const all = await answered(1);
    expect(completions(all)[0]).toMatchObject({ level, values: { res: { statusCode } } });
    expect(roots(all)[0]).toMatchObject({ level: LogLevel.Debug, outcome });
  });

  test('runs in its scope, handler, body, timers and all', async () => {
    instrument({ client: false });
    const url = await serve((request, response) => {
      const seen = [currentContext()];
      void (async () => {
        const body = await bodyOf(request);
        seen.push(currentContext());
        await turn();
        info('handled', { body });
        withSpan('work', () => seen.push(currentContext()));
        addContext({ user_id: 7 });
        response.end(JSON.stringify(seen));
      })();
    });
    const options = { method: 'POST', headers: { 'x-request-id': 'r-1' } };
    const { text, headers } = await ask(url, options, 'x'.repeat(100_000));
    const scope = { request_id: 'r-1' };
    expect(JSON.parse(text)).toEqual([scope, scope, scope]);
    expect(headers['x-request-id']).toBe('r-1');
    const all = await answered(1);
    const [completion] = completions(all);
    expect(completion.values).toMatchObject({ request_id: 'r-1', user_id: 7 });
    expect(new Set(ofServer(all).map(({ traceId }) => traceId)).size).toBe(1);
    expect(all.find(({ message }) => message === 'work')).toMatchObject({ parentSpanId: completion.spanId });
    expect(all.find(({ message }) => message === 'handled')).toMatchObject({
      target: 'shop',
      spanId: completion.spanId,
    });
  });

  test('a valid traceparent is continued, an invalid one is not', async () => {
    instrument({ client: false });
    const url = await serve((_request, response) => response.end());
    await ask(url, { headers: { traceparent: PARENT } });
    await ask(url, { headers: { traceparent: 'nonsense' } });
    const [first, second] = roots(await answered(2));
    expect(first).toMatchObject({ traceId: TRACE, parentSpanId: SPAN });
    expect(second.traceId).not.toBe(TRACE);
    expect(second.parentSpanId).toBeUndefined();
  });

  test('what comes with the trace goes on, and is not recorded unless it is named', async () => {
    instrument({ client: false, server: { baggage: ['tenant'] } });
    const url = await serve((_request, response) => response.end(JSON.stringify(exportContext())));
    const headers = {
      traceparent: `00-${TRACE}-${SPAN}-00`,
      tracestate: ['rojo=1', 'congo=2'],
      baggage: 'tenant=ac%20me,user=ada;p=1,nonsense',
    };
    const carrier = JSON.parse((await ask(url, { headers })).text) as Record<string, unknown>;
    expect(carrier).toMatchObject({
      tracestate: 'rojo=1,congo=2',
      baggage: 'tenant=ac%20me,user=ada;p=1',
      fields: { tenant: 'ac me' },
    });
    expect(carrier['traceparent']).toMatch(new RegExp(`^00-${TRACE}-(?!${SPAN})[0-9a-f]{16}-00$`));
    const all = await answered(1);
    expect(completions(all)[0].values).not.toHaveProperty('user');
    // Baggage comes without a trace, too.
    const alone = JSON.parse((await ask(url, { headers: { baggage: 'user=ada' } })).text) as Record<string, unknown>;
    expect(alone).toMatchObject({ traceparent: expect.stringMatching(/-01$/), baggage: 'user=ada' });
  });

  test('whose client goes away ends as aborted', async () => {
    instrument({ client: false });
    let arrived!: () => void;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    const url = await serve(() => arrived());
    const request = httpRequest(url, { agent: false, headers: { 'x-request-id': 'r-gone' } });
    request.on('error', () => {});
    request.end();
    await arrival;
    request.destroy();
    const all = await answered(1);
    const [completion, ...more] = completions(all);
    expect(more).toEqual([]);
    expect(completion).toMatchObject({ level: LogLevel.Warn, message: 'request aborted' });
    expect(completion.values).toMatchObject({ request_id: 'r-gone', aborted: true, res: { statusCode: null } });
    expect(roots(all)[0]).toMatchObject({ kind: 'span', outcome: 'ok' });
  });

  test('whose client goes away in the middle of the answer too', async () => {
    instrument({ client: false });
    const url = await serve((_request, response) => {
      response.writeHead(200);
      response.write('a');
    });
    const request = httpRequest(url, { agent: false });
    request.on('error', () => {});
    request.end();
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream & { destroy(): void }];
    response.on('error', () => {});
    response.destroy();
    const [completion] = completions(await answered(1));
    expect(completion).toMatchObject({
      message: 'request aborted',
      values: { aborted: true, res: { statusCode: 200 } },
    });
  });

  test('what it leaves running after its end is marked late', async () => {
    instrument({ client: false });
    const url = await serve((_request, response) => {
      response.end();
      void (async () => {
        while (!response.closed) await turn();
        await turn();
        info('afterwards');
      })();
    });
    await ask(url);
    const all = await recordsWhen((seen) => seen.some(({ message }) => message === 'afterwards'));
    const [completion] = completions(all);
    expect(all.find(({ message }) => message === 'afterwards')).toMatchObject({
      late: true,
      spanId: completion.spanId,
    });
    expect(completion.late).toBe(false);
  });
});

describe('options', () => {
  test('requests that are ignored leave nothing below a warning, and no id', async () => {
    instrument({ client: false, server: { ignore: ({ url }) => url === '/health' } });
    const url = await serve((_request, response) => {
      info('quiet');
      withSpan('no span', () => info('quiet too'));
      warn('loud');
      response.end(JSON.stringify(currentContext()));
    });
    const { headers, text } = await ask(`${url}/health`);
    expect([headers['x-request-id'], text]).toEqual([undefined, '{}']);
    await ask(`${url}/other`);
    const all = await answered(1);
    expect(completions(all)).toHaveLength(1);
    expect(ofServer(all).map(({ message }) => message)).toEqual([
      'loud', 'quiet', 'quiet too', 'no span', 'loud', 'request completed', 'GET',
    ]); // prettier-ignore
  });

  test('an ignore that throws ignores nothing', async () => {
    instrument({
      client: false,
      server: {
        ignore: () => {
          throw new Error('no');
        },
      },
    });
    const url = await serve((_request, response) => response.end());
    await ask(url);
    expect(completions(await answered(1))).toHaveLength(1);
  });

  test('the id’s header has another name, or none', async () => {
    const instrumented = instrument({ client: false, server: { idHeader: 'X-Correlation-Id' } });
    const url = await serve((_request, response) => response.end(String(currentContext()['request_id'])));
    const named = await ask(url, { headers: { 'x-correlation-id': 'c-1' } });
    expect([named.text, named.headers['x-correlation-id']]).toEqual(['c-1', 'c-1']);
    instrumented[Symbol.dispose]();
    const again = instrumentHttp({ server: { idHeader: false } });
    atTheEnd(() => again[Symbol.dispose]());
    const none = await ask(url, { headers: { 'x-request-id': 'c-2' } });
    expect(none.text).toMatch(/^[\da-f-]{36}$/);
    expect(none.headers['x-request-id']).toBeUndefined();
  });

  test('sample decides for the whole of a request, and passes the decision on; a trace that comes in is not asked', async () => {
    instrument({ client: false, server: { sample: 0 } });
    const url = await serve((_request, response) => {
      withSpan('work', () => info('event'));
      response.end(exportContext().traceparent);
    });
    expect((await ask(url)).text).toMatch(/-00$/);
    const all = await recordsWhen((seen) => completions(seen).length === 1);
    expect(ofServer(all).map(({ kind, message }) => `${kind} ${message}`)).toEqual([
      'event event',
      'event request completed',
    ]);
    await ask(url, { headers: { traceparent: PARENT } });
    expect(roots(await answered(1))).toHaveLength(1);
  });

  test('followCaller: what the caller does not record is not recorded here either, and goes on as it came', async () => {
    instrument({ client: false, server: { followCaller: true } });
    const url = await serve((_request, response) => {
      withSpan('work', () => info('event'));
      response.end(JSON.stringify(exportContext({ fields: false })));
    });
    const unsampled = { traceparent: `00-${TRACE}-${SPAN}-00`, tracestate: 'rojo=1', baggage: 'a=1' };
    expect(JSON.parse((await ask(url, { headers: unsampled })).text)).toEqual(unsampled);
    const all = await recordsWhen((seen) => completions(seen).length === 1);
    expect(ofServer(all).map(({ kind, message }) => `${kind} ${message}`)).toEqual([
      'event event',
      'event request completed',
    ]);
    await ask(url, { headers: { traceparent: PARENT } });
    expect(roots(await answered(1))).toHaveLength(1);
  });

  test('server: false leaves requests alone', async () => {
    instrument({ client: false, server: false });
    const url = await serve((_request, response) => response.end(JSON.stringify(currentContext())));
    const { headers, text } = await ask(url);
    expect([headers['x-request-id'], text]).toEqual([undefined, '{}']);
    expect(completions(await records())).toEqual([]);
  });

  test('a second call changes nothing, and all have to be disposed of', async () => {
    const first = instrument({ client: false });
    const second = instrumentHttp({ server: { idHeader: 'X-Other' } });
    const url = await serve((_request, response) => response.end());
    expect((await ask(url)).headers).toHaveProperty('x-request-id');
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    expect((await ask(url)).headers).toHaveProperty('x-request-id');
    second[Symbol.dispose]();
    expect((await ask(url)).headers).not.toHaveProperty('x-request-id');
    expect(completions(await answered(2))).toHaveLength(2);
  });

  test.each([
    [{ servers: {} }, 'Expected an option of instrumentHttp() to be'],
    [{ server: { ignore: '/health' } }, 'Expected server.ignore to be a function'],
    [{ server: { idHeader: 'X Y' } }, 'Expected server.idHeader to be the name of a header'],
    [{ server: { sample: 2 } }, 'Expected server.sample to be a number from 0 to 1'],
    [{ server: { baggage: 'x' } }, 'Expected server.baggage to be a list of names'],
    [{ server: { followCaller: 1 } }, 'Expected server.followCaller to be a boolean'],
    [{ server: { skip: 1 } }, 'Expected an option of server to be one of'],
    [{ client: { ignore: 1 } }, 'Expected client.ignore to be a function'],
    [{ client: { propagate: 'x' } }, 'Expected client.propagate to be a boolean or a function'],
    [{ client: { baggage: [1] } }, 'Expected client.baggage to be a list of names'],
    [{ client: { skip: 1 } }, 'Expected an option of client to be one of'],
  ])('%j is wrong', (options, message) => {
    expect(() => instrumentHttp(options as object)).toThrow(message);
  });
});

describe('a connection that is kept', () => {
  test('each request has its own scope, and what is between them none', async () => {
    const instrumented = instrument({ client: false, server: { ignore: ({ url }) => url === '/ignored' } });
    const url = await serve((_request, response) => response.end(JSON.stringify(currentContext())));
    const agent = keptConnection();
    const seen: string[] = [];
    for (const path of ['/1', '/2', '/ignored', '/4', '/ignored']) {
      seen.push((await ask(url + path, { agent, headers: { 'x-request-id': path } })).text);
    }
    expect(seen).toEqual(['{"request_id":"/1"}', '{"request_id":"/2"}', '{}', '{"request_id":"/4"}', '{}']);
    instrumented[Symbol.dispose]();
    const all = await answered(3);
    expect(new Set(roots(all).map(({ traceId }) => traceId)).size).toBe(3);
    expect(new Set(roots(all).map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([undefined]));
  });

  test('requests that come in one packet have scopes of their own', async () => {
    instrument({ client: false });
    const url = new URL(
      await serve((request, response) => {
        setImmediate(() => response.end(`${request.url} ${String(currentContext()['request_id'])};`));
      }),
    );
    const socket = connect(Number(url.port), url.hostname);
    socket.setEncoding('utf8');
    const head = (n: number, more = '') => `GET /${n} HTTP/1.1\r\nHost: x\r\nX-Request-Id: r-${n}\r\n${more}\r\n`;
    socket.write(head(1) + head(2) + head(3, 'Connection: close\r\n'));
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text.match(/\/\d r-\d;/g)).toEqual(['/1 r-1;', '/2 r-2;', '/3 r-3;']);
    expect(completions(await answered(3)).map(({ values }) => values['request_id'])).toEqual(['r-1', 'r-2', 'r-3']);
  });
});

test('250 requests at once, over kept connections: none sees anything of another', async () => {
  instrument({ client: false });
  const waiting: (() => void)[] = [];
  const url = await serve((request, response) => {
    void (async () => {
      const number = request.headers['x-number'];
      const check = (where: string) => {
        const { request_id } = currentContext();
        info(where, { number, ok: request_id === `r-${String(number)}` });
      };
      check('begin');
      await bodyOf(request);
      check('body');
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        // Released together, by whichever request comes last: in the scope of the releaser, if anything leaked.
        if (waiting.length === 250) for (const go of waiting) go();
      });
      check('released');
      await withSpan('work', async () => {
        await turn();
        check('worked');
      });
      response.end(currentSpan()?.traceId);
    })();
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 250 });
  atTheEnd(() => agent.destroy());
  const answers = await Promise.all(
    Array.from({ length: 250 }, (_, number) => {
      const trace = number.toString(16).padStart(32, 'a');
      const headers = {
        'x-number': String(number),
        'x-request-id': `r-${number}`,
        traceparent: `00-${trace}-${SPAN}-01`,
      };
      return ask(url, { method: 'POST', agent, headers }, 'x'.repeat(number)).then(({ text }) => text === trace);
    }),
  );
  expect(answers.every(Boolean)).toBe(true);
  const all = await answered(250);
  const checks = all.filter(({ values }) => 'ok' in values);
  expect(checks).toHaveLength(1000);
  expect(checks.filter(({ values }) => values['ok'] !== true)).toEqual([]);
  for (const { values, traceId } of checks)
    expect(traceId).toBe(Number(values['number']).toString(16).padStart(32, 'a'));
});

test('a server of node:https', async () => {
  instrument();
  const server = createSecureServer(certificate, (_request, response) =>
    response.end(JSON.stringify(currentContext())),
  );
  const url = await listen(server, 'https');
  const request = secureRequest(url, { agent: false, ca: certificate.cert, headers: { 'x-request-id': 'r-1' } });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(await bodyOf(response)).toBe('{"request_id":"r-1"}');
  await answered(1);
  const all = await called(1);
  expect(completions(all)[0].values['request_id']).toBe('r-1');
  expect(calls(all)[0].values['req']).toEqual({ method: 'GET', url: `${url}/` });
});

test('without ttlog running, nothing goes wrong', async () => {
  const instrumented = instrumentHttp();
  atTheEnd(() => instrumented[Symbol.dispose]());
  const url = await serve((_request, response) => response.end('ok'));
  expect((await ask(url)).text).toBe('ok');
  const handle = init({ service: 'shop', sinks: [] });
  await handle.shutdown();
});
