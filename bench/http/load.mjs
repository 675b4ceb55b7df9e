// The client, in a process of its own: node load.mjs URL SECONDS → JSON on stdout.

import autocannon from 'autocannon';

const CONNECTIONS = 16;

const [url, seconds] = process.argv.slice(2);
const { requests, latency, duration, errors, timeouts, non2xx } = await autocannon({
  url,
  connections: CONNECTIONS,
  duration: Number(seconds),
});
process.stdout.write(
  JSON.stringify({
    requestsPerSecond: requests.total / duration,
    p50Ms: latency.p50,
    p99Ms: latency.p99,
    failed: errors + timeouts + non2xx,
  }),
);
