// What `npm run demo` shows, run on the built package as a program whose output is piped.
import { execFileSync, spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { root } from '../../scripts/entries.mjs';
import { plainEnvironment } from '../../scripts/run.mjs';

const shop = `${root}examples/nestjs`;
let output: string;

beforeAll(() => {
  execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', `${shop}/tsconfig.build.json`], {
    stdio: 'inherit',
  });
  const { FORCE_COLOR: _color, TTLOG: _ttlog, LOG_LEVEL: _level, ...env } = plainEnvironment();
  const demo = spawnSync(process.execPath, ['--enable-source-maps', 'dist/demo/main.js'], {
    cwd: shop,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (demo.status !== 0 || demo.stderr !== '') throw new Error(`status ${demo.status}\n${demo.stdout}\n${demo.stderr}`);
  output = demo.stdout;
}, 90_000);

/** The text of a scene, by its heading. */
function scene(title: string): string {
  const from = output.indexOf(` ${title} ━`);
  expect(from, `a scene '${title}' in\n${output}`).toBeGreaterThan(0);
  const to = output.indexOf('\n━━', from);
  return output.slice(from, to < 0 ? undefined : to);
}

test('plain text when piped', () => {
  expect(stripVTControlCharacters(output)).toBe(output);
});

test('good, slow and declined, as the console shows them', () => {
  expect(scene('A good order')).toMatch(/INFO .*OrdersService .*Order placed .*customer_id=ada .*sku=espresso-machine/);
  expect(scene('A good order')).toMatch(/◂ 201, X-Request-Id: r-/);
  expect(scene('A slow payment')).toMatch(/WARN .*PaymentGateway.authorise +(?:299|3\d\d) ms/);
  expect(scene('A declined card')).toMatch(
    /ERROR .*PaymentsService.charge .*failed[^]*caused by: GatewayError: Insufficient funds/,
  );
  expect(scene('Two customers, one cup')).toMatch(/◂ (201 and 409|409 and 201)/);
});

test('many at once: nothing lost, nothing mixed up', () => {
  const burst = scene('300 customers at once');
  expect(burst).toMatch(/270 × 201/);
  expect(burst).toMatch(/30 × 402/);
  expect(burst).toMatch(/lost +0\n/);
  expect(burst).toMatch(/mixed up +0 /);
});

test('a failed request tells its story, one that went well its info lines', () => {
  const story = scene('A failed request tells its story');
  const [good = '', bad = ''] = story.split("answered mia's with garbage (500)");
  expect(good).toMatch(/went well \(201\)/);
  expect(good).toMatch(/INFO .*Order placed/);
  expect(good).not.toMatch(/ (?:TRACE|DEBUG) /);
  expect(bad).toMatch(/TRACE .*Asking the bank .*promoted/);
  expect(bad).toMatch(/DEBUG .*Giving the articles back .*promoted/);
  expect(bad).toMatch(/ERROR .*failed[^]*SyntaxError: Unexpected token/);
});

test('a crash, and its snapshot through `ttlog view`', () => {
  expect(scene('The shop crashes')).toMatch(/Cannot reconcile order[^]*It ended with status 1\./);
  const kept = scene('What the flight recorder kept');
  expect(kept).toContain('caused by: TypeError: Cannot read properties of undefined');
  expect(kept).toMatch(/● .*PaymentGateway.authorise .*open for/);
  expect(kept).toMatch(/TRACE +ReconciliationJob +Comparing/);
  expect(kept).toMatch(/└─ .*PaymentGateway.authorise/);
});

test('SIGKILL, and the last words in the ring file', () => {
  const ring = scene('The shop is killed');
  expect(ring).toMatch(/It ended by SIGKILL/);
  expect(ring).toMatch(/● .*PaymentGateway.authorise .*open for/);
  expect(ring).toMatch(/DEBUG|TRACE/);
  expect(scene('The next start finds it')).toMatch(
    /died without a word.*|"open_spans":\[[^\]]*PaymentGateway.authorise/,
  );
});
