import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { view } from '../../src/cli/view.js';
import { info } from '../../src/core/log.js';
import { writeSnapshotSync } from '../../src/recorder/snapshot.js';
import { inside, open } from '../support/recording.js';
import { newRing, temporaryDirectory } from '../snapshot/support.js';
import { fakeTerminal, writeShop } from './support.js';

let shop: string;
beforeAll(() => {
  shop = writeShop(temporaryDirectory());
});

async function show(args: readonly string[], options?: { color?: boolean; width?: number }) {
  const terminal = fakeTerminal(options);
  const status = await view(args, terminal);
  return { status, output: terminal.output, warnings: terminal.warnings, lines: terminal.output.split('\n') };
}

/** The path of a snapshot of this ring. */
const write = (ring: SharedArrayBuffer, input: object = {}): string =>
  writeSnapshotSync({ dir: temporaryDirectory(), service: 's', reason: 'x', origin: 'call', rings: [ring], ...input })
    .path;

/** The part of the output under a heading. */
const part = (lines: readonly string[], heading: string): string[] => {
  const from = lines.findIndex((line) => line.startsWith(`${heading}  `));
  const length = lines.slice(from + 1).findIndex((line) => /^\S/.test(line));
  return lines.slice(from, length < 0 ? undefined : from + 1 + length).filter((line) => line !== '');
};

describe('the header', () => {
  test('says what, when, why and where', async () => {
    const { status, lines } = await show([shop]);
    expect(status).toBe(0);
    expect(lines[0]).toBe('ttlog snapshot  shop  crash (uncaughtException)');
    expect(lines.find((line) => line.startsWith('  taken'))).toMatch(
      /^ {2}taken {5}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC$/,
    );
    expect(lines.find((line) => line.startsWith('  process'))).toContain(`pid ${process.pid}, up `);
    expect(lines.find((line) => line.startsWith('  records'))).toMatch(/\d+ records here, \d+ records since the start/);
  });

  test('has the error, its properties, its cause and the stacks', async () => {
    const error = part((await show([shop])).lines, 'Error');
    expect(error[1]).toBe('  PaymentError: card declined');
    expect(error[2]).toMatch(/^ {6}at writeShop \(.*support\.ts:\d+:\d+\)$/);
    expect(error).toContain('      code=E_DECLINED');
    expect(error).toContain('  caused by: TypeError: fetch failed');
  });

  test('names the spans that had not ended', async () => {
    const unfinished = part((await show([shop])).lines, 'Open spans');
    expect(unfinished[0]).toBe('Open spans  2 spans had not ended');
    expect(unfinished[1]).toMatch(
      /^ {2}● OrdersController {2}POST \/orders {2}open for .* since \d\d:.* trace [0-9a-f]{32}$/,
    );
    expect(unfinished[2]).toMatch(/^ {2}● Mailer {2}notify {18}open for /);
  });
});

describe('the events', () => {
  test('are of every level, in order, aligned, with fields, context and span', async () => {
    const events = part((await show([shop])).lines, 'Events');
    const bare = events.map((line) => line.replace(/\d\d:\d\d:\d\d\.\d{3}/, 'TIME').replace(/[0-9a-f]{8} /, 'TRACE '));
    expect(bare.filter((line) => line.startsWith('  TIME'))).toEqual([
      '  TIME INFO  shop              Listening  port=3000',
      '  TIME TRACE shop              Cache miss  request_id=r-1 key="order:17"',
      '  TIME DEBUG OrdersRepository  Loaded  rows=3  [TRACE load]',
      '  TIME WARN  PaymentsService   Card declined  amount=12.5 attempt=3  [TRACE charge]',
      '  TIME ERROR Mailer            Mail failed  [TRACE notify]',
      '  TIME FATAL shop              Going down',
    ]);
    expect(bare).toContain('      Error: smtp down');
    expect(bare).toContain('      caused by: Error: no route');
  });

  test('have the id of a request once', async () => {
    const ring = newRing();
    info('request completed', { request_id: 'r-1', req: { id: 'r-1', method: 'GET', url: '/orders/7' } });
    const path = write(ring);
    expect((await show([path])).output).toContain(
      'request completed  request_id=r-1 req={method: GET, url: /orders/7}\n',
    );
    expect((await show([path, '--json'])).output).toContain('"req":{"id":"r-1","method":"GET"');
  });
});

