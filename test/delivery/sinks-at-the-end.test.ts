// The end of a process whose sinks are functions that return promises: what can be delivered is, and what never will be holds nobody up.
import { describe, expect, test, vi } from 'vitest';
import { runChild } from '../support/child.js';

// Other work on the machine must not fail them.
vi.setConfig({ testTimeout: 60_000 });

/** In every program: a sink that is done in the next turn, one that never is, and how many records were taken. */
const PREAMBLE = `
  import { info, init } from 'ttlog';
  let taken = 0;
  const quick = async (batch) => { await null; taken += batch.length; };
  const stuck = () => new Promise(() => {});
  const log = (count) => { for (let i = 0; i < count; i++) info('Step', { i }); };
  process.on('exit', () => console.log(taken));
`;

describe('a process that ends because nothing keeps it alive', () => {
  test.each([5, 3000, 20_000])('%i records: a sink whose promises settle at once gets every one', async (count) => {
    const run = await runChild(`${PREAMBLE}
      init({ sinks: [quick] });
      log(${count});`);
    expect(run).toMatchObject({ status: 0, stderr: '', stdout: `${count}\n` });
  });

  test('what is recorded in the last turn before it', async () => {
    const run = await runChild(`${PREAMBLE}
      init({ sinks: [quick] });
      setTimeout(() => log(3000), 30);`);
    expect(run).toMatchObject({ status: 0, stderr: '', stdout: '3000\n' });
  });

  test('what an application records in its own beforeExit', async () => {
    const run = await runChild(`${PREAMBLE}
      init({ sinks: [quick] });
      log(1);
      process.once('beforeExit', () => void setTimeout(log, 20, 1));`);
    expect(run).toMatchObject({ status: 0, stderr: '', stdout: '2\n' });
  });

  test('a sink that logs about every batch does not keep it alive for long', async () => {
    const run = await runChild(`${PREAMBLE}
      init({ exitTimeoutMs: 600_000, sinks: [(batch) => info('Sent', { records: batch.length })] });
      log(5);`);
    expect(run).toMatchObject({ status: 0 });
  });

  test('nor does one that never settles, with more than it may hold', async () => {
    const run = await runChild(`${PREAMBLE}
      init({ sinks: [stuck] });
      log(20_000);
      setTimeout(() => {}, 50);`);
    expect(run).toMatchObject({ status: 0, stdout: '0\n' });
    expect(run.stderr).toMatch(/^ttlog: the process ends before everything is delivered.*sinks hold \d+ records\n$/);
  });
});

describe('shutdown() with a sink that never settles', () => {
  test.each([1, 20_000])('%i records: it resolves for whoever awaits it, and the process can end', async (count) => {
    const run = await runChild(`${PREAMBLE}
      const handle = init({ exitTimeoutMs: 100, sinks: [stuck] });
      log(${count});
      await handle.shutdown();
      console.log('down');`);
    expect(run).toMatchObject({ status: 0, stdout: 'down\n0\n' });
    expect(run.stderr).toMatch(/^ttlog: shutdown\(\) ends before everything is delivered.*sinks hold \d+ records\n$/);
  });
});
