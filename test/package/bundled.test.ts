import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, expect, inject, test } from 'vitest';
import { runScript } from './support.js';

// A bundler must neither lose the recorder thread (it starts from source that the package carries) nor drop a module
// that is there for what it does when it is loaded.
const folder = mkdtempSync(join(tmpdir(), 'ttlog-bundled-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Bundles each program into one file of its own, in a folder that holds nothing else, runs the first and gives back the
 * lines of its log.
 */
async function bundleAndRun(format: 'esm' | 'cjs', programs: Record<string, string>): Promise<unknown[]> {
  const source = mkdtempSync(join(folder, 'source-'));
  const target = mkdtempSync(join(folder, 'target-'));
  cpSync(join(inject('project'), 'node_modules'), join(source, 'node_modules'), { recursive: true });
  for (const [name, program] of Object.entries(programs)) {
    mkdirSync(join(source, name));
    writeFileSync(join(source, name, 'main.js'), program);
    const bundle = await rolldown({ input: join(source, name, 'main.js'), cwd: source, platform: 'node' });
    await bundle.write({ file: join(target, name), format, codeSplitting: false, minify: true });
    await bundle.close();
  }
  rmSync(source, { recursive: true });
  expect(readdirSync(target).toSorted()).toEqual(Object.keys(programs).toSorted());

  runScript(target, Object.keys(programs).slice(0, 1));
  const lines = readFileSync(join(target, 'app.log'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as unknown);
}

const application = `
  import { info, init, withContext } from 'ttlog';
  import { fileSink } from 'ttlog/sinks';

  const handle = init({ sinks: [fileSink({ path: './app.log' })] });
  withContext({ request_id: 'r1' }, () => info('from a bundle', { user_id: 7 }));
  void handle.shutdown();`;

test.each([
  ['esm', 'app.mjs'],
  ['cjs', 'app.cjs'],
] as const)('an application bundled into one %s file delivers, with nothing else beside it', async (format, name) => {
  expect(await bundleAndRun(format, { [name]: application })).toEqual([
    expect.objectContaining({ msg: 'from a bundle', user_id: 7, request_id: 'r1', level: 30 }),
  ]);
});

test('a worker bundled into a file of its own, that only logs, reaches the sinks of the main thread', async () => {
  const lines = await bundleAndRun('esm', {
    'app.mjs': `
      import { Worker } from 'node:worker_threads';
      import { init } from 'ttlog';
      import { fileSink } from 'ttlog/sinks';

      const handle = init({ sinks: [fileSink({ path: './app.log' })] });
      const worker = new Worker(new URL('./worker.mjs', import.meta.url));
      await new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject));
      await handle.shutdown();`,
    'worker.mjs': `
      import { info } from 'ttlog';
      info('from a bundled worker');`,
  });
  expect(lines).toEqual([expect.objectContaining({ msg: 'from a bundled worker' })]);
});