describe('the spans', () => {
  test('are trees with durations and outcomes', async () => {
    const spans = part((await show([shop])).lines, 'Spans');
    expect(spans[0]).toBe('Spans  5 spans in 2 traces, 1 failed, 2 open');
    const bare = spans
      .slice(1)
      .map((line) => line.replace(/\s+[\d.]+ (ns|µs|ms|s)  /, ' TIME ').replace(/trace [0-9a-f]{32} .*/, 'trace ID'));
    expect(bare).toEqual([
      '  trace ID',
      '  GET /health TIME ok  Http',
      '  trace ID',
      '  POST /orders TIME open  OrdersController  order_id=17',
      '  ├─ load TIME ok  OrdersRepository',
      '  ├─ charge TIME error  Error: card declined  PaymentsService  amount=12.5',
      '  └─ notify TIME open  Mailer',
    ]);
  });

  test('have bars where there is room, and are cut where there is none', async () => {
    const wide = part((await show([shop], { width: 120 })).lines, 'Spans');
    expect(wide.find((line) => line.includes('POST /orders'))).toContain('█'.repeat(16));
    const narrow = part((await show([shop], { width: 50 })).lines, 'Spans').slice(2);
    expect(narrow.join('')).not.toContain('█');
    for (const line of narrow) expect(line.length).toBeLessThanOrEqual(50);
  });

  test('grandchildren are drawn under their parents', async () => {
    const ring = newRing();
    const root = open('root');
    const first = inside(root, () => open('first'));
    const deep = inside(first, () => open('deep'));
    const deeper = inside(deep, () => open('deeper'));
    const second = inside(root, () => open('second'));
    const below = inside(second, () => open('below'));
    for (const span of [below, second, deeper, deep, first, root]) span.end();
    const path = write(ring);
    const spans = part((await show([path])).lines, 'Spans').slice(2);
    expect(spans.map((line) => line.replace(/\s+[\d.]+ (ns|µs|ms|s) .*/, ''))).toEqual([
      '  root',
      '  ├─ first',
      '  │  └─ deep',
      '  │     └─ deeper',
      '  └─ second',
      '     └─ below',
    ]);
  });

  test('an error looks the same in every span that it has passed', async () => {
    const ring = newRing();
    const outer = open('outer');
    const inner = inside(outer, () => open('inner'));
    const thrown = new Error('card declined');
    inner.fail(thrown);
    outer.fail(thrown);
    const path = write(ring);
    const spans = part((await show([path])).lines, 'Spans').slice(2);
    expect(spans.map((line) => line.split('  error  ')[1])).toEqual([
      'Error: card declined  test',
      'Error: card declined  test',
    ]);
  });
});

describe('what to show', () => {
  test('--level', async () => {
    const { lines, status } = await show([shop, '--level', 'error']);
    expect(status).toBe(0);
    expect(part(lines, 'Events')[0]).toBe('Events  2 of 6 events');
    expect(part(lines, 'Spans').join('\n')).toMatch(/POST \/orders[^]*charge/);
    expect(part(lines, 'Spans').join('\n')).not.toMatch(/load|health/);
  });

  test('--target, with *', async () => {
    expect(part((await show([shop, '--target', 'Orders*'])).lines, 'Events')[0]).toBe('Events  1 of 6 events');
  });

  test('--trace, by its first digits', async () => {
    const trace = /trace ([0-9a-f]{32})/.exec(part((await show([shop])).lines, 'Open spans')[1])![1];
    const { lines } = await show([shop, '--trace', trace.slice(0, 12)]);
    expect(part(lines, 'Events')[0]).toBe('Events  3 of 6 events');
    expect(part(lines, 'Spans')[0]).toContain('4 spans in 1 trace');
  });

  test('--last', async () => {
    const events = part((await show([shop, '--last', '2'])).lines, 'Events');
    expect(events[0]).toBe('Events  6 events, the last 2');
    expect(events.filter((line) => /^ {2}\d\d:/.test(line)).length).toBe(2);
    expect(part((await show([shop, '--last', '0'])).lines, 'Events')).toEqual(['Events  6 events, the last 0']);
  });

  test('nothing that matches is said, and is a failure', async () => {
    const { status, warnings } = await show([shop, '--target', 'Nobody']);
    expect(status).toBe(1);
    expect(warnings).toBe('ttlog: nothing in the snapshot matches\n');
  });

  test('--json is one object a line: the snapshot, then what happened', async () => {
    const { output, status } = await show([shop, '--json']);
    expect(status).toBe(0);
    const [first, ...records] = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, any>);
    expect(first['snapshot']).toMatchObject({
      service: 'shop',
      reason: 'crash',
      error: { type: 'PaymentError' },
      damage: [],
    });
    expect(
      records.filter((record) => !('outcome' in record)).map(({ level, target, msg }) => [level, target, msg]),
    ).toEqual([
      [30, 'shop', 'Listening'],
      [10, 'shop', 'Cache miss'],
      [20, 'OrdersRepository', 'Loaded'],
      [40, 'PaymentsService', 'Card declined'],
      [50, 'Mailer', 'Mail failed'],
      [60, 'shop', 'Going down'],
    ]);
    expect(records.filter((record) => 'outcome' in record).map(({ msg, outcome }) => [msg, outcome])).toEqual([
      ['GET /health', 'ok'],
      ['load', 'ok'],
      ['charge', 'error'],
      ['POST /orders', 'open'],
      ['notify', 'open'],
    ]);
    const ids = new Map(records.map(({ msg, span_id }) => [msg as string, span_id as string]));
    expect(records.find(({ msg }) => msg === 'load')).toMatchObject({ parent_span_id: ids.get('POST /orders') });
    expect(records.find(({ msg }) => msg === 'notify')).toMatchObject({ parent_span_id: ids.get('POST /orders') });
    expect(records.find(({ msg }) => msg === 'Cache miss')).toMatchObject({
      request_id: 'r-1',
      key: 'order:17',
      pid: process.pid,
    });
  });

  test('--json obeys the filters', async () => {
    const { output } = await show([shop, '--json', '--level', 'error', '--last', '1']);
    expect(
      output
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { msg?: string }).msg),
    ).toEqual([undefined, 'charge', 'Going down']);
  });
});

