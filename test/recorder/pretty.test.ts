import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debug, error, info, warn } from '../../src/core/log.js';
import { getLogger } from '../../src/core/logger.js';
import { SPAN_KIND_ENTRY } from '../../src/core/layout.js';
import { setLevel } from '../../src/core/levels.js';
import type { LogLevel } from '../../src/core/level.js';
import type { Ring } from '../../src/core/ring.js';
import { state } from '../../src/core/state.js';
import { recordOf } from '../../src/recorder/decode-record.js';
import type { PrettyTime } from '../../src/recorder/pretty.js';
import { PrettyText } from '../../src/recorder/pretty-text.js';
import { widthOf } from '../../src/recorder/text-width.js';
import { follow } from '../support/reading.js';
import { freshRing, inContext, inside, open } from '../support/recording.js';

beforeAll(() => setLevel('trace'));
afterAll(() => setLevel('info'));

interface Options {
  colors?: boolean;
  width?: number;
  time?: PrettyTime;
  /** The sink's own. */
  level?: LogLevel;
  /** One that has been written already: what is in it is not shown. */
  ring?: Ring;
}

/** What a pretty console shows of what `work` records, line by line; durations are all 12.3 ms. */
function printed(work: () => void, { colors = false, width, time = 'none', level, ring }: Options = {}): string[] {
  const cursor = follow((ring ?? freshRing(1024 * 1024)).buffer);
  while (cursor.next()) continue;
  work();
  const pretty = new PrettyText(
    { kind: 'console', fd: 1, format: 'pretty', colors, time, width, lines: undefined },
    level,
    false,
  );
  let text = '';
  while (cursor.next()) {
    const { decoder } = cursor;
    const record = recordOf(decoder)!;
    const isWanted = !decoder.isSilent && decoder.level >= (level ?? 0);
    if (isWanted) text += pretty.print(record, decoder);
    if (record.kind !== 'event') pretty.followSpan(decoder);
  }
  return text
    .replaceAll(/[\d.]+ (?:ns|µs|ms)(?=\D|$)/g, '12.3 ms')
    .replaceAll(/\[[0-9a-f]{8}\]/g, '[trace]')
    .replace(/\n$/, '')
    .split('\n');
}

describe('a line', () => {
  it('has level, target, message and fields, in columns', () => {
    expect(
      printed(() => {
        info('Listening', { port: 3000, note: 'two words' });
        getLogger('OrderService').debug('Placed', { order: { id: 7, items: ['a', 'b'] }, at: new Date(0) });
        warn('Slow');
      }),
    ).toEqual([
      'INFO  shop  Listening  port=3000 note="two words"',
      'DEBUG OrderService  Placed  order={id: 7, items: [a, b]} at=1970-01-01T00:00:00.000Z',
      'WARN  shop          Slow',
    ]);
  });

  it.each<[PrettyTime, RegExp]>([
    ['clock', /^\d\d:\d\d:\d\d\.\d{3} INFO/],
    ['utc', /^\d\d:\d\d:\d\d\.\d{3} INFO/],
    ['iso', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO/],
    ['epoch', /^1\d{12} INFO/],
    ['elapsed', /^ {0,3}\+\d+\.\d{3} INFO/],
    ['none', /^INFO/],
  ])('begins with its time: %s', (time, expected) => {
    expect(printed(() => info('Now'), { time })[0]).toMatch(expected);
  });

  it('has local time as a clock shows it', () => {
    const before = new Date();
    const [line] = printed(() => info('Now'), { time: 'clock' });
    const pad = (value: number): string => String(value).padStart(2, '0');
    const minute = (date: Date): string => `${pad(date.getHours())}:${pad(date.getMinutes())}`;
    expect([minute(before), minute(new Date())]).toContain(line.slice(0, 5));
  });

  it('has colours by level, and dims what is not the message', () => {
    const line = printed(() => warn('Slow', { ms: 12 }), { colors: true })[0];
    expect(line).toBe(
      '\u001b[33mWARN \u001b[0m\u001b[35m shop  \u001b[0m\u001b[1mSlow\u001b[0m  \u001b[2mms=\u001b[0m12',
    );
    expect(printed(() => warn('Slow', { ms: 12 }))[0]).toBe('WARN  shop  Slow  ms=12');
  });
});

