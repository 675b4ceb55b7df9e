// Servers and clients of Node's own, with everything that ttlog records in memory.
import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { afterEach } from 'vitest';
import type { LogRecord, TtlogHandle, TtlogOptions } from 'ttlog';
import { init } from 'ttlog';
import { instrumentHttp, type HttpOptions } from 'ttlog/http';
import { memorySink } from 'ttlog/sinks';

/** Node 20 says of a client's request only that it has been sent. */
export const CAN_TELL = Number(process.versions.node.split('.')[0]) >= 22;

const closing: (() => unknown)[] = [];

/** The newest first: a server is closed before the ttlog that records it is. */
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

export const atTheEnd = (close: () => unknown): void => void closing.push(close);

let handle: TtlogHandle;
let memory: ReturnType<typeof memorySink>;

/** Starts ttlog, everything from trace level on into memory. */
export function record(options: TtlogOptions = {}): TtlogHandle {
  memory = memorySink();
  handle = init({ service: 'shop', level: 'trace', capacity: 16_384, sinks: [memory], ...options });
  atTheEnd(() => handle.shutdown());
  return handle;
}

/** As `record()`, and records Node's HTTP. */
export function instrument(options?: HttpOptions): Disposable {
  record();
  const instrumented = instrumentHttp(options);
  atTheEnd(() => instrumented[Symbol.dispose]());
  return instrumented;
}

export async function records(): Promise<readonly LogRecord[]> {
  await handle.flush();
  return memory.records;
}

/** Waits for records that come after what a test can see, such as the completion record. */
export async function recordsWhen(isThere: (records: readonly LogRecord[]) => boolean): Promise<readonly LogRecord[]> {
  for (;;) {
    const seen = await records();
    if (isThere(seen)) return seen;
    await new Promise(setImmediate);
  }
}

export const completions = (all: readonly LogRecord[]): LogRecord[] =>
  all.filter(({ target, kind }) => target === 'http' && kind === 'event');
export const calls = (all: readonly LogRecord[]): LogRecord[] =>
  all.filter(({ target, kind }) => target === 'http.client' && kind === 'span');
/** Clients of the same process aside. */
export const ofServer = (all: readonly LogRecord[]): LogRecord[] =>
  all.filter(({ target }) => target !== 'http.client');
export const roots = (all: readonly LogRecord[]): LogRecord[] =>
  all.filter(({ target, kind, message }) => target === 'shop' && kind === 'span' && /^[A-Z]+(?: |$)/.test(message));

/** Waits until so many requests have been answered, or so many calls are over. */
export const answered = (count: number) =>
  recordsWhen((all) => completions(all).length >= count && roots(all).length >= count);
export const called = (count: number) => recordsWhen((all) => calls(all).length >= count);

/** The address of a server of this listener. */
export async function serve(listener: RequestListener): Promise<string> {
  return listen(createServer(listener));
}

export async function listen(server: Server & { closeAllConnections(): void }, protocol = 'http'): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atTheEnd(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** One connection that is kept. */
export function keptConnection(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  atTheEnd(() => agent.destroy());
  return agent;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** A request by node:http, and its whole answer; over, also for those who record it, when it has been given. */
export async function ask(url: string, options: Parameters<typeof httpRequest>[1] = {}, body = ''): Promise<Answer> {
  const request = httpRequest(url, { agent: false, ...options });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  if (!request.closed) await once(request, 'close');
  return { status: response.statusCode!, headers: response.headers, text };
}

/** Reads a request to its end. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
}
