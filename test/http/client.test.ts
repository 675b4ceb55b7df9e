import { once } from 'node:events';
import { createServer, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as undiciRequest } from 'undici';
import { describe, expect, test } from 'vitest';
import type { LogRecord } from 'ttlog';
import { exportContext, LogLevel, suppress, withCarrier, withContext, withSpan } from 'ttlog';
import {
  answered,
  ask,
  called,
  calls,
  CAN_TELL,
  instrument,
  keptConnection,
  listen,
  records,
  roots,
} from './support.js';
import { serve } from './support.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

/** What a test's server says it got. */
const echo = () =>
  serve((request, response) => {
    const { traceparent, tracestate, baggage } = request.headers;
    response.setHeader('content-type', 'application/json');
    request.resume().once('end', () => response.end(JSON.stringify({ traceparent, tracestate, baggage })));
  });
type Told = { traceparent?: string; tracestate?: string; baggage?: string };

const clients: {
  name: string;
  tells: boolean;
  get: (url: string, headers?: Record<string, string>) => Promise<Told>;
}[] = [
  {
    name: 'fetch',
    tells: true,
    get: async (url, headers = {}) => (await (await fetch(url, { headers })).json()) as Told,
  },
  {
    name: 'an installed undici',
    tells: true,
    get: async (url, headers = {}) => (await (await undiciRequest(url, { headers })).body.json()) as Told,
  },
  {
    name: 'node:http',
    tells: CAN_TELL,
    get: async (url, headers = {}) => JSON.parse((await ask(url, { headers })).text) as Told,
  },
];

const reqOf = (record: LogRecord) => record.values['req'];

