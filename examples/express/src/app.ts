import express, { type ErrorRequestHandler, type Express } from 'express';
import { currentContext, info } from 'ttlog';
import { ttlogExpress, ttlogExpressErrors } from 'ttlog/express';
import { Links, UnknownLink } from './links.js';

/** An error handler as any; what failed is in the completion record of the request. */
const answerErrors: ErrorRequestHandler = (error: unknown, _req, res, _next) => {
  const status = error instanceof UnknownLink ? error.statusCode : 500;
  res.status(status).json({ error: status === 404 ? 'not here' : 'sorry', request_id: currentContext()['request_id'] });
};

export function createApp(links = new Links()): Express {
  const app = express();
  app.use(
    ttlogExpress({
      ignore: (req) => req.path === '/health',
      fields: (req) => ({ tenant: req.get('x-tenant') }),
    }),
  );
  app.use(express.json());

  app.get('/health', (_req, res) => void res.json({ status: 'ok' }));
  app.post('/links', async (req, res) => {
    const link = await links.add((req.body as { url: string }).url);
    info(link, 'Link made'); // its fields; what is redacted stays so
    res.status(201).json(link);
  });
  app.get('/:code', (req, res) => {
    const { url, visits } = links.visit(req.params.code);
    req.log.info('Link followed', { visits });
    res.redirect(url);
  });

  app.use(ttlogExpressErrors());
  app.use(answerErrors);
  return app;
}
