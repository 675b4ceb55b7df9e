// A Nest service on Fastify whose handler does 200 µs of work, with 1 request span, 10 method spans and 20 events a request,
// under load from another process on this machine (autocannon, 16 connections).
//
// Every contender boots a service of its own, warms it up and loads it; what is counted between two looks at the service
// is what it has answered itself. A service runs for weeks, and takes some 10 000 requests until V8 has compiled it, twice
// as many as a bare one: that is the warm-up. All requests have to succeed, and what was recorded of them is counted and compared.

import { fork, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { startCollector } from '../http/collector.mjs';
import { installTtlog } from '../lib/installed-ttlog.mjs';
import { InvalidRun, expectEqual } from '../lib/verify.mjs';

const SERVICE = fileURLToPath(new URL('../http/service.mjs', import.meta.url));
const LOAD = fileURLToPath(new URL('../http/load.mjs', import.meta.url));
const WORK_US = 200;

/** name → what service.mjs is started with */
const setups = {
  'ttlog at full trace, info to a file': { setup: 'ttlog', level: 'info' },
  'ttlog at full trace, everything to a file': { setup: 'ttlog', level: 'trace' },
  'bare service': { setup: 'bare' },
  'pino + OpenTelemetry, info to a file': { setup: 'pino-opentelemetry', level: 'info' },
  'pino + OpenTelemetry, everything to a file': { setup: 'pino-opentelemetry', level: 'trace' },
  '@nestjs/observe + pino, everything to a file': { setup: 'observe' },
};

function contenderOf(name, options) {
  let report;
  return {
    name,
    group: 'http',
    maxRounds: 3,
    async measure({ workIterationsPerUs, httpWarmupMs, httpMs, workDir }) {
      if (options.setup === 'ttlog') installTtlog();
      const collector = options.setup === 'observe' ? await startCollector() : undefined;
      const workIterations = Math.round(workIterationsPerUs * WORK_US);
      const service = await startService({ ...options, workDir, workIterations, collectorUrl: collector?.url });
      await load(service.url, httpWarmupMs);
      const before = await service.ask('usage');
      const seen = await load(service.url, httpMs);
      const after = await service.ask('usage');
      report = await service.ask('finish');
      service.stop();
      collector?.close();
      if (report.invalid) throw new InvalidRun(report.invalid);
      if (collector) report = { ...report, ...compareCollected(collector.seen, after.served) };

      const served = after.served - before.served;
      return {
        rps: seen.requestsPerSecond,
        p50Ms: seen.p50Ms,
        p99Ms: seen.p99Ms,
        cpuUs: (after.cpuNs - before.cpuNs) / served / 1000,
        mainUs: (after.mainNs - before.mainNs) / served / 1000,
        kept: report.kept,
      };
    },
    verify: () => report.verified,
  };
}

async function startService(settings) {
  const child = fork(SERVICE, [JSON.stringify(settings)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  });
  const next = () =>
    new Promise((resolve, reject) => {
      const ended = (code, signal) => reject(new Error(`the service ended: ${signal ?? `status ${code}`}`));
      child.once('exit', ended);
      child.once('message', (message) => {
        child.off('exit', ended);
        resolve(message);
      });
    });
  const { url } = await next();
  return {
    url: `${url}/orders/7`,
    ask(question) {
      const answer = next();
      child.send(question);
      return answer;
    },
    stop: () => child.kill(),
  };
}

async function load(url, ms) {
  const child = spawn(process.execPath, [LOAD, url, String(ms / 1000)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  const seen = JSON.parse(text);
  expectEqual('requests that failed', seen.failed, 0);
  return seen;
}

function compareCollected({ requests, whole }, served) {
  expectEqual('some requests reached the collector', requests > 0, true);
  return {
    kept: whole / served,
    verified: `${requests} of ${served} requests reached its collector, ${whole} of them with all method spans`,
  };
}

export default Object.entries(setups).map(([name, options]) => contenderOf(name, options));
