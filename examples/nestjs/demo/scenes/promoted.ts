import { mkdirSync, rmSync } from 'node:fs';
import { heading, say } from '../narrator.js';
import { directory, logFile, startShop, tail } from './child-shop.js';

/** One request goes well and one fails: the log has what was asked of it for the first, and the whole story of the second. */
export async function promoted(): Promise<void> {
  heading('A failed request tells its story');
  say(
    'Another shop, with promote: true. Its log takes info and above, until a request fails: then it gets all that led to it, at every level.\n',
  );
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const { child, client, closed } = await startShop('promote');
  const good = await client.order('lea', 'grinder');
  const failed = await client.order('mia', 'grinder', 'garbled');
  child.send({});
  await closed;

  say(`lea's order went well (${good.status}):\n`);
  tail(logFile, good.requestId);
  say(`\nThe bank answered mia's with garbage (${failed.status}):\n`);
  tail(logFile, failed.requestId);
}