describe.each(clients)('$name', ({ tells, get }) => {
  test('a call is a span of its own, a child of the running one, with method, url and status', async () => {
    instrument({ server: false });
    const url = await echo();
    await withContext('request_id', 'r-1', () => withSpan('work', () => get(`${url}/a?token=hush&b=1`)));
    const all = await called(1);
    const [call] = calls(all);
    const work = all.find(({ message }) => message === 'work')!;
    expect(call).toMatchObject({ message: 'GET', level: LogLevel.Debug, outcome: 'ok', late: false });
    expect([call.traceId, call.parentSpanId]).toEqual([work.traceId, work.spanId]);
    expect(reqOf(call)).toEqual({ method: 'GET', url: `${url}/a?token=[Redacted]&b=1` });
    expect(call.values).toMatchObject({ request_id: 'r-1', res: { statusCode: 200 } });
    expect(call.durationMs).toBeGreaterThan(0);
  });

  test('tells the other side, whose request is then its child', async () => {
    instrument();
    const url = await echo();
    const told = await get(url);
    await answered(1);
    const all = await called(1);
    const [call] = calls(all);
    expect(told.traceparent).toBe(tells ? `00-${call.traceId}-${call.spanId}-01` : undefined);
    expect(roots(all)[0].parentSpanId).toBe(tells ? call.spanId : undefined);
  });

  test('a traceparent that is there already is left alone', async () => {
    instrument();
    expect((await get(await echo(), { traceparent: PARENT })).traceparent).toBe(PARENT);
  });

  test('what came with the trace goes on, with fields of the context that are named', async () => {
    instrument({ server: false, client: { baggage: ['tenant', 'missing', 'nested'] } });
    const url = await echo();
    const carrier = { traceparent: PARENT, tracestate: 'rojo=1', baggage: 'user=ada,tenant=old' };
    const told = await withCarrier(carrier, () => withContext({ tenant: 'ä', nested: {} }, () => get(url)));
    const traceparent: unknown = expect.stringMatching(new RegExp(`^00-${TRACE}-.{16}-01$`));
    const all = { traceparent, tracestate: 'rojo=1', baggage: 'tenant=%C3%A4,user=ada' };
    expect(told).toEqual(tells ? all : {});
  });

  test('calls that are ignored, or are not to be told, are not', async () => {
    instrument({
      server: false,
      client: {
        ignore: ({ url }) => url.endsWith('/ignored'),
        propagate: ({ method, url }) => method === 'GET' && url.endsWith('/told'),
      },
    });
    const url = await echo();
    const told = [await get(`${url}/ignored`), await get(`${url}/untold`), await get(`${url}/told`)];
    expect(told.map(({ traceparent }) => traceparent !== undefined)).toEqual([false, false, tells]);
    expect(calls(await called(2)).map((call) => reqOf(call))).toEqual([
      { method: 'GET', url: `${url}/untold` },
      { method: 'GET', url: `${url}/told` },
    ]);
  });

  test('inside suppress a call is neither recorded nor told', async () => {
    instrument({ server: false });
    const url = await echo();
    const told = await withSpan('work', () => suppress(() => get(url)));
    expect(told).toEqual({});
    expect(calls(await records())).toEqual([]);
  });

  test('in a trace that is not sampled it is told so, and not recorded', async () => {
    instrument({ server: { sample: 0, followCaller: true } });
    const inner = await echo();
    const url = await serve((_request, response) => void get(inner).then((told) => response.end(JSON.stringify(told))));
    const told = JSON.parse(await suppress(async () => (await ask(url)).text)) as Told;
    const traceparent: unknown = expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(told).toEqual(tells ? { traceparent } : {});
    expect((await records()).filter(({ kind }) => kind === 'span')).toEqual([]);
  });

  test.each([
    [204, 'ok'],
    [404, 'error'],
    [500, 'error'],
  ])('an answer of %i is the caller’s to judge', async (status, outcome) => {
    instrument({ server: false });
    const url = await serve((_request, response) => response.writeHead(status).end());
    await get(url).catch(() => {}); // its body is no JSON
    expect(calls(await called(1))[0]).toMatchObject({
      level: LogLevel.Debug,
      outcome,
      values: { res: { statusCode: status } },
    });
  });

  test('no answer is a warning that names the error', async () => {
    instrument({ server: false });
    const server = createServer();
    const url = await listen(server);
    server.close();
    await once(server, 'close');
    await expect(get(url)).rejects.toThrow(/fetch failed|ECONNREFUSED/);
    const [call] = calls(await called(1));
    expect(call).toMatchObject({ level: LogLevel.Warn, outcome: 'error' });
    expect(call.values).toMatchObject({ err: expect.stringContaining('ECONNREFUSED'), res: { statusCode: null } });
  });

  test('a connection that breaks ends it, before the answer and in the middle', async () => {
    instrument({ server: false });
    const url = await serve((request, response) => {
      if (request.url === '/before') request.socket.destroy();
      else {
        response.writeHead(200, { 'content-length': 100 });
        response.write('x', () => request.socket.destroy());
      }
    });
    await expect(get(`${url}/before`)).rejects.toThrow(/fetch failed|other side closed|hang up/);
    await expect(get(`${url}/middle`)).rejects.toThrow(/terminated|other side closed|aborted/);
    const [before, middle] = calls(await called(2));
    expect(before).toMatchObject({ outcome: 'error', level: LogLevel.Warn, values: { res: { statusCode: null } } });
    expect(middle).toMatchObject({ outcome: 'error', level: LogLevel.Warn, values: { res: { statusCode: 200 } } });
    for (const { values } of [before, middle]) {
      expect(values['err']).toEqual(expect.any(String));
      expect(values).not.toHaveProperty('aborted');
    }
  });

  test('200 at once: each is a child of its own caller', async () => {
    instrument();
    const url = await echo();
    await Promise.all(Array.from({ length: 200 }, (_, n) => withSpan('caller', { n }, () => get(`${url}/${n}`))));
    await answered(200);
    const all = await called(200);
    const callers = new Map(all.filter(({ message }) => message === 'caller').map((one) => [one.spanId, one]));
    for (const call of calls(all)) {
      const { values, traceId } = callers.get(call.parentSpanId)!;
      expect([reqOf(call), call.traceId]).toEqual([{ method: 'GET', url: `${url}/${String(values['n'])}` }, traceId]);
    }
    const parents = new Set(calls(all).map(({ spanId }) => spanId));
    expect(roots(all).filter(({ parentSpanId }) => parents.has(parentSpanId))).toHaveLength(tells ? 200 : 0);
  });
});

