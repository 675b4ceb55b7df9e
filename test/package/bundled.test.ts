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

const application = `
import { info, init, withContext } from 'ttlog';
import { fileSink } from 'ttlog/sinks';

const handle = init({ sinks: [fileSink({ path: './app.log' })] });
withContext({ request_id: 'r1' }, () => info('from a bundle', { user_id: 7 }));
await handle.shutdown();
`;

test.each(['esm', 'cjs'] as const)(
  'an application bundled into one %s file still delivers, with nothing else beside it',
  async (format) => {
    const source = join(folder, `source-${format}`);
    const target = join(folder, `target-${format}`);
    mkdirSync(source);
    cpSync(join(inject('project'), 'node_modules'), join(source, 'node_modules'), { recursive: true });
    const body =
      format === 'esm' ? application : application.replace('await handle.shutdown();', 'void handle.shutdown();');
    writeFileSync(join(source, 'app.js'), body);

    const bundle = await rolldown({
      input: join(source, 'app.js'),
      cwd: source,
      platform: 'node',
      external: /^(?:reflect-metadata|class-transformer|rxjs|@nestjs)/,
    });
    await bundle.write({
      dir: target,
      format,
      codeSplitting: false,
      minify: true,
      entryFileNames: format === 'esm' ? 'app.mjs' : 'app.cjs',
    });
    await bundle.close();
    rmSync(source, { recursive: true });
    expect(readdirSync(target)).toHaveLength(1);

    runScript(target, readdirSync(target));
    const lines = readFileSync(join(target, 'app.log'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ msg: 'from a bundle', user_id: 7, request_id: 'r1', level: 30 }),
    ]);
  },
);
