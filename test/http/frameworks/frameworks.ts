// The application of a test, on each framework as its users would write it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createServer2 } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Router } from '@koa/router';
import { getRequestListener } from '@hono/node-server';
import express5, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type Response as ExpressResponse,
} from 'express';
import express4 from 'express4';
import { fastify, type FastifyReply, type FastifyRequest } from 'fastify';
import { Hono, type Context as HonoContext } from 'hono';
import { stream } from 'hono/streaming';
import Koa, { type Context as KoaContext } from 'koa';
import { ttlogExpress, ttlogExpressErrors } from 'ttlog/express';
import { fastifyLogger, ttlogFastify } from 'ttlog/fastify';
import { ttlogHono } from 'ttlog/hono';
import { ttlogHttp, type RequestLog } from 'ttlog/http';
import { ttlogKoa } from 'ttlog/koa';
import { atTheEnd, bodyOf } from '../support.js';
import { MOUNT, routesOf, type Answer, type Application, type Call, type Handler } from './application.js';

export interface Framework {
  readonly name: string;
  /** Serves the application until the test is over; the address. */
  readonly serve: (application: Application) => Promise<string>;
  /** What is the template of `/api/:version/items/:item`; undefined where the framework has no routes. */
  readonly mounted: string | undefined;
  /** The framework says by itself that something has failed, at error level, through its own logger. */
  readonly reportsErrors?: boolean;
}

