// The examples of Express and Fastify: compiled as their READMEs say, run as programs, ended by SIGTERM.
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/entries.mjs';
import { compileExample, runExample } from './support.js';

describe.each(['express', 'fastify'])('examples/%s', (name) => {
  const folder = `${root}examples/${name}`;

  beforeAll(() => compileExample(folder), 60_000);

  async function make(url: string, link: string) {
    const headers = { 'content-type': 'application/json', 'x-tenant': 'acme', 'x-request-id': `r-${link.slice(0, 5)}` };
    const response = await fetch(`${url}/links`, { method: 'POST', headers, body: JSON.stringify({ url: link }) });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  }

  test('links are made, followed and missed; what fails is delivered whole', async () => {
    let key = '';
    const lines = await runExample(folder, async (url) => {
      const made = await make(url, 'https://example.com/');
      expect(made.status).toBe(201);
      key = made.body['key'];
      const followed = await fetch(`${url}/${made.body['code']}`, { redirect: 'manual' });
      expect([followed.status, followed.headers.get('location')]).toEqual([302, 'https://example.com/']);
      expect((await fetch(`${url}/nowhere`)).status).toBe(404);
      expect((await fetch(`${url}/health`)).status).toBe(200);
      expect(await make(url, 'ftp://example.com/')).toEqual({
        status: 500,
        body: { error: 'sorry', request_id: 'r-ftp:/' },
      });
    });
    const completed = lines.filter(({ target }) => target === 'http');
    expect(completed.map(({ level, route, res, tenant }) => [level, route, res, tenant])).toEqual([
      [30, '/links', { statusCode: 201 }, 'acme'],
      [30, '/:code', { statusCode: 302 }, undefined],
      [40, '/:code', { statusCode: 404 }, undefined],
      [40, '/links', { statusCode: 500 }, 'acme'],
    ]);
    expect(lines.find(({ msg }) => msg === 'Link made')).toMatchObject({
      url: 'https://example.com/',
      key: '[Redacted]',
      tenant: 'acme',
      request_id: 'r-https',
    });
    expect(lines.find(({ msg }) => msg === 'Link followed')).toMatchObject({ visits: 1 });
    expect(JSON.stringify(lines)).not.toContain(key);
    // One error line for what failed, from the span that it passed first.
    const failed = lines.filter(({ level, request_id }) => level >= 50 && request_id === 'r-ftp:/');
    expect(failed.map(({ msg }) => msg)).toEqual(['Links.add']);
    // And the debug lines of that request alone.
    const debug = lines.filter(({ level }) => level < 30);
    expect(new Set(debug.map(({ trace_id }) => trace_id))).toEqual(new Set([failed[0]['trace_id']]));
    expect(debug.length).toBeGreaterThan(0);
  });
});
