import { fastify, type FastifyInstance } from 'fastify';
import { currentContext, info } from 'ttlog';
import { fastifyLogger, ttlogFastify } from 'ttlog/fastify';
import { Links, UnknownLink } from './links.js';

export async function createApp(links = new Links()): Promise<FastifyInstance> {
  // What Fastify and its plugins say goes to ttlog, too.
  const app: FastifyInstance = fastify({ loggerInstance: fastifyLogger() });
  await app.register(ttlogFastify, {
    ignore: (request) => request.url === '/health',
    fields: (request) => ({ tenant: request.headers['x-tenant'] }),
  });

  // An error handler as any; what failed is in the completion record of the request.
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof UnknownLink ? error.statusCode : 500;
    return reply
      .status(status)
      .send({ error: status === 404 ? 'not here' : 'sorry', request_id: currentContext()['request_id'] });
  });

  app.get('/health', async () => ({ status: 'ok' }));
  app.post<{ Body: { url: string } }>('/links', async (request, reply) => {
    const link = await links.add(request.body.url);
    info(link, 'Link made'); // its fields; what is redacted stays so
    return reply.status(201).send(link);
  });
  app.get<{ Params: { code: string } }>('/:code', async (request, reply) => {
    const { url, visits } = links.visit(request.params.code);
    request.log.info({ visits }, 'Link followed');
    return reply.redirect(url);
  });
  return app;
}
