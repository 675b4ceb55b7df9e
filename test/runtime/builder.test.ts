import { describe, expect, test } from 'vitest';
import { info, init, TtlogError } from 'ttlog';
import { memorySink } from 'ttlog/sinks';
import { runChild } from '../support/child.js';

const TOLD = /^ttlog: init\(\) without options returns a builder, .*\n$/;

describe('the builder', () => {
  test('starts with what it was told, word by word', async () => {
    const [first, second] = [memorySink(), memorySink()];
    const handle = init()
      .service('shop')
      .level('error')
      .level('warn')
      .record('debug')
      .capacity(1024)
      .channelCapacity(1)
      .overflow('drop')
      .redact(['iban'])
      .signals(['SIGTERM'])
      .sink(first)
      .sink(second)
      .with({ exitTimeoutMs: 500 })
      .init();
    info('Below', { iban: 'DE89' });
    handle.setLevel('info');
    info('Placed', { iban: 'DE89' });
    expect(process.listenerCount('SIGTERM')).toBe(1);
    await handle.shutdown();
    expect(process.listenerCount('SIGTERM')).toBe(0);
    for (const { records } of [first, second])
      expect(records.map(({ target, message, values }) => [target, message, values])).toEqual([
        ['shop', 'Placed', { iban: '[Redacted]' }],
      ]);
  });

  test('refuses what init() refuses', () => {
    expect(() => init().capacity(-1).init()).toThrow(TtlogError);
    expect(() =>
      init()
        .signals('SIGTERM' as never)
        .init(),
    ).toThrow(TtlogError);
  });
});

describe('a builder that is never finished', () => {
  test.each(['init();', "init().service('shop').level('debug');", 'init(); init();'])(
    '%s is told at the end',
    async (code) => {
      const run = await runChild(`import { info, init } from 'ttlog'; ${code} info('Ready');`);
      expect(run).toMatchObject({ status: 0, stdout: '', stderr: expect.stringMatching(TOLD) as string });
    },
  );

  test('is told while the process lives', async () => {
    const run = await runChild(
      `
      import { mock } from 'node:test';
      mock.timers.enable({ apis: ['setTimeout'] });
      const { init } = await import('ttlog');
      init();
      mock.timers.tick(4999);
      process.stderr.write('and ');
      mock.timers.tick(1);
      process.stderr.write('then');`,
      { args: ['--no-warnings'] },
    );
    expect(run.stderr).toMatch(/^and ttlog: init\(\) .*\nthen$/);
  });

  test.each(["init().service('shop').init()", "init(); init({ service: 'shop' })"])(
    '%s has nothing to tell',
    async (code) => {
      const run = await runChild(`import { info, init } from 'ttlog'; ${code}; info('Ready');`);
      expect(run).toMatchObject({ status: 0, stdout: expect.stringContaining('"msg":"Ready"') as string, stderr: '' });
    },
  );
});
