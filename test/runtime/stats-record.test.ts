import { expect, test } from 'vitest';
import { init } from 'ttlog';
import { runChild } from '../support/child.js';

test('what ttlog has done is recorded every so often, and keeps no process alive', async () => {
  const run = await runChild(`
    import { debug, info, init } from 'ttlog';
    import { memorySink } from 'ttlog/sinks';
    const memory = memorySink();
    const handle = init({ service: 'shop', sinks: [memory], statsEveryMs: 1000 });
    for (let i = 0; i < 5; i++) { debug('Quiet'); info('Loud'); }
    const told = () => memory.records.find(({ message }) => message === 'Statistics');
    const stay = setInterval(() => {
      if (told() === undefined) return;
      clearInterval(stay);
      console.log(JSON.stringify([told().target, told().values]));
    }, 20);
    process.on('exit', () => console.log('ended'));
  `);
  const [line = '', ended] = run.stdout.split('\n');
  const [target, values] = JSON.parse(line) as [string, object];
  expect(target).toBe('ttlog');
  expect(values).toMatchObject({ recorded: 10, delivered: 5, dropped: 0, lapped: 0, promoted: 0, snapshots: 0 });
  expect({ ended, stderr: run.stderr, status: run.status }).toEqual({ ended: 'ended', stderr: '', status: 0 });
});

test.each([0, 999, 1.5, '1000'])('statsEveryMs: %j is told', (statsEveryMs) => {
  expect(() => init({ statsEveryMs } as never)).toThrow(/statsEveryMs to be a whole number from 1000/);
});
