import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { runModule, runScript } from './support.js';

const project = inject('project');

// Each program runs in one process that has ttlog twice: imported and required, or as two copies of the package.
const twice = {
  'imported and required': `
    import { createRequire } from 'node:module';
    import * as a from 'ttlog';
    import * as sinks from 'ttlog/sinks';
    import * as decoratorsA from 'ttlog/decorators';
    const require = createRequire(import.meta.url);
    const b = require('ttlog');
    const decoratorsB = require('ttlog/decorators');`,
  'two copies of the package': `
    import * as a from 'ttlog';
    import * as sinks from 'ttlog/sinks';
    import * as decoratorsA from 'ttlog/decorators';
    import * as b from './copy/ttlog/dist/esm/index.js';
    import * as decoratorsB from './copy/ttlog/dist/esm/decorators/index.js';`,
};

beforeAll(() => cpSync(join(project, 'node_modules/ttlog'), join(project, 'copy/ttlog'), { recursive: true }));

describe.each(Object.entries(twice))('%s', (_how, imports) => {
  let count = 0;
  const run = (program: string) => runModule(project, `twice-${process.pid}-${count++}.mjs`, `${imports}\n${program}`);

  test('really are two, or the rest would prove nothing', () => {
    expect(
      run(`console.log(JSON.stringify([a.info === b.info, decoratorsA.Instrument === decoratorsB.Instrument]));`),
    ).toEqual([false, false]);
  });

  test('share one context store', () => {
    const seen = run(`
      const seen = await a.withContext({ request_id: 'r1' }, async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return b.withContext('user_id', 7, () => [a.currentContext(), b.currentContext()]);
      });
      const spans = a.withSpan('outer', () => [a.currentSpan()?.spanId, b.currentSpan()?.spanId]);
      console.log(JSON.stringify({ seen, same: spans[0] === spans[1], known: typeof spans[0] }));`);
    const context = { request_id: 'r1', user_id: 7 };
    expect(seen).toEqual({ seen: [context, context], same: true, known: 'string' });
  });

  test('share one init()', () => {
    const outcome = run(`
      const attempt = (ttlog) => {
        try {
          ttlog.init({ sinks: [] });
          return 'initialized';
        } catch (error) {
          return [error.name, error.code];
        }
      };
      const handle = a.init({ sinks: [] });
      const while_on = [attempt(a), attempt(b)];
      await handle.shutdown();
      console.log(JSON.stringify({ while_on, afterwards: attempt(b) }));`);
    const refused = ['TtlogError', 'ERR_ALREADY_INITIALIZED'];
    expect(outcome).toEqual({ while_on: [refused, refused], afterwards: 'initialized' });
  });

  test('share one ring: what either logs reaches the sink, in order', () => {
    const messages = run(`
      const sink = sinks.memorySink();
      a.info('before init, by a');
      b.info('before init, by b');
      const handle = b.init({ sinks: [sink] });
      for (let i = 0; i < 3; i++) {
        a.info('a' + i);
        b.warn('b' + i);
      }
      await handle.flush();
      console.log(JSON.stringify(sink.records.map((record) => record.message)));
      await handle.shutdown();`);
    expect(messages).toEqual(['before init, by a', 'before init, by b', 'a0', 'b0', 'a1', 'b1', 'a2', 'b2']);
  });

  test('share one level table', () => {
    const seen = run(`
      b.setRecord('warn');
      const quiet = [a.isEnabled('info'), b.isEnabled('info')];
      a.setRecord('trace');
      console.log(JSON.stringify([quiet, [a.isEnabled('info'), b.isEnabled('info')]]));`);
    expect(seen).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  test('know the classes that the other decorated', () => {
    const fields = run(`
      class LoginAttempt {
        user_id = 7;
        password = 'hunter2';
      }
      decoratorsB.Fields()(LoginAttempt);
      const sink = sinks.memorySink();
      const handle = a.init({ sinks: [sink] });
      a.info(new LoginAttempt(), 'Login attempt completed');
      await handle.flush();
      console.log(JSON.stringify(sink.records.map((record) => record.values)));
      await handle.shutdown();`);
    expect(fields).toEqual([{ user_id: 7, password: '[Redacted]' }]);
  });
});

test('without koffi there is no black box: one warning says how to get one', () => {
  const options = `{ blackBox: true, sinks: [(batch) => lines.push(...batch)] }`;
  const output = runScript(inject('project'), [
    '--input-type=module',
    '--eval',
    `import { init } from 'ttlog';
     const lines = [];
     const handle = init(${options});
     await handle.shutdown();
     console.log(JSON.stringify([handle.blackBox ?? null, lines.map(({ target, values }) => [target, values.reason])]));`,
  ]);
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const hasFfi = major > 26 || (major === 26 && minor >= 1);
  const [folder, told] = JSON.parse(output) as [string | null, [string, string][]];
  expect(folder !== null).toBe(hasFfi);
  expect(told.some(([target, reason]) => target === 'ttlog' && reason.includes('npm install koffi'))).toBe(!hasFfi);
});