async function listening(server: Server & { closeAllConnections?(): void }): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atTheEnd(async () => {
    server.closeAllConnections?.();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function send(response: ServerResponse, answer: Answer): Promise<void> {
  if (typeof answer === 'string') response.end(answer);
  else await pipeline(Readable.from(answer), response);
}

const header = (request: IncomingMessage, name: string) => request.headers[name] as string | undefined;

// ── Express ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

function onExpress(express: typeof express5, application: Application): Promise<string> {
  const { middleware, onError, options } = application;
  const { own, mounted } = routesOf(application);
  const app: Express = express();
  // Express prints errors that nobody handles, unless it is told that this is a test.
  app.set('env', 'test');
  app.use(ttlogExpress(options as never));
  if (middleware !== undefined)
    app.use((request, _response, next) => {
      middleware(expressCall(request));
      next();
    });
  for (const { method, path, handler } of own) app[method](path, expressHandler(handler));
  const router = express.Router({ mergeParams: true });
  for (const { method, path, handler } of mounted) router[method](path, expressHandler(handler));
  app.use(MOUNT, router);
  app.use(ttlogExpressErrors());
  if (onError !== undefined) {
    const handle: ErrorRequestHandler = (error, request, response, _next) =>
      void response.status(500).send(onError(error, expressCall(request)));
    app.use(handle);
  }
  return listening(createServer(app));
}

/** As handlers of Express 4 have to be: what is rejected goes to next(). */
const expressHandler =
  (handler: Handler) => (request: Request, response: ExpressResponse, next: (error?: unknown) => void) => {
    const answer = handler(expressCall(request));
    if (typeof answer === 'string') response.send(answer);
    else void sendLater(response, answer, next);
  };

async function sendLater(
  response: ServerResponse,
  answer: Exclude<ReturnType<Handler>, string>,
  next: (error: unknown) => void,
) {
  try {
    await send(response, await answer);
  } catch (error) {
    next(error);
  }
}

const expressCall = (request: Request): Call => ({
  id: request.id,
  log: request.log,
  url: request.originalUrl,
  raw: request,
  header: (name) => request.get(name),
  body: () => bodyOf(request),
});

// ── Fastify ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

async function onFastify(application: Application, withLogger: boolean): Promise<string> {
  const { middleware, onError, options } = application;
  const { own, mounted } = routesOf(application);
  const app = fastify({ ...(withLogger ? { loggerInstance: fastifyLogger() } : {}), forceCloseConnections: true });
  await app.register(ttlogFastify, { ...(options as object) });
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  if (middleware !== undefined)
    app.addHook('preHandler', (request, _reply, done) => {
      middleware(fastifyCall(request));
      done();
    });
  if (onError !== undefined)
    app.setErrorHandler((error, request, reply) => reply.status(500).send(onError(error, fastifyCall(request))));
  for (const { method, path, handler } of own) app[method](path, fastifyHandler(handler));
  await app.register(
    async (sub) => {
      for (const { method, path, handler } of mounted) sub[method](path, fastifyHandler(handler));
    },
    { prefix: MOUNT },
  );
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  atTheEnd(() => app.close());
  return url;
}

const fastifyHandler = (handler: Handler) => (request: FastifyRequest, reply: FastifyReply) => {
  const answer = handler(fastifyCall(request));
  if (typeof answer === 'string') return reply.send(answer);
  return (async () => {
    const made = await answer;
    return typeof made === 'string' ? made : Readable.from(made);
  })();
};

const fastifyCall = (request: FastifyRequest): Call => ({
  id: request.id,
  log: request.log,
  url: request.url,
  raw: request.raw,
  header: (name) => header(request.raw, name),
  body: async () => request.body as string,
});

// ── Koa ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

function onKoa(application: Application): Promise<string> {
  const { middleware, onError, options } = application;
  const { own, mounted } = routesOf(application);
  const app = new Koa();
  // Koa prints errors, unless it is told not to.
  app.silent = true;
  app.use(ttlogKoa(options as never));
  if (onError !== undefined)
    app.use(async (ctx, next) => {
      try {
        await next();
      } catch (error) {
        ctx.status = 500;
        ctx.body = onError(error, koaCall(ctx));
        ctx.app.emit('error', error, ctx);
      }
    });
  if (middleware !== undefined)
    app.use((ctx, next) => {
      middleware(koaCall(ctx));
      return next();
    });
  const router = new Router();
  for (const { method, path, handler } of own) router[method](path, koaHandler(handler));
  const sub = new Router();
  for (const { method, path, handler } of mounted) sub[method](path, koaHandler(handler));
  router.use(MOUNT, sub.routes());
  app.use(router.routes());
  return listening(createServer(app.callback()));
}

const koaHandler = (handler: Handler) => (ctx: KoaContext) => {
  const answer = handler(koaCall(ctx));
  if (typeof answer === 'string') {
    ctx.body = answer;
    return undefined;
  }
  return (async () => {
    const made = await answer;
    ctx.body = typeof made === 'string' ? made : Readable.from(made);
  })();
};

const koaCall = (ctx: KoaContext): Call => ({
  id: ctx.id,
  log: ctx.log,
  url: ctx.originalUrl,
  raw: ctx.req,
  header: (name) => ctx.get(name) || undefined,
  body: () => bodyOf(ctx.req),
});

// ── Hono ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

function onHono(application: Application): Promise<string> {
  const { middleware, onError, options } = application;
  const { own, mounted } = routesOf(application);
  const app = new Hono();
  app.use(ttlogHono(options as never));
  if (middleware !== undefined)
    app.use(async (c, next) => {
      middleware(honoCall(c));
      await next();
    });
  for (const { method, path, handler } of own) app[method](path, honoHandler(handler));
  const sub = new Hono();
  for (const { method, path, handler } of mounted) sub[method](path, honoHandler(handler));
  app.route(MOUNT, sub);
  app.onError((error, c) => c.text(onError === undefined ? 'Internal Server Error' : onError(error, honoCall(c)), 500));
  return listening(createServer(getRequestListener(app.fetch)));
}

const honoHandler =
  (handler: Handler) =>
  (c: HonoContext): Response | Promise<Response> => {
    const answer = handler(honoCall(c));
    if (typeof answer === 'string') return c.text(answer);
    return (async () => {
      const made = await answer;
      if (typeof made === 'string') return c.text(made);
      return stream(c, async (out) => {
        for await (const piece of made) await out.write(piece);
      });
    })();
  };

const honoCall = (c: HonoContext): Call => ({
  id: c.res.headers.get('x-request-id') ?? '',
  log: c.get('log'),
  url: new URL(c.req.url).pathname,
  raw: (c.env as { incoming: IncomingMessage }).incoming,
  header: (name) => c.req.header(name),
  body: () => c.req.text(),
});

// ── Node alone ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

type Plain = IncomingMessage & RequestLog;

function plainListener(application: Application): (request: Plain, response: ServerResponse) => void {
  const { middleware, onError } = application;
  return (request, response) => {
    const call: Call = {
      id: request.id,
      log: request.log,
      url: request.url!,
      raw: request,
      header: (name) => header(request, name),
      body: () => bodyOf(request),
    };
    middleware?.(call);
    void (async () => {
      try {
        const handler = handlerFor(application, request);
        if (handler === undefined) response.writeHead(404).end();
        else await send(response, await handler(call));
      } catch (error) {
        // Else it is the client who has gone.
        if (!response.destroyed) request.log.error(error);
        if (!response.headersSent) response.writeHead(500).end(onError?.(error, call));
      }
    })();
  };
}

function handlerFor({ routes }: Application, { method, url = '' }: IncomingMessage): Handler | undefined {
  const path = url.split('?')[0].split('/');
  const fits = (part: string, i: number) => part.startsWith(':') || part === path[i];
  const found = Object.entries(routes).find(([name]) => {
    const [verb, pattern] = name.split(' ');
    const parts = pattern.split('/');
    return verb === method && parts.length === path.length && parts.every(fits);
  });
  return found?.[1];
}

export const FRAMEWORKS: readonly Framework[] = [
  { name: 'Express 5', mounted: '/api/:version/items/:item', serve: (it) => onExpress(express5, it) },
  {
    name: 'Express 4',
    mounted: '/api/:version/items/:item',
    serve: (it) => onExpress(express4, it),
  },
  { name: 'Fastify', mounted: '/api/:version/items/:item', reportsErrors: true, serve: (it) => onFastify(it, false) },
  {
    name: 'Fastify with loggerInstance',
    mounted: '/api/:version/items/:item',
    reportsErrors: true,
    serve: (it) => onFastify(it, true),
  },
  { name: 'Koa', mounted: '/api/:version/items/:item', serve: onKoa },
  { name: 'Hono', mounted: '/api/:version/items/:item', serve: onHono },
  {
    name: 'node:http',
    mounted: undefined,
    reportsErrors: true,
    serve: (it) => listening(createServer(ttlogHttp(plainListener(it), it.options as never))),
  },
];

/** The compatible side of HTTP/2, without encryption. */
export const onHttp2 = (application: Application): Promise<string> =>
  listening(createServer2(ttlogHttp(plainListener(application) as never, application.options as never) as never));
