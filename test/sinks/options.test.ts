import { describe, expect, test } from 'vitest';
import { info, init, TtlogError } from 'ttlog';
import type { SinkInput, TtlogOptions } from 'ttlog';
import { consoleSink, fileSink, memorySink } from 'ttlog/sinks';
import { start } from '../support/running.js';

/** What a wrong call throws, as people read it. */
function said(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof TtlogError && error.code === 'ERR_INVALID_OPTION') return error.message;
    throw error;
  }
  throw new Error('It was taken');
}

const wrong = (value: unknown): never => value as never;

describe('a wrong option is told where it is given', () => {
  test.each<[string, () => unknown, string]>([
    ['a key of fileSink', () => fileSink(wrong({ pth: 'a.log' })), 'Expected an option of fileSink() to be one of path, level, keys, time, rotate, got "pth".'],
    ['a path for options', () => fileSink(wrong('a.log')), `Expected the options of fileSink() to be an object, got "a.log". Say fileSink({ path: 'app.ndjson' }).`],
    ['no options', () => fileSink(wrong(undefined)), `Expected the options of fileSink() to be an object, got undefined. Say fileSink({ path: 'app.ndjson' }).`],
    ['no path', () => fileSink(wrong({})), `Expected path to be the path of a file, got undefined. Say fileSink({ path: 'app.ndjson' }).`],
    ['a URL of no file', () => fileSink({ path: new URL('https://example.org/a') }), `Expected path to be the path of a file, got "https://example.org/a". Say fileSink({ path: 'app.ndjson' }).`],
    ['a path that no file can have', () => fileSink({ path: 'a\0b' }), `Expected path to be the path of a file, got "a\\u0000b". Say fileSink({ path: 'app.ndjson' }).`],
    ['a level', () => fileSink({ path: 'a.log', level: wrong('loud') }), `Expected a sink's level to be a LogLevel or its name, got "loud". Levels are trace, debug, info, warn, error, fatal, off.`],
    ['a key of consoleSink', () => consoleSink(wrong({ pretty: true })), 'Expected an option of consoleSink() to be one of stream, format, level, colors, time, keys, width, got "pretty".'],
    ['a stream for options', () => consoleSink(wrong('stderr')), `Expected the options of consoleSink() to be an object, got "stderr". Say consoleSink({ stream: 'stderr' }).`],
    ['a format', () => consoleSink({ format: wrong('PRETTY') }), `Expected format to be 'pretty', 'json' or 'auto', got "PRETTY".`],
    ['a key of memorySink', () => memorySink(wrong({ max: 1 })), 'Expected an option of memorySink() to be one of level, limit, got "max".'],
    ['a limit', () => memorySink({ limit: wrong('10') }), 'Expected limit to be a number ≥ 1, got "10".'],
    ['null', () => memorySink(wrong(null)), 'Expected the options of memorySink() to be an object, got null.'],
  ])('%s', (_what, call, message) => {
    expect(said(call)).toBe(message);
  }); // prettier-ignore
});

describe('what is no sink is told by init(), which leaves nothing behind', () => {
  test.each<[string, unknown, string]>([
    ['consoleSink without parentheses', consoleSink, 'Expected a sink to be a function or { module, options }, got a function (consoleSink). Say consoleSink(), with the parentheses.'],
    ['fileSink without parentheses', fileSink, 'Expected a sink to be a function or { module, options }, got a function (fileSink). Say fileSink(), with the parentheses.'],
    ['memorySink without parentheses', memorySink, 'Expected a sink to be a function or { module, options }, got a function (memorySink). Say memorySink(), with the parentheses.'],
    ['a word', 'console', 'Expected a sink to be a function or { module, options }, got "console". Say consoleSink(), with the parentheses.'],
    ['nothing', undefined, 'Expected a sink to be a function or { module, options }, got undefined. Say consoleSink(), with the parentheses.'],
    ['a level', Object.assign(() => {}, { level: 'loud' }), `Expected a sink's level to be a LogLevel or its name, got "loud".`],
    ['a flush', Object.assign(() => {}, { flush: true }), `Expected a sink's flush to be a function, got true.`],
    ['a key of a module sink', { module: '/srv/audit.js', option: {} }, 'Expected an option of a module sink to be one of module, options, level, got "option".'],
    ['a module without a place', { module: './audit.js' }, `Expected a sink's module to be an absolute URL or path, got "./audit.js". It is loaded by another thread: say new URL('./audit-sink.js', import.meta.url), or require.resolve('./audit-sink').`],
    ['no module at all', { module: 7 }, `Expected a sink's module to be an absolute URL or path, got 7. It is loaded by another thread: say new URL('./audit-sink.js', import.meta.url), or require.resolve('./audit-sink').`],
  ])('%s', async (_what, sink, message) => {
    expect(said(() => init({ sinks: [sink as SinkInput] }))).toBe(message);
    const memory = memorySink();
    const handle = start({ sinks: [memory] });
    info('It runs');
    await handle.flush();
    expect(memory.records.map((record) => record.message)).toContain('It runs');
  }); // prettier-ignore
});

test.each<[keyof TtlogOptions, unknown]>([
  ['snapshots', { folder: 'x' }],
  ['snapshots', { crash: 'yes' }],
  ['snapshots', []],
  ['inThread', 'yes'],
])('a wrong option inside %s: %o', (name, value) => {
  expect(said(() => init({ [name]: value }))).toMatch(/^Expected .* to be .*, got /);
});

test('a function that makes sinks, of somebody’s own, is told when it is called for one', async () => {
  const memory = memorySink();
  const makeSink = (): SinkInput => () => {};
  const handle = start({ sinks: [makeSink, memory] });
  info('One');
  await handle.flush();
  expect(memory.records.map((record) => [record.message, record.values])).toEqual([
    ['One', {}],
    ['A sink failed', { sink: 'makeSink', reason: 'It returned a function: say makeSink(), with the parentheses' }],
  ]);
});
