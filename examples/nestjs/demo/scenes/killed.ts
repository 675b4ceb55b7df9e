import { rmSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { heading, quote, request, say } from '../narrator.js';
import { directory, logLines, startShop, view } from './child-shop.js';

/** Kills another shop, which leaves it no time for a word, and reads its last ones from its ring. */
export async function killed(): Promise<void> {
  heading('The shop is killed');
  rmSync(directory, { recursive: true, force: true });
  const shop = await startShop('black-box');
  const { child, client, blackBox, closed } = shop;
  if (blackBox === undefined) {
    say('This machine has no black box (it takes Linux and koffi): nothing to see here.');
    child.send({});
    return void (await closed);
  }
  say('A third process, with a black box: its ring is in a file. Kim waits for a slow payment when SIGKILL comes.\n');
  const waiting = client.order('kim', 'grinder', 'slow').catch(() => undefined);
  while (Number((await client.get('jo', '/inventory/grinder')).body['available']) > 999) await setTimeout(20);
  request('kill -9\n');
  child.kill('SIGKILL');
  const [[, signal]] = await Promise.all([closed, waiting]);
  say(`It ended by ${signal}: no handler, no snapshot, no last line. The ring file is still there:\n`);
  view(blackBox, 8);

  heading('The next start finds it');
  const next = await startShop('black-box');
  next.child.send({});
  await next.closed;
  quote(logLines().find((line) => line.includes('predecessor')) ?? '');
}