describe('node:http', () => {
  const answerTo = async (request: ClientRequest) => ((await once(request, 'response')) as [IncomingMessage])[0];

  test('over a kept connection each call ends with its answer', async () => {
    instrument({ server: false });
    const url = await echo();
    const agent = keptConnection();
    await withSpan('first', () => ask(`${url}/1`, { agent }));
    await withSpan('second', () => ask(`${url}/2`, { agent }));
    const all = await called(2);
    const [first, second] = ['first', 'second'].map((name) => all.find(({ message }) => message === name));
    expect(calls(all).map(({ parentSpanId, outcome }) => [parentSpanId, outcome])).toEqual([
      [first!.spanId, 'ok'],
      [second!.spanId, 'ok'],
    ]);
  });

  test('a call that is given up ends as aborted', async () => {
    instrument({ server: false });
    const url = await serve((request, response) => {
      if (request.url === '/never') return;
      response.writeHead(200);
      response.write('x');
    });
    const never = httpRequest(`${url}/never`, { agent: false });
    never.on('error', () => {});
    never.end();
    await once(never, 'finish');
    never.destroy();
    const abort = new AbortController();
    const signalled = httpRequest(`${url}/never`, { agent: false, signal: abort.signal });
    signalled.on('error', () => {});
    signalled.end();
    await once(signalled, 'finish');
    abort.abort();
    await called(2);
    const half = httpRequest(`${url}/half`, { agent: false });
    half.end();
    const response = await answerTo(half);
    response.on('error', () => {});
    response.destroy();
    const all = calls(await called(3));
    expect(all.map(({ outcome }) => outcome)).toEqual(['error', 'error', 'error']);
    expect(
      all.find(({ values }) => values['err'] === 'AbortError: The operation was aborted (ABORT_ERR)'),
    ).toMatchObject({
      level: LogLevel.Debug,
      values: { aborted: true },
    });
    expect(all[2].values).toMatchObject({ aborted: true, res: { statusCode: 200 } });
  });

  test('headers as a list cannot be added to: the call is recorded, and works', async () => {
    instrument({ server: false });
    const url = await echo();
    const { host } = new URL(url);
    const { text } = await ask(url, { headers: ['Host', host, 'X-Raw', '1'] as never });
    expect(JSON.parse(text)).toEqual({});
    expect(calls(await called(1))[0]).toMatchObject({ outcome: 'ok' });
  });

  test('what exportContext gives tells the other side on every Node', async () => {
    instrument();
    const url = await echo();
    const told = await withSpan('work', async () => {
      const headers = { ...exportContext({ fields: false }) };
      return JSON.parse((await ask(url, { headers })).text) as Told;
    });
    const all = await answered(1);
    const work = all.find(({ message }) => message === 'work')!;
    expect(told.traceparent).toBe(`00-${work.traceId}-${work.spanId}-01`);
    expect(roots(all)[0].parentSpanId).toBe(work.spanId);
  });

  test('an upgrade is a whole answer', async () => {
    instrument({ server: false });
    const server = createServer();
    server.on('upgrade', (_request, socket) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    );
    const url = await listen(server);
    const request = httpRequest(url, { agent: false, headers: { Connection: 'Upgrade', Upgrade: 'x' } });
    request.end();
    const [, socket] = (await once(request, 'upgrade')) as [
      IncomingMessage,
      NodeJS.ReadableStream & { destroy(): void },
    ];
    socket.destroy();
    expect(calls(await called(1))[0]).toMatchObject({ outcome: 'ok', values: { res: { statusCode: 101 } } });
  });

  test('a request that is destroyed with something odd ends, and nothing else happens', async () => {
    instrument({ server: false });
    const url = await serve(() => {});
    const odd = [Object.create(null), { message: Symbol('odd') }, 'text'] as unknown as Error[];
    for (const reason of odd) {
      const request = httpRequest(url, { agent: false });
      request.on('error', () => {});
      request.end();
      await once(request, 'finish');
      request.destroy(reason);
    }
    expect(calls(await called(3)).map(({ outcome }) => outcome)).toEqual(['error', 'error', 'error']);
  });

  test('an error that nobody listens to is as unhandled as before', async () => {
    instrument({ server: false });
    const url = await echo();
    const request = httpRequest(url, { agent: false });
    expect(request.listenerCount('error')).toBe(0);
    expect(request.listenerCount('response')).toBe(0);
    request.end();
    (await answerTo(request)).resume();
    await called(1);
  });
});

describe('fetch', () => {
  test('each step of a redirection is a span', async () => {
    instrument({ server: false });
    const url = await serve((request, response) => {
      if (request.url === '/old') response.writeHead(302, { location: '/new' }).end();
      else response.end('here');
    });
    expect(await (await withSpan('work', () => fetch(`${url}/old`))).text()).toBe('here');
    const all = await called(2);
    const work = all.find(({ message }) => message === 'work')!;
    expect(calls(all).map((call) => [reqOf(call), call.values['res'], call.parentSpanId])).toEqual([
      [{ method: 'GET', url: `${url}/old` }, { statusCode: 302 }, work.spanId],
      [{ method: 'GET', url: `${url}/new` }, { statusCode: 200 }, work.spanId],
    ]);
  });

  test('a call that is given up ends as aborted', async () => {
    instrument({ server: false });
    const url = await serve((request, response) => {
      if (request.url === '/never') return;
      response.writeHead(200);
      response.write('x');
    });
    const abort = new AbortController();
    const never = fetch(`${url}/never`, { signal: abort.signal });
    setImmediate(() => abort.abort());
    await expect(never).rejects.toThrow(/abort/);
    await (await fetch(`${url}/half`)).body!.cancel();
    const [half] = calls(await called(1)).slice(-1);
    expect(half).toMatchObject({ outcome: 'error', level: LogLevel.Debug });
    expect(half.values).toMatchObject({ aborted: true, res: { statusCode: 200 } });
  });
});
