// What the compiler of TypeScript makes of decorators, of either kind and for old and new engines, run as a program of its own against
// dist/. The decorator suite itself is compiled by oxc (legacy) and swc (standard).
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/entries.mjs';
import { plainEnvironment } from '../../scripts/run.mjs';

const run = promisify(execFile);
const folder = `${root}.tmp/compilers-${process.pid}/`;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What both kinds of decorators have. */
const COMMON = `
class Shop {
  rate = 2;

  @Instrument({ ret: true })
  price(order_id: number, currency = 'EUR'): string {
    info('pricing');
    return order_id * this.rate + currency;
  }

  @Instrument()
  async later(order_id: number): Promise<number> {
    await turn();
    info('later');
    return order_id;
  }

  @Instrument({ fields: (text) => ({ length: text.length }) })
  static parse(text: string): number {
    return text.length;
  }

  @Instrument()
  get total(): number {
    return 1;
  }

  @Instrument()
  *pages(count: number): Generator<number, string> {
    for (let i = 0; i < count; i++) yield i;
    return 'end';
  }

  @Instrument()
  async *rows(count: number): AsyncGenerator<number> {
    for (let i = 0; i < count; i++) yield i;
  }

  @Instrument({ callback: true })
  load(order_id: number, done: (error: null, value: number) => void): void {
    setImmediate(done, null, order_id);
  }
}

class Base {
  @Field({ redact: true }) iban = 'DE89';
  @Field({ skip: true }) raw = '<xml/>';
  @Field() get upper(): string {
    return this.iban.toLowerCase();
  }
}

@Fields({ rename: 'snake_case' })
class Payment extends Base {
  @Field({ unit: 'ms' }) handlingTime = 12;
  @Field({ redact: true }) holder = 'Ada';
  orderId = 7;
}

@Fields()
class Hydrated {
  id = 7;
  @Field({ redact: true }) email = 'ada@example.com';
  @Field({ skip: true }) raw = '<xml/>';
  @Field({ name: 'renamed' }) other = 1;
}

const memory = memorySink();
const handle = init({ service: 'shop', level: 'trace', sinks: [memory] });
const shop = new Shop();
shop.price(7);
await shop.later(8);
Shop.parse('abc');
shop.total;
[...shop.pages(2)];
for await (const _row of shop.rows(2));
await new Promise((resolve) => shop.load(9, (_error, value) => resolve(value)));
info(new Payment(), 'payment');
// As a mapper makes it: no constructor runs.
info(Object.assign(Object.create(Hydrated.prototype), { id: 1, email: 'x', raw: 'y', other: 2 }), 'hydrated');
info(new Hydrated(), 'constructed');
`;

const STANDARD = `
class Account {
  #cents = 100;
  @Instrument()
  #withdraw(amount: number): number {
    return (this.#cents -= amount);
  }
  @Instrument()
  accessor owner = 'ada';
  pay(amount: number): number {
    return this.#withdraw(amount);
  }
}
const account = new Account();
account.pay(30);
account.owner;
`;

const LAST = `
await handle.shutdown();
console.log(JSON.stringify(memory.records.map(({ message, target, values }) => {
  const { duration_ms, ...fields } = values;
  return [message, target, fields];
})));
`;

const HEAD = `
import { setImmediate as turn } from 'node:timers/promises';
import { info, init } from 'ttlog';
import { Field, Fields, Instrument } from 'ttlog/decorators';
import { memorySink } from 'ttlog/sinks';
`;

const COMMON_RECORDS = [
  ['pricing', 'Shop', { order_id: 7 }],
  ['Shop.price', 'Shop', { order_id: 7, ret: '14EUR', outcome: 'ok' }],
  ['later', 'Shop', { order_id: 8 }],
  ['Shop.later', 'Shop', { order_id: 8, outcome: 'ok' }],
  ['Shop.parse', 'Shop', { text: 'abc', length: 3, outcome: 'ok' }],
  ['Shop.total', 'Shop', { outcome: 'ok' }],
  ['Shop.pages', 'Shop', { count: 2, outcome: 'ok' }],
  ['Shop.rows', 'Shop', { count: 2, outcome: 'ok' }],
  ['Shop.load', 'Shop', { order_id: 9, outcome: 'ok' }],
  ['payment', 'shop', { iban: '[Redacted]', handling_time_ms: 12, holder: '[Redacted]', order_id: 7, upper: 'de89' }],
  ['hydrated', 'shop', expect.objectContaining({ id: 1, email: '[Redacted]' })],
  ['constructed', 'shop', { id: 7, email: '[Redacted]', renamed: 1 }],
];
const STANDARD_RECORDS = [
  ['Account.#withdraw', 'Account', { amount: 30, outcome: 'ok' }],
  ['Account.owner', 'Account', { outcome: 'ok' }],
];

async function compiled(kind: 'legacy' | 'standard', target: string): Promise<unknown[]> {
  const own = `${folder}${kind}-${target}/`;
  mkdirSync(own, { recursive: true });
  writeFileSync(`${own}main.ts`, HEAD + COMMON + (kind === 'standard' ? STANDARD : '') + LAST);
  writeFileSync(`${own}package.json`, '{ "type": "module" }');
  const compilerOptions = {
    target,
    lib: ['ES2023', 'esnext.disposable', 'esnext.decorators'],
    module: 'esnext',
    moduleResolution: 'bundler',
    types: ['node'],
    typeRoots: [`${root}node_modules/@types`],
    strict: true,
    skipLibCheck: true,
    outDir: 'out',
    rootDir: '.',
    experimentalDecorators: kind === 'legacy',
    emitDecoratorMetadata: kind === 'legacy',
    useDefineForClassFields: kind === 'standard',
  };
  writeFileSync(`${own}tsconfig.json`, JSON.stringify({ compilerOptions, files: ['main.ts'] }));
  const env = plainEnvironment();
  await run(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', own], { env }).catch(
    ({ stdout }: { stdout: string }) => Promise.reject(new Error(stdout)),
  );
  const { stdout } = await run(process.execPath, [`${own}out/main.js`], { env });
  return JSON.parse(stdout) as unknown[];
}

describe.each(['es2022', 'es2017'])('tsc for %s', (target) => {
  test.each<['legacy' | 'standard', unknown[]]>([
    ['legacy', COMMON_RECORDS],
    ['standard', [...COMMON_RECORDS, ...STANDARD_RECORDS]],
  ])('%s decorators', async (kind, expected) => {
    const records = await compiled(kind, target);
    expect(records).toEqual(expected);
    expect(JSON.stringify(records)).not.toContain('"raw"');
  });
});
