// One request of OTLP/HTTP, and what its answer means.
import type { Agent, IncomingMessage, RequestOptions } from 'node:http';
import { reasonOf } from '../../core/errors.js';
import { LogLevel } from '../../core/level.js';
import { SilentScope } from '../../core/silence.js';
import { state } from '../../core/state.js';
import { http, https } from '../lazy-node.js';
import { TTLOG_VERSION } from '../version.js';
import type { OtlpSpec } from './spec.js';

/** What became of a request. */
export type Answer =
  | { readonly kind: 'accepted'; readonly body: Uint8Array }
  /** It is worth trying again; not before `afterMs`, where the receiver says so. */
  | { readonly kind: 'retry'; readonly afterMs: number | undefined; readonly reason: string }
  /** It never will be accepted. */
  | { readonly kind: 'refused'; readonly reason: string };

/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** Of an answer; more is not looked at. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** A receiver that asks for more patience is asked again all the same. */
const MAX_RETRY_AFTER_MS = 10 * 60_000;
/** Of what a receiver says about its refusal. */
const MAX_REASON = 200;

/** Sends to one receiver, over connections that are kept. */
export class Poster {
  readonly #url: URL;
  readonly #options: RequestOptions;
  readonly #timeoutMs: number;
  readonly #agent: Agent;

  constructor({ url, headers, json, gzip, timeoutMs, tls }: OtlpSpec) {
    this.#url = new URL(url);
    this.#timeoutMs = timeoutMs;
    const isTls = this.#url.protocol === 'https:';
    this.#agent = isTls ? new (https().Agent)({ keepAlive: true, ...tls }) : new (http().Agent)({ keepAlive: true });
    this.#options = {
      method: 'POST',
      agent: this.#agent,
      headers: {
        'User-Agent': `ttlog-otlp/${TTLOG_VERSION}`,
        ...headers,
        'Content-Type': json ? 'application/json' : 'application/x-protobuf',
        ...(gzip && { 'Content-Encoding': 'gzip' }),
      },
    };
  }

  /** Never rejects. */
  post(body: Uint8Array): Promise<Answer> {
    const send = (): Promise<Answer> => this.#send(body);
    // What carries records must not leave any, whoever looks at the requests of this thread.
    return state.scopes === null ? send() : state.scopes.run(new SilentScope(undefined, 1 + LogLevel.Off, null), send);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(body: Uint8Array): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const { request: open } = this.#url.protocol === 'https:' ? https() : http();
        const request = open(this.#url, this.#options, (response) => resolve(readAnswer(response)));
        timer = setTimeout(() => request.destroy(new Error(`no answer within ${this.#timeoutMs} ms`)), this.#timeoutMs);
        timer.unref();
        request.on('error', reject);
        request.end(body);
      });
    } catch (error) {
      return { kind: 'retry', afterMs: undefined, reason: describe(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_ANSWER_BYTES) chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const { statusCode = 0, headers } = response;
  if (statusCode >= 200 && statusCode < 300) return { kind: 'accepted', body };
  const reason = `status ${statusCode}${textOf(body, headers['content-type'])}`;
  if (!RETRYABLE.has(statusCode)) return { kind: 'refused', reason };
  return { kind: 'retry', afterMs: retryAfterMs(headers['retry-after']), reason };
}

/** Seconds, or a date. */
function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

function textOf(body: Buffer, type = ''): string {
  if (body.length === 0 || !/json|text/.test(type)) return '';
  return `: ${body.toString('utf8', 0, MAX_REASON)}`;
}

/** Of a name with several addresses none of which answers, Node's error has no message but one for each. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(describe).join(', ');
  return reasonOf(error);
}
