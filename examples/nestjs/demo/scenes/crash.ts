import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { heading, quote, request, say } from '../narrator.js';
import { directory, logLines, startShop, view, type ChildShop } from './child-shop.js';

/** Crashes another shop on purpose, and looks at what is left of it. */
export async function crash(): Promise<void> {
  heading('The shop crashes');
  say('Another process: three customers wait for a slow payment while the nightly job runs into a bug.\n');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const shop = await startShop();
  const status = await driveToItsDeath(shop);

  say('Its standard error, as node writes it:\n');
  quote(shop.stderr());
  say(
    `\nIt ended with status ${status}. Its log has ${logLines().length} lines, of info and above: the error, and little of what led to it.`,
  );

  heading('What the flight recorder kept');
  const [name] = readdirSync(directory).filter((file) => file !== 'shop.log');
  if (name === undefined) throw new Error(`Expected a snapshot in ${directory}`);
  view(join(directory, name), 16);
}

async function driveToItsDeath({ child, client, closed }: ChildShop): Promise<number | null> {
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
  return status;
}
