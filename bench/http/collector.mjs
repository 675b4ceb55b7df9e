// A collector for @nestjs/observe: takes what it reports, and counts the requests whose whole story is there.

import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

import { METHODS } from './shop.mjs';

export async function startCollector() {
  const seen = { requests: 0, whole: 0 };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { snapshots = [] } = JSON.parse(gunzipSync(Buffer.concat(chunks)).toString());
    seen.requests += snapshots.length;
    seen.whole += snapshots.filter(isWhole).length;
    response.end('{}');
  });
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${server.address().port}`, seen, close: () => server.close() };
}

function isWhole({ t: spans = [] }) {
  const methods = methodsOf(spans);
  return METHODS.every((method) => methods.includes(`OrdersService.${method}`));
}

/** Its spans are trees: c and m are class and method, ch the children. */
function methodsOf(spans) {
  return spans.flatMap(({ c, m, ch = [] }) => [`${c}.${m}`, ...methodsOf(ch)]);
}
