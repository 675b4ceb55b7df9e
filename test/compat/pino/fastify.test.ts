// Fastify, which is written for pino, over `ttlog/pino` beside pino itself.
import type { FastifyBaseLogger } from 'fastify';
import fastify from 'fastify';
import realPino from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { withSpan } from 'ttlog';
import ourPino from 'ttlog/pino';
import { recorded, startRecording } from '../../support/recorded.js';

beforeEach(() => startRecording());

type Make = (options: object, stream: { write(line: string): void }) => FastifyBaseLogger;

/** The lines of two requests, without what differs from run to run. */
async function linesOf(make: Make): Promise<unknown[]> {
  const lines: string[] = [];
  const options = { level: 'debug', base: null, timestamp: false, redact: ['req.headers.authorization'] };
  const app = fastify({ loggerInstance: make(options, { write: (line) => lines.push(line) }) });
  app.get('/orders/:id', (request, reply) => {
    request.log.info({ order: request.params }, 'asked for %s', 'an order');
    request.log.trace('never written');
    withSpan('load', () => reply.send({ ok: true }));
  });
  app.get('/broken', { logLevel: 'warn' }, () => {
    throw new TypeError('broken');
  });
  await app.inject({ url: '/orders/7', headers: { authorization: 'secret' } });
  await app.inject('/broken');
  await app.close();
  return lines.map((line) =>
    JSON.parse(line, (key, value: unknown) => (key === 'responseTime' || key === 'stack' ? `<${key}>` : value)),
  );
}

test('has the lines that it has with pino', async () => {
  const ours = await linesOf(ourPino);
  expect(ours).toEqual(await linesOf(realPino as unknown as Make));
  expect(ours.length).toBeGreaterThan(3);
});

test('records what is not written, too, and hides what is hidden', async () => {
  await linesOf(ourPino);
  expect(recorded().event('never written').values).toEqual({ reqId: 'req-1' });
  const [incoming] = recorded().events.filter(({ message }) => message === 'incoming request');
  expect(incoming.values['req']).toMatchObject({ method: 'GET', url: '/orders/7' });
  expect(JSON.stringify(recorded().events.map(({ values }) => values))).not.toContain('secret');
});