describe('spans', () => {
  it('are drawn around what happens in them', () => {
    const lines = printed(() => {
      const request = open('POST /orders', { id: 1 }, { target: 'http' });
      inside(request, () => {
        debug('Request');
        const reserve = open('reserve', { sku: 'a-1' }, { target: 'stock' });
        inside(reserve, () => info('Reserved', { left: 11 }));
        reserve.end();
        info('Order placed');
      });
      request.end();
      info('Idle');
    });
    expect(lines).toEqual([
      'DEBUG http  │ Request  id=1',
      'INFO  stock  │ │ Reserved  sku=a-1 left=11',
      'DEBUG stock  │ ╰ reserve  12.3 ms  sku=a-1',
      'INFO  http   │ Order placed  id=1',
      'DEBUG http   ╰ POST /orders  12.3 ms  id=1  [trace]',
      'INFO  shop   Idle',
    ]);
  });

  it('count only where their lines are seen', () => {
    const work = (): void => {
      const quiet = open('quiet', undefined, { level: 1 });
      const loud = inside(quiet, () => open('loud', undefined, { level: 2 }));
      inside(loud, () => info('Inside'));
      loud.end();
      quiet.end();
    };
    expect(printed(work, { level: 2 })).toEqual(['INFO  test  │ Inside', 'INFO  test  ╰ loud  12.3 ms  [trace]']);
    expect(printed(work, { level: 0 })).toEqual([
      'INFO  test  │ │ Inside',
      'INFO  test  │ ╰ loud  12.3 ms',
      'DEBUG test  ╰ quiet  12.3 ms  [trace]',
    ]);
  });

  it('in which nothing had a line are a dash', () => {
    const lines = printed(() => {
      const outer = open('outer');
      inside(outer, () => open('inner').end());
      outer.end();
    });
    expect(lines).toEqual(['DEBUG test  │ ─ inner  12.3 ms', 'DEBUG test  ╰ outer  12.3 ms  [trace]']);
  });

  it('that have ended have no guides for what comes late', () => {
    const lines = printed(() => {
      const span = open('work');
      inside(span, () => info('In time'));
      span.end();
      inside(span, () => info('Too late'));
    });
    expect(lines).toEqual([
      'INFO  test  │ In time',
      'DEBUG test  ╰ work  12.3 ms  [trace]',
      'INFO  test  Too late  late',
    ]);
  });

  it('that began before anybody followed are known by what happens in them', () => {
    const span = open('before');
    const lines = printed(
      () => {
        inside(span, () => info('Inside'));
        span.end();
      },
      { ring: state.ring! },
    );
    expect(lines.slice(-2)).toEqual(['INFO  test  │ Inside', 'DEBUG test  ╰ before  12.3 ms  [trace]']);
  });

  it('that asked for a line at their start have both ends', () => {
    const lines = printed(() => {
      const job = open('job', { n: 1 }, { kind: SPAN_KIND_ENTRY });
      inside(job, () => info('Working'));
      job.end();
    });
    expect(lines).toEqual([
      'DEBUG test  ╭ job  begins  n=1',
      'INFO  test  │ Working  n=1',
      'DEBUG test  ╰ job  12.3 ms  n=1  [trace]',
    ]);
  });

  it('that failed say so, with the error below', () => {
    const lines = printed(() => open('charge').fail(new RangeError('declined')));
    expect(lines[0]).toBe('ERROR test  ─ charge  12.3 ms failed  [trace]');
    expect(lines[1]).toBe('    RangeError: declined');
  });

  it('of one trace have guides of one colour', () => {
    const lines = printed(
      () => {
        const one = open('one');
        const two = open('two');
        for (const span of [one, two, one]) inside(span, () => info('Inside'));
      },
      { colors: true },
    );
    const guides = lines.map((line) => /(\S*)│ /.exec(line)?.[1]);
    expect(guides[0]).toMatch(/\[3\dm$/);
    expect(guides[2]).toBe(guides[0]);
  });
});

describe('errors', () => {
  it('have what belongs to them beside, paths from the working directory, and their causes', () => {
    const gateway = (): never => {
      throw new Error('no route');
    };
    const charge = (): void => {
      try {
        gateway();
      } catch (cause) {
        error(Object.assign(new TypeError('declined', { cause }), { code: 'E1', attempt: 3 }), 'Payment failed');
      }
    };
    const lines = printed(() => charge());
    expect(lines.slice(0, 3)).toEqual([
      'ERROR shop  Payment failed',
      '    TypeError: declined  code=E1 attempt=3',
      expect.stringMatching(/^ {8}at charge \(test\/recorder\/pretty\.test\.ts:\d+:\d+\)$/),
    ]);
    const caused = lines.indexOf('    caused by: Error: no route');
    expect(lines[caused + 1]).toMatch(/^ {8}at gateway \(test\/recorder\/pretty\.test\.ts:\d+:\d+\)$/);
    expect(lines[caused + 2]).toMatch(/^ {8}at charge \(test\/recorder\/pretty\.test\.ts:\d+:\d+\)$/);
    expect(lines.slice(caused + 3)).toEqual([expect.stringMatching(/^ {8}… \d+ as above$/)]);
    expect(lines.slice(0, caused)).toContainEqual(expect.stringMatching(/^ {8}… \d+ in @vitest\/runner$/));
    expect(lines.join('\n')).not.toContain('file://');
  });

  it('that were shown just now are not shown again', () => {
    const failure = new Error('down');
    const lines = printed(() => {
      error(failure, 'First');
      error(failure, 'Second');
    });
    expect(lines.slice(-2)).toEqual(['ERROR shop  Second', '    Error: down  stack as above']);
  });

  it('in an AggregateError are counted', () => {
    const lines = printed(() => error(new AggregateError([new Error('one'), new RangeError('two')], 'all down'), 'No'));
    expect(lines).toContain('    AggregateError: all down');
    expect(lines).toContain('      [1/2] Error: one');
    expect(lines).toContain('      [2/2] RangeError: two');
  });

  it('have no properties that are undefined, as Nest gives its exceptions some', () => {
    const refused = Object.assign(new Error('teapot'), { status: 503, options: undefined });
    expect(printed(() => error('Refused', refused))[1]).toBe('    Error: teapot  status=503');
  });

  it('of several lines are indented', () => {
    const lines = printed(() => error(new Error('one\ntwo\u001b[31m\r\n12:00:00.000 ERROR forged'), 'No'));
    expect(lines.slice(1, 4)).toEqual(['    Error: one', '      two\\e[31m', '      12:00:00.000 ERROR forged']);
  });

  it('under other names say which', () => {
    const lines = printed(() => info('Retry', { last: new Error('reset') }));
    expect(lines.slice(0, 2)).toEqual(['INFO  shop  Retry', '    last: Error: reset']);
  });
});

describe('texts of several lines', () => {
  it('stand below, each line behind a bar', () => {
    expect(printed(() => info('Query', { sql: 'SELECT a\n\tFROM t\n', rows: 3 }))).toEqual([
      'INFO  shop  Query  rows=3',
      '    sql │ SELECT a',
      '        │   FROM t',
    ]);
  });

  it('are cut after some', () => {
    const lines = printed(() => info('Long', { text: Array.from({ length: 50 }, (_, i) => `line ${i}`).join('\n') }));
    expect(lines).toHaveLength(22);
    expect(lines.at(-1)).toBe('         │ … 30 more lines');
  });

  it('that end with a newline are one line', () => {
    expect(printed(() => info('Said', { text: 'hello\n' }))).toEqual(['INFO  shop  Said  text="hello\\n"']);
  });
});

describe('a terminal of some width', () => {
  it('has long values cut, so that all fields are there', () => {
    const lines = printed(() => info('Request', { method: 'GET', agent: 'Mozilla/5.0'.repeat(20), status: 200 }), {
      width: 80,
    });
    expect(lines).toHaveLength(1);
    expect(widthOf(lines[0])).toBe(80);
    expect(lines[0]).toMatch(/^INFO {2}shop {2}Request {2}method=GET agent=Mozilla\/5\.0Moz.*… status=200$/);
  });

  it('has many fields on lines of their own, below the message', () => {
    const fields = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`field_${i}`, 'x'.repeat(30)]));
    const lines = printed(() => inside(open('work'), () => info('Many', fields)), { width: 100 });
    expect(lines[0]).toBe(`INFO  test  │ Many  field_0=${'x'.repeat(30)} field_1=${'x'.repeat(30)}`);
    for (const line of lines.slice(1)) expect(line).toMatch(/^ {12}│ field_\d=x+/);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(100);
    expect(lines.join(' ').match(/field_\d/g)).toHaveLength(8);
  });

  it('has the id of a request once, so that there is room for what was asked', () => {
    const id = '0733896d-52e9-41e5-bb9d-0ea0c5e1b1e2';
    const completed = (req: object) => () => info('request completed', { request_id: id, req, route: '/orders/:id' });
    expect(printed(completed({ id, method: 'GET', url: '/orders/7' }), { width: 140 })).toEqual([
      `INFO  shop  request completed  request_id=${id} req={method: GET, url: /orders/7} route="/orders/:id"`,
    ]);
    expect(printed(completed({ id: 'another', url: '/' }))[0]).toContain('req={id: another, url: /}');
    expect(printed(completed({ id }))[0]).toContain(`req={id: ${id}}`);
  });

  it('is told how many fields there was no room for', () => {
    const fields = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`field_${i}`, i]));
    const lines = printed(() => info('Many', fields), { width: 60 });
    expect(lines.length).toBeLessThan(8);
    expect(lines.at(-1)).toMatch(/ … \d+ more fields$/);

    const last = printed(
      () => info('Five', Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`f${i}`, 'x'.repeat(40)]))),
      {
        width: 60,
      },
    );
    expect(last.at(-1)).toMatch(/ … 1 more field$/);
  });

  it('knows that some characters are wide', () => {
    const lines = printed(() => info('日本語', { city: '東京'.repeat(40), emoji: '👩‍👩‍👧' }), { width: 60 });
    expect(lines).toHaveLength(1);
    expect(widthOf(lines[0])).toBeLessThanOrEqual(60);
    expect(lines[0]).toMatch(/東…. emoji=👩‍👩‍👧$|京… emoji=👩‍👩‍👧$|東… emoji=👩‍👩‍👧$/);
  });

  it('keeps the whole message', () => {
    const message = 'word '.repeat(40).trim();
    const lines = printed(() => info(message, { a: 1 }), { width: 60 });
    expect(lines).toEqual([`INFO  shop  ${message}`, '            a=1']);
  });
});

it('nothing that is logged can begin a line, move the cursor or set a colour', () => {
  const evil = 'a\n12:00:00.000 ERROR forged\r\u001b[2K\u009b31m\u2028\u202e\u0000\u0007\u0008';
  const lines = printed(() =>
    inContext({ [evil]: evil }, () => {
      const span = open(evil, { [`${evil}2`]: evil }, { target: evil });
      inside(span, () => getLogger(evil).info(evil, { [evil]: { [evil]: [evil] }, err: new Error(evil) }));
      span.fail(Object.assign(new TypeError(evil, { cause: evil }), { [evil]: evil }));
    }),
  );
  for (const line of lines) {
    // oxlint-disable-next-line no-control-regex
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
    expect(line).toMatch(/^(?:TRACE|DEBUG|INFO |WARN |ERROR|FATAL) a\\n12|^ {4}/);
  }
});
