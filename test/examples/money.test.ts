// The example of OpenTelemetry: compiled as its README says, run as a program, ended by SIGTERM.
import { expect, test } from 'vitest';
import { root } from '../../scripts/entries.mjs';
import type { Line } from './support.js';
import { compileExample, runExample } from './support.js';

const folder = `${root}examples/opentelemetry`;

test('requests and calls of instrumented modules, decorated methods and lines are one trace', async () => {
  compileExample(folder);
  const lines = await runExample(folder, async (url) => {
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
