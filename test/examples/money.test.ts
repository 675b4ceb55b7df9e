// The example of OpenTelemetry: compiled as its README says, run as a program, ended by SIGTERM.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { root } from '../../scripts/entries.mjs';
import { plainEnvironment } from '../../scripts/run.mjs';

type Line = Record<string, unknown> & { msg: string; target: string; level: number };

const folder = `${root}examples/opentelemetry`;

/** Runs the program, sends it requests, and ends it by SIGTERM: all that it has written. */
async function run(drive: (url: string) => Promise<void>): Promise<Line[]> {
  const { TTLOG: _ttlog, LOG_LEVEL: _level, ...env } = plainEnvironment();
  const child = spawn(process.execPath, ['--enable-source-maps', 'dist/main.js'], {
    cwd: folder,
    env: { ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const lines: Line[] = [];
    const reader = createInterface({ input: child.stdout });
    const port = new Promise<unknown>((resolve, reject) => {
      reader.on('line', (text) => {
        const line = JSON.parse(text) as Line;
        lines.push(line);
        if (line.msg === 'Listening') resolve(line['port']);
      });
      child.on('exit', (code) => reject(new Error(`the example ended with ${code}`)));
    });
    const ended = once(reader, 'close');
    await drive(`http://127.0.0.1:${String(await port)}`);
    child.kill('SIGTERM');
    await ended;
    return lines;
  } finally {
    child.kill('SIGKILL');
  }
}

test('requests and calls of instrumented modules, decorated methods and lines are one trace', async () => {
  execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', `${folder}/tsconfig.build.json`], {
    stdio: 'inherit',
  });
  const lines = await run(async (url) => {
    expect(await (await fetch(`${url}/3/USD`)).text()).toBe('3.3\n');
    expect((await fetch(`${url}/3/XXX`)).status).toBe(404);
  });

  const converted = lines.find(({ msg }) => msg === 'Converted')!;
  expect(converted).toMatchObject({ target: 'money', currency: 'USD', euros: 3, converted: 3.3 });
  const trace = lines.filter((line) => line['trace_id'] === converted['trace_id']);
  const nature = ({ target, msg, span_kind: kind }: Line): string => [target, msg, kind ?? '-'].join(' ');
  expect(trace.map(nature).sort()).toEqual([
    '@opentelemetry/instrumentation-http GET server',
    '@opentelemetry/instrumentation-http GET server',
    '@opentelemetry/instrumentation-undici GET client',
    'Converter Converter.convert -',
    'money Converted -',
    'money Rate looked up -',
  ]);
  expect(trace.find(({ target }) => target === 'Converter')).toMatchObject({ rate: 1.1, outcome: 'ok' });

  const failed = lines.find(({ target, level }) => target === 'Converter' && level === 50)!;
  expect(failed).toMatchObject({ outcome: 'error', err: { type: 'UnknownCurrency', message: 'No rate for XXX' } });
});
