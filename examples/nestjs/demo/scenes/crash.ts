import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { heading, quote, request, say } from '../narrator.js';
import { ShopClient } from '../shop-client.js';

const here = dirname(fileURLToPath(import.meta.url));
/** Below dist, which git ignores; the next demo starts with an empty one. */
const directory = join(here, '../../left-behind');
const logFile = join(directory, 'shop.log');

/** Crashes another shop on purpose, and looks at what is left of it. */
export async function crash(): Promise<void> {
  heading('The shop crashes');
  say('Another process: three customers wait for a slow payment while the nightly job runs into a bug.\n');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const child = fork(join(here, '../crash/main.js'), [directory], { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
  const { status, stderr } = await driveToItsDeath(child);

  say('Its standard error, as node writes it:\n');
  quote(stderr);
  say(
    `\nIt ended with status ${status}. Its log has ${lines(readFileSync(logFile, 'utf8'))} lines, of info and above: the error, and little of what led to it.`,
  );

  heading('What the flight recorder kept');
  const [name] = readdirSync(directory).filter((file) => file !== 'shop.log');
  if (name === undefined) throw new Error(`Expected a snapshot in ${directory}`);
  view(join(directory, name));
}

async function driveToItsDeath(child: ChildProcess): Promise<{ status: number | null; stderr: string }> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [url] = (await Promise.race([once(child, 'message'), closed])) as [unknown];
  if (typeof url !== 'string') throw new Error(`Expected the shop to listen, it ended with ${String(url)}\n${stderr}`);

  const client = new ShopClient(url);
  const { body } = await client.order('fay', 'grinder');
  request('fay has bought a grinder; gus, hal and ivy are about to');
  const waiting = ['gus', 'hal', 'ivy'].map((customer) =>
    client.order(customer, 'grinder', 'slow').catch(() => undefined),
  );
  // They are in the gateway's hands when the shelf is that empty.
  while (Number((await client.get('jo', '/inventory/grinder')).body['available']) > 996) await setTimeout(20);
  request('the nightly job starts\n');
  child.send({ paid: [body['orderId'], 'an order that nobody placed'] });
  const [[status]] = await Promise.all([closed, ...waiting]);
  return { status, stderr };
}

/** The same as `npx ttlog view FILE`. */
function view(file: string): void {
  const manifest = createRequire(import.meta.url).resolve('ttlog/package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: { ttlog: string } };
  // npm runs this in the workspace; the person who reads it is where npm was called.
  const shown = relative(process.env['INIT_CWD'] ?? process.cwd(), file);
  request(`npx ttlog view ${shown} --last 16\n`);
  const { status } = spawnSync(process.execPath, [join(dirname(manifest), bin.ttlog), 'view', file, '--last', '16'], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`Expected ttlog view to end with status 0, got ${status}`);
}

const lines = (text: string): number => text.split('\n').length - 1;
