import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { error, getLogger, info, span, TtlogError, warn, withContext } from 'ttlog';
import type { LineKeys } from 'ttlog/sinks';
import { consoleSink, fileSink } from 'ttlog/sinks';
import { runChild, temporaryPath } from '../support/child.js';
import { start } from '../support/running.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

let files = 0;

/** The lines that a file gets, with what differs from run to run replaced. */
async function lines(keys: LineKeys | undefined, record: () => void, time?: 'epoch' | 'iso'): Promise<string[]> {
  const path = temporaryPath(`keys-${files++}.ndjson`);
  const handle = start({ sinks: [fileSink({ path, keys, time })] });
  record();
  await handle.shutdown();
  return readFileSync(path, 'utf8')
    .replaceAll(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g, '"ISO"')
    .replaceAll(/:1\d{12}([,}])/g, ':EPOCH$1')
    .replaceAll(`:${process.pid},`, ':PID,')
    .replaceAll(JSON.stringify(hostname()), '"HOST"')
    .replaceAll(/"((?:projects\/\S+\/traces\/)?)[0-9a-f]{32}"/g, '"$1TRACE"')
    .replaceAll(/"[0-9a-f]{16}"/g, '"SPAN"')
    .replaceAll(/"duration_ms":[\d.]+/g, '"duration_ms":1')
    .replaceAll(/"(stack\w*)":"[^"]+"/g, '"$1":"…"')
    .trimEnd()
    .split('\n');
}

/** An event with context in a span, and an error. */
function work(): void {
  const request = span('POST /orders', { order_id: 7 });
  request.run(() => withContext({ request_id: 'r-1' }, () => getLogger('orders').warn('Order late', { late: true })));
  error(Object.assign(new TypeError('declined'), { code: 'E1' }), 'Payment failed');
}

