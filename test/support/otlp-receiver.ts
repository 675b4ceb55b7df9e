// A receiver of OTLP/HTTP that we did not write (@elastic/mockotlpserver), behind a door that can be slow, shut or broken.
import {
  createServer,
  request as openRequest,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { MockOtlpServer } from '@elastic/mockotlpserver';

type Value = string | number | boolean | null | Uint8Array | readonly Value[] | { readonly [key: string]: Value };
type Attributes = Record<string, Value>;

export interface ReceivedLog {
  readonly resource: Attributes;
  readonly scope: string;
  readonly timeUnixNano: bigint;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: Value;
  readonly attributes: Attributes;
  readonly traceId: string;
  readonly spanId: string;
}

export interface ReceivedSpan {
  readonly resource: Attributes;
  readonly scope: string;
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: Attributes;
  readonly status: { readonly code: number; readonly message: string };
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly attributes: Attributes }[];
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
  readonly droppedAttributesCount: number;
}

export interface ReceivedMetric {
  readonly resource: Attributes;
  readonly scope: string;
  readonly name: string;
  readonly unit: string;
  readonly temporality: number;
  readonly isMonotonic: boolean;
  readonly points: readonly {
    readonly attributes: Attributes;
    readonly startTimeUnixNano: bigint;
    readonly timeUnixNano: bigint;
    readonly value: number;
    readonly count: number;
    readonly sum: number;
    readonly bucketCounts: readonly number[];
    readonly explicitBounds: readonly number[];
  }[];
}

/** What the door does with a request instead of letting it in. */
export type Fault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: Uint8Array | string }
  /** The connection breaks. */
  | 'reset'
  /** There is never an answer. */
  | 'hang'
  /** It is let in, and then the connection breaks: the sender cannot know. */
  | 'take and reset'
  /** It is let in after so many ms. */
  | { readonly slowMs: number }
  /** It is let in, and this is the answer. */
  | { readonly answer: Uint8Array | string; readonly type: string };

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
  readonly at: number;
}

export class OtlpReceiver {
  logs: ReceivedLog[] = [];
  spans: ReceivedSpan[] = [];
  /** The newest of each name. */
  metrics = new Map<string, ReceivedMetric>();
  requests: SeenRequest[] = [];
  /** Asked for each request, with how many there were before. */
  fault: (seen: SeenRequest, before: number) => Fault | undefined = () => undefined;
  readonly #mock = new MockOtlpServer({
    services: ['http'],
    httpHostname: '127.0.0.1',
    httpPort: 0,
    logLevel: 'fatal',
    onLogs: (message) => void this.logs.push(...logsOf(message as Message)),
    onTrace: (message) => void this.spans.push(...spansOf(message as Message)),
    onMetrics: (message) => {
      for (const metric of metricsOf(message as Message)) this.metrics.set(metric.name, metric);
    },
  });
  #door: Server | undefined;
  #port = 0;
  readonly #sockets = new Set<Socket>();
  #answering = 0;

  async start(): Promise<void> {
    await this.#mock.start();
    await this.open();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Forgets what came so far, and what is still on its way in. */
  async reset(): Promise<void> {
    while (this.#answering > 0) await new Promise((resolve) => setImmediate(resolve));
    this.logs = [];
    this.spans = [];
    this.metrics.clear();
    this.requests = [];
    this.fault = () => undefined;
  }

  /** Listens, on the same port as before. */
  async open(): Promise<void> {
    const door = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => undefined);
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        const { url = '', headers } = request;
        const seen = { path: url, headers, bytes: body.length, at: performance.now() };
        const fault = this.fault(seen, this.requests.length);
        this.requests.push(seen);
        this.#answering++;
        void this.#answer(response, seen, body, fault).finally(() => this.#answering--);
      });
    });
    door.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    door.listen(this.#port, '127.0.0.1');
    await once(door, 'listening');
    this.#port = (door.address() as AddressInfo).port;
    this.#door = door;
  }

  /** Nobody listens any more: connections are refused. */
  async shut(): Promise<void> {
    const door = this.#door;
    this.#door = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (door !== undefined) await new Promise((resolve) => door.close(resolve));
  }

  async close(): Promise<void> {
    await this.shut();
    await this.#mock.close();
  }

  async #answer(response: ServerResponse, seen: SeenRequest, body: Buffer, fault: Fault | undefined): Promise<void> {
    if (fault === 'hang') return;
    if (fault === 'reset') return void response.socket?.resetAndDestroy();
    if (typeof fault === 'object' && 'status' in fault) {
      response.writeHead(fault.status, fault.headers);
      response.end(fault.body);
      return;
    }
    if (typeof fault === 'object' && 'slowMs' in fault)
      await new Promise((resolve) => setTimeout(resolve, fault.slowMs));
    const answer = await this.#letIn(seen, body);
    if (fault === 'take and reset') return void response.socket?.resetAndDestroy();
    response.writeHead(answer.status, {
      'Content-Type': fault === undefined || 'slowMs' in fault ? answer.type : fault.type,
    });
    response.end(fault === undefined || 'slowMs' in fault ? answer.body : fault.answer);
  }

  /** The mock does not know gzip. */
  async #letIn({ path, headers }: SeenRequest, body: Buffer): Promise<{ status: number; type: string; body: Buffer }> {
    const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const type = String(headers['content-type']);
    const forwarded = openRequest(new URL(path, this.#mock.httpUrl!), {
      method: 'POST',
      headers: { 'Content-Type': type },
      agent: false,
    });
    forwarded.end(plain);
    const [incoming] = (await once(forwarded, 'response')) as [import('node:http').IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    return { status: incoming.statusCode ?? 0, type, body: Buffer.concat(chunks) };
  }
}