describe('colours', () => {
  const escape = '\u001b[';

  test('are for terminals', async () => {
    expect((await show([shop], { color: true })).output).toContain(`${escape}31m`);
    expect((await show([shop])).output).not.toContain(escape);
  });

  test('do not change the text', async () => {
    const plain = (await show([shop])).output;
    expect((await show([shop], { color: true })).output.replace(/\p{Cc}\[[\d;]*m/gu, '').replace(/ +$/gm, '')).toBe(
      plain,
    );
  });
});

test('what a stalled thread was doing has lines of its own', async () => {
  const stack = ['at crunch (file:///app/job.js:7:11)', 'at run\n  17:00:00.000 FATAL'];
  const extra = { stalled_ms: 1200, is_over: false, stack };
  const path = write(newRing(), { reason: 'stall', origin: 'stall', extra });
  const { output, lines } = await show([path]);
  expect(output).toMatch(/ {2}stalled_ms 1200\n {2}is_over {3}false\n/);
  expect(output).toContain(
    '\nMain thread  what it was doing, innermost first\n    at crunch (file:///app/job.js:7:11)\n',
  );
  expect(lines.filter((line) => /^ {2}17:00:00/.test(line))).toEqual([]);
});

describe('what was recorded cannot', () => {
  // Everything but newlines that a terminal may act upon, and what turns or breaks lines elsewhere.
  const dangerous = /(?!\n)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

  test('forge a line', async () => {
    const ring = newRing();
    const forged = 'x\n  17:00:00.000 FATAL bank  All money gone\r\n\u2028Spans  none';
    info(forged, { [forged]: forged, err: new Error(forged) });
    open(forged, { [forged]: forged }).end();
    const { lines } = await show([write(ring, { error: new Error(forged), service: forged, reason: forged })]);
    expect(lines.filter((line) => /^ {2}17:00:00/.test(line))).toEqual([]);
    expect(lines.filter((line) => /^Spans {2}/.test(line))).toHaveLength(1);
  });

  test('send anything to the terminal', { timeout: 30_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.string({
          unit: fc.constantFrom(
            '\u001b',
            '[',
            '3',
            '1',
            'm',
            '\u009b',
            '\u0007',
            '\n',
            '\u202e',
            ']',
            '0',
            ';',
            '\u007f',
          ),
        }),
        async (any, evil) => {
          const ring = newRing();
          info(evil, {
            [any]: any,
            [evil]: evil,
            nested: { [evil]: [evil, new Map([[any, evil]])] },
            err: Object.assign(new Error(evil), { [evil]: any, stack: `E\n  at ${evil}` }),
          });
          open(evil, { [any]: evil }).fail(evil);
          const path = write(ring, {
            error: Object.assign(new Error(any), { evil, cause: evil }),
            extra: { [evil]: any },
            openSpans: [
              { name: evil, target: evil, traceId: evil, spanId: any, parentId: evil, startNs: 0n, threadId: 0 },
            ],
          });
          expect((await show([path])).output).not.toMatch(dangerous);
          const json = await show([path, '--json']);
          expect(json.output).not.toMatch(dangerous);
          for (const line of json.output.trimEnd().split('\n')) JSON.parse(line);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a damaged snapshot', () => {
  test('is shown as far as it goes, said to be damaged, and a failure', async () => {
    const bytes = readFileSync(shop);
    const path = join(temporaryDirectory(), 'damaged.ttlog');
    writeFileSync(path, bytes.subarray(0, bytes.length - 400));
    const { status, output, warnings } = await show([path]);
    expect(status).toBe(1);
    expect(warnings).toContain('is damaged');
    expect(output).toMatch(/damaged {3}the file ends inside SEGM/);
    expect(output).toContain('Listening');
  });
});