describe('keys of a line', () => {
  it('are those of pino where nothing else is said', async () => {
    const expected = [
      '{"level":40,"time":EPOCH,"pid":PID,"hostname":"HOST","target":"orders","trace_id":"TRACE","span_id":"SPAN","request_id":"r-1","order_id":7,"late":true,"msg":"Order late"}',
      '{"level":50,"time":EPOCH,"pid":PID,"hostname":"HOST","target":"shop","err":{"type":"TypeError","message":"declined","stack":"…","code":"E1"},"msg":"Payment failed"}',
    ];
    expect(await lines(undefined, work)).toEqual(expected);
    expect(await lines('pino', work)).toEqual(expected);
    expect(await lines({}, work)).toEqual(expected);
  });

  it('are those that Google Cloud Logging reads', async () => {
    vi.stubEnv('GOOGLE_CLOUD_PROJECT', '');
    expect(await lines('gcp', work)).toEqual([
      '{"severity":"WARNING","timestamp":"ISO","pid":PID,"hostname":"HOST","target":"orders","logging.googleapis.com/trace":"TRACE","logging.googleapis.com/spanId":"SPAN","request_id":"r-1","order_id":7,"late":true,"message":"Order late"}',
      '{"severity":"ERROR","timestamp":"ISO","pid":PID,"hostname":"HOST","target":"shop","err":{"type":"TypeError","message":"declined","code":"E1"},"stack_trace":"…","message":"Payment failed"}',
    ]);
    vi.stubEnv('GOOGLE_CLOUD_PROJECT', 'shop-prod');
    const [event] = await lines('gcp', work);
    expect(event).toContain('"logging.googleapis.com/trace":"projects/shop-prod/traces/TRACE"');
  });

  it('are those of the Elastic Common Schema', async () => {
    expect(await lines('ecs', work)).toEqual([
      '{"log.level":"warn","@timestamp":"ISO","process.pid":PID,"host.hostname":"HOST","ecs.version":"8.10.0","log.logger":"orders","trace.id":"TRACE","span.id":"SPAN","request_id":"r-1","order_id":7,"late":true,"message":"Order late"}',
      '{"log.level":"error","@timestamp":"ISO","process.pid":PID,"host.hostname":"HOST","ecs.version":"8.10.0","log.logger":"shop","error":{"type":"TypeError","message":"declined","stack_trace":"…","code":"E1"},"message":"Payment failed"}',
    ]);
  });

  it('are those of OpenTelemetry', async () => {
    expect(await lines('otel', work)).toEqual([
      '{"severity_text":"WARN","severity_number":13,"timestamp":"ISO","process.pid":PID,"host.name":"HOST","otel.scope.name":"orders","trace_id":"TRACE","span_id":"SPAN","trace_flags":"01","request_id":"r-1","order_id":7,"late":true,"body":"Order late"}',
      '{"severity_text":"ERROR","severity_number":17,"timestamp":"ISO","process.pid":PID,"host.name":"HOST","otel.scope.name":"shop","exception":{"type":"TypeError","message":"declined","stacktrace":"…","code":"E1"},"body":"Payment failed"}',
    ]);
  });

  it('are names of your own', async () => {
    const keys: LineKeys = {
      base: 'gcp',
      level: 'lvl',
      time: '@time',
      message: 'text "quoted"',
      error: 'failure',
      pid: false,
      hostname: false,
      target: 'logger',
      traceId: false,
      spanId: 'span',
      levels: { warn: 'W', error: 3 },
    };
    expect(await lines(keys, work, 'epoch')).toEqual([
      '{"lvl":"W","@time":EPOCH,"logger":"orders","span":"SPAN","request_id":"r-1","order_id":7,"late":true,"text \\"quoted\\"":"Order late"}',
      '{"lvl":3,"@time":EPOCH,"logger":"shop","failure":{"type":"TypeError","message":"declined","code":"E1"},"stack_trace":"…","text \\"quoted\\"":"Payment failed"}',
    ]);
  });

  it('have their time in the form that is asked for', async () => {
    const [line] = await lines(undefined, () => info('Now'), 'iso');
    expect(line).toBe('{"level":30,"time":"ISO","pid":PID,"hostname":"HOST","target":"shop","msg":"Now"}');
    const [number] = await lines('ecs', () => info('Now'), 'epoch');
    expect(number).toContain('"@timestamp":EPOCH,');
  });

  it('are never those of a field: it is renamed', async () => {
    const fields = {
      level: 1,
      msg: 2,
      message: 3,
      severity: 4,
      error: 5,
      stack_trace: 6,
      'ecs.version': 7,
      trace_flags: 8,
    };
    const renamed = async (keys: LineKeys): Promise<string[]> => {
      const [line] = await lines(keys, () => info('Renamed', fields));
      const parsed = JSON.parse(line.replaceAll(/:(?:PID|EPOCH)/g, ':0')) as Record<string, unknown>;
      const names = Object.keys(parsed)
        .filter((key) => key.startsWith('fields.'))
        .map((key) => key.slice(7));
      for (const name of names) expect(parsed[`fields.${name}`]).toBe(fields[name as keyof typeof fields]);
      return names;
    };
    expect(await renamed('pino')).toEqual(['level', 'msg']);
    expect(await renamed('gcp')).toEqual(['message', 'severity', 'stack_trace']);
    expect(await renamed('ecs')).toEqual(['message', 'error', 'ecs.version']);
    expect(await renamed('otel')).toEqual(['trace_flags']);
  });

  it('err is renamed only where it is an error', async () => {
    const said = async (fields: object): Promise<string> => {
      const [line] = await lines('ecs', () => warn('Said', fields));
      return line.slice(line.indexOf('"shop"') + 6);
    };
    expect(await said({ err: 'a text' })).toBe(',"err":"a text","message":"Said"}');
    expect(await said({ err: { code: 1 } })).toBe(',"err":{"code":1},"message":"Said"}');
    expect(await said({ other: new Error('no') })).toMatch(/^,"other":\{"type":"Error","message":"no","stack":/);
  });

  it('of a failed span name its error, too', async () => {
    const [line] = await lines('ecs', () => span('charge', { order_id: 7 }).fail(new Error('no')));
    expect(line).toMatch(
      /"order_id":7,"error":\{"type":"Error","message":"no","stack_trace":"…"\},"duration_ms":1,"outcome":"error","message":"charge"\}$/,
    );
  });

  it('may differ from sink to sink', async () => {
    const paths = ['a', 'b', 'c'].map((name) => temporaryPath(`differ-${name}.ndjson`));
    const [first, second, third] = paths as [string, string, string];
    const handle = start({
      sinks: [fileSink({ path: first }), fileSink({ path: second, keys: 'otel' }), fileSink({ path: third })],
    });
    for (let i = 0; i < 500; i++) info('Step', { i });
    await handle.shutdown();
    const [pino, otel, again] = paths.map((path) => readFileSync(path, 'utf8'));
    expect(pino.match(/"msg":"Step"/g)).toHaveLength(500);
    expect(otel.match(/"body":"Step"/g)).toHaveLength(500);
    expect(again).toBe(pino);
  });

  it('are what a console writes, too', async () => {
    const { stdout } = await runChild(`
      import { info, init } from 'ttlog';
      import { consoleSink } from 'ttlog/sinks';
      const handle = init({ service: 'shop', sinks: [consoleSink({ keys: 'gcp', time: 'epoch' })] });
      info('Hello');
      await handle.shutdown();`);
    expect(JSON.parse(stdout)).toMatchObject({
      severity: 'INFO',
      timestamp: expect.any(Number) as number,
      message: 'Hello',
    });
  });
});

describe('wrong keys', () => {
  it.each<[unknown, RegExp]>([
    ['splunk', /Expected keys to be 'pino', 'gcp', 'ecs', 'otel', or an object of names, got "splunk"/],
    [7, /Expected keys to be/],
    [{ base: 'loki' }, /Expected keys\.base to be/],
    [{ massage: 'text' }, /Expected an option of keys to be one of base, level, .*, got "massage"/],
    [{ message: '' }, /Expected keys\.message to be a name, got ""/],
    [{ message: false }, /Expected keys\.message to be a name, got false/],
    [{ pid: 7 }, /Expected keys\.pid to be a name, got 7/],
    [{ message: 'level' }, /Expected keys to be names that differ from each other, got "level"/],
    [{ base: 'otel', message: 'trace_flags' }, /names that differ/],
    [{ base: 'otel', message: 'severity_number' }, /names that differ/],
    [{ levels: { loud: 1 } }, /Expected a level in keys\.levels to be trace to fatal, got "loud"/],
    [{ levels: { info: Number.NaN } }, /Expected keys\.levels\.info to be a text or a number, got NaN/],
  ])('%j are refused', (keys, message) => {
    expect(() => fileSink({ path: 'x', keys: keys as LineKeys })).toThrow(message);
    expect(() => consoleSink({ keys: keys as LineKeys })).toThrow(TtlogError);
  });
});
