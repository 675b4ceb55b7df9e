import { expect, it } from 'vitest';
import { runChild } from '../support/child.js';

it('a process ends as soon as its ttlog has been shut down', async () => {
  const { status, stdout } = await runChild(`
    import { info, init } from 'ttlog';
    import { memorySink } from 'ttlog/sinks';
    const handle = init({ sinks: [memorySink()] });
    info('Last');
    await handle.shutdown();
    const ended = performance.now();
    process.on('exit', () => console.log(performance.now() - ended < 1000));`);
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'true\n' });
});
