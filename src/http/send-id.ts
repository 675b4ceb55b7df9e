// The response takes the id of its request along.
import type { ServerResponse } from 'node:http';

/** What is used of a reply of Fastify: it holds headers, and hands them to `writeHead` of the response. */
export interface Reply {
  header(name: string, value: string): unknown;
  getHeader(name: string): unknown;
}

/**
 * With Fastify the reply has the header: a response that has one of its own sets, and checks, each of the reply's again, which made requests
 * 3 % slower.
 */
export function sendId(response: ServerResponse, reply: Reply | undefined, name: string, id: string): void {
  // HTTP/2 has no such quick way, and `writeHead` is not always called.
  if (reply === undefined || response.req.httpVersionMajor !== 1) {
    response.setHeader(name, id);
    return;
  }
  reply.header(name, id);
  // oxlint-disable-next-line typescript/unbound-method -- called with `apply` only
  const { writeHead } = response;
  const key = name.toLowerCase();
  // Middleware, and whoever hijacks the reply, answer without it.
  response.writeHead = function (this: ServerResponse, ...rest: unknown[]) {
    if (!hasKey(rest[rest.length - 1], key)) setHeld(this, reply, name);
    return writeHead.apply(this, rest as Parameters<typeof writeHead>);
  };
}

/** Of an answer from which all headers are about to be taken, as Koa does with one to an error: this one is put back. */
export function keepHeader(response: ServerResponse, name: string): void {
  const value = response.getHeader(name);
  if (value === undefined) return;
  // oxlint-disable-next-line typescript/unbound-method -- called with `apply` only
  const { writeHead } = response;
  response.writeHead = function (this: ServerResponse, ...rest: unknown[]) {
    if (!this.headersSent && !this.hasHeader(name)) this.setHeader(name, value);
    return writeHead.apply(this, rest as Parameters<typeof writeHead>);
  };
}

function hasKey(headers: unknown, key: string): boolean {
  return typeof headers === 'object' && headers !== null && Object.hasOwn(headers, key);
}

/** What the application has set instead is left alone, and so is what it has taken away. */
function setHeld(response: ServerResponse, reply: Reply, name: string): void {
  if (response.headersSent || response.hasHeader(name)) return;
  const held = reply.getHeader(name);
  if (typeof held === 'string') response.setHeader(name, held);
}
