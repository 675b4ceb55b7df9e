// Processes of their own, with an environment of their own: what the source says at its first import.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeRing } from '../../src/recorder/decode-ring.js';

const coreDir = fileURLToPath(new URL('../../src/core/', import.meta.url));
const entry = `
  export * from '${coreDir}log.ts';
  export * from '${coreDir}logger.ts';
  export * from '${coreDir}levels.ts';
  export * from '${coreDir}field.ts';
  export * from '${coreDir}backend.ts';
  export * from '${coreDir}event.ts';
  export { state } from '${coreDir}state.ts';
`;

let code = '';
let dir = '';
let file = '';

beforeAll(async () => {
  const bundle = await rolldown({
    input: 'virtual:core',
    plugins: [
      {
        name: 'core',
        resolveId: (id: string) => (id === 'virtual:core' ? id : null),
        load: (id: string) => (id === 'virtual:core' ? entry : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'cjs' });
  await bundle.close();
  code = output[0].code;
  dir = mkdtempSync(join(tmpdir(), 'ttlog-core-'));
  file = join(dir, 'core.cjs');
  writeFileSync(file, code);
}, 60_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What a process prints that has these variables set. */
function inProcess(env: Record<string, string>, script: string): unknown {
  const text = execFileSync(process.execPath, ['-e', `const core = require(${JSON.stringify(file)}); ${script}`], {
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  });
  return JSON.parse(text);
}

function filterOf(env: Record<string, string>): unknown {
  return inProcess(
    env,
    `const { deliverFilter: f } = core.state;
     console.log(JSON.stringify({ base: f.base, rules: f.rules, db: core.state.targets.size && (core.getLogger('db'), core.state.targets.get('db').deliverLevel) }));`,
  );
}

describe('the environment', () => {
  it.each([
    [{}, { base: 2, rules: [], db: 2 }],
    [{ TTLOG: 'debug' }, { base: 1, rules: [], db: 1 }],
    [{ TTLOG: 'warn,db=trace' }, { base: 3, rules: [{ pattern: 'db', level: 0 }], db: 0 }],
    [{ TTLOG: 'loud,db=trace' }, { base: 2, rules: [{ pattern: 'db', level: 0 }], db: 0 }],
    [{ LOG_LEVEL: 'error' }, { base: 4, rules: [], db: 4 }],
    [{ LOG_LEVEL: 'WARNING' }, { base: 3, rules: [], db: 3 }],
    [{ LOG_LEVEL: 'loud' }, { base: 2, rules: [], db: 2 }],
    [
      { TTLOG: 'fatal', LOG_LEVEL: 'trace' },
      { base: 5, rules: [], db: 5 },
    ],
    [
      { TTLOG: '', LOG_LEVEL: 'error' },
      { base: 4, rules: [], db: 4 },
    ],
    [
      { TTLOG: 'loud', LOG_LEVEL: 'error' },
      { base: 4, rules: [], db: 4 },
    ],
    [{ TTLOG: 'off' }, { base: 6, rules: [], db: 6 }],
  ])('%j', (env, expected) => {
    expect(filterOf(env as Record<string, string>)).toEqual(expected);
  });
});

describe('the core alone', () => {
  it('is silent, and does not keep the process alive', () => {
    const text = execFileSync(process.execPath, ['-e', `require(${JSON.stringify(file)}).fatal('Nobody listens')`], {
      encoding: 'utf8',
    });
    expect(text).toBe('');
  });

  it('is one with another copy of itself', () => {
    const copy = join(dir, 'copy.cjs');
    writeFileSync(copy, code);
    expect(
      inProcess(
        {},
        `const copy = require(${JSON.stringify(copy)});
         copy.setRecord('warn'); core.info('Not recorded'); core.warn('One'); copy.warn('Two');
         console.log(JSON.stringify([core.state === copy.state, core.state.ring.records, core.isEnabled('info'), core.getLogger('x').isEnabled('warn')]));`,
      ),
    ).toEqual([true, 2, false, true]);
  });

  it.each([
    ['no process and no Buffer', { performance, crypto, URL }],
    ['no crypto and no URL either', { performance }],
    ['no shared memory', { performance, crypto, URL, SharedArrayBuffer: undefined }],
  ])('records where there is %s', (_name, globals) => {
    const module = { exports: {} as Record<string, never> };
    const context = createContext({ module, exports: module.exports, ...globals });
    runInContext(code, context);
    expect(runInContext('typeof process + typeof Buffer', context)).toBe('undefinedundefined');
    runInContext(
      `(() => { const { info, getLogger, lazy, inspect, emit, EventBuilder } = module.exports;
       info('First', { n: 1, text: 'naïve 漢 🎌', long: 'é漢🎌\\uD800'.repeat(50), nested: { list: [1, { a: null }] }, when: new Date(0) });
       getLogger('db', { pool: 1 }).warn(new TypeError('no'), 'Failed');
       info('Shown', { lazy: lazy(() => 7), shown: inspect({ a: 1 }) });
       emit(EventBuilder.withCapacity(1).message('Built').field('a', [1]).build());
       for (let i = 0; i < 10; i++) info('Step', { i }); })()`,
      context,
    );
    const buffer = runInContext('module.exports.state.ring.buffer', context) as ArrayBuffer;
    expect(Object.prototype.toString.call(buffer)).toBe(
      'SharedArrayBuffer' in globals ? '[object ArrayBuffer]' : '[object SharedArrayBuffer]',
    );
    const { records, damagedRecords } = decodeRing(Uint8Array.from(new Uint8Array(buffer)), { service: 'shop' });
    expect(damagedRecords).toBe(0);
    expect(records).toHaveLength(14);
    expect(records[0].values).toEqual({
      n: 1,
      text: 'naïve 漢 🎌',
      long: 'é漢🎌\uFFFD'.repeat(50),
      nested: { list: [1, { a: null }] },
      when: new Date(0),
    });
    expect(records[1]).toMatchObject({
      target: 'db',
      message: 'Failed',
      values: { pool: 1, err: { type: 'TypeError', message: 'no' } },
    });
    expect(records[2].values).toMatchObject({ lazy: 7, shown: { inspected: '{"a":1}' } });
    expect(records[3].values).toEqual({ a: [1] });
    expect(Math.abs(records[0].timestampMs - Date.now())).toBeLessThan(60_000);
  });
});