// What protobuf and JSON have in common, once numbers and ids are the same.
type Message = any;

function logsOf(message: Message): ReceivedLog[] {
  return message.resourceLogs.flatMap(({ resource, scopeLogs }: Message) =>
    scopeLogs.flatMap(({ scope, logRecords }: Message) =>
      logRecords.map((log: Message) => ({
        resource: attributesOf(resource.attributes),
        scope: scope.name,
        timeUnixNano: bigintOf(log.timeUnixNano),
        severityNumber: log.severityNumber,
        severityText: log.severityText,
        body: valueOf(log.body),
        attributes: attributesOf(log.attributes),
        traceId: idOf(log.traceId),
        spanId: idOf(log.spanId),
      })),
    ),
  );
}

function spansOf(message: Message): ReceivedSpan[] {
  return message.resourceSpans.flatMap(({ resource, scopeSpans }: Message) =>
    scopeSpans.flatMap(({ scope, spans }: Message) =>
      spans.map((span: Message) => ({
        resource: attributesOf(resource.attributes),
        scope: scope.name,
        name: span.name,
        kind: span.kind,
        traceId: idOf(span.traceId),
        spanId: idOf(span.spanId),
        parentSpanId: idOf(span.parentSpanId),
        startTimeUnixNano: bigintOf(span.startTimeUnixNano),
        endTimeUnixNano: bigintOf(span.endTimeUnixNano),
        attributes: attributesOf(span.attributes),
        status: { code: span.status?.code ?? 0, message: span.status?.message ?? '' },
        links: (span.links ?? []).map((link: Message) => ({
          traceId: idOf(link.traceId),
          spanId: idOf(link.spanId),
          attributes: attributesOf(link.attributes),
        })),
        events: (span.events ?? []).map((event: Message) => ({
          name: event.name,
          attributes: attributesOf(event.attributes),
        })),
        droppedAttributesCount: span.droppedAttributesCount ?? 0,
      })),
    ),
  );
}

function metricsOf(message: Message): ReceivedMetric[] {
  return message.resourceMetrics.flatMap(({ resource, scopeMetrics }: Message) =>
    scopeMetrics.flatMap(({ scope, metrics }: Message) =>
      metrics.map((metric: Message) => {
        const data = metric.histogram ?? metric.sum;
        return {
          resource: attributesOf(resource.attributes),
          scope: scope.name,
          name: metric.name,
          unit: metric.unit,
          temporality: data.aggregationTemporality,
          isMonotonic: data.isMonotonic === true,
          points: data.dataPoints.map((point: Message) => ({
            attributes: attributesOf(point.attributes),
            startTimeUnixNano: bigintOf(point.startTimeUnixNano),
            timeUnixNano: bigintOf(point.timeUnixNano),
            value: Number(point.asInt ?? point.asDouble ?? 0),
            count: Number(point.count ?? 0),
            sum: point.sum ?? 0,
            bucketCounts: (point.bucketCounts ?? []).map(Number),
            explicitBounds: point.explicitBounds ?? [],
          })),
        };
      }),
    ),
  );
}

function attributesOf(pairs: Message): Attributes {
  return Object.fromEntries((pairs ?? []).map(({ key, value }: Message) => [key, valueOf(value)]));
}

function valueOf(value: Message): Value {
  if (value === null || value === undefined) return null;
  const has = (name: string): boolean => Object.hasOwn(value, name);
  if (has('stringValue')) return value.stringValue;
  if (has('boolValue')) return value.boolValue;
  if (has('intValue')) return Number(value.intValue);
  if (has('doubleValue')) return value.doubleValue;
  if (has('bytesValue'))
    return new Uint8Array(
      typeof value.bytesValue === 'string' ? Buffer.from(value.bytesValue, 'base64') : value.bytesValue,
    );
  if (has('arrayValue')) return (value.arrayValue.values ?? []).map(valueOf);
  if (has('kvlistValue')) return attributesOf(value.kvlistValue.values);
  return null;
}

function idOf(id: Message): string {
  if (id === null || id === undefined) return '';
  return typeof id === 'string' ? id : Buffer.from(id).toString('hex');
}

function bigintOf(value: Message): bigint {
  return BigInt(String(value ?? 0));
}
