// A story in scenes: the shop, its good, slow and failing requests, many at once, a request that tells its story, a crash and a kill, and what was left of them.
import { burst } from './scenes/burst.js';
import { crash } from './scenes/crash.js';
import { killed } from './scenes/killed.js';
import { promoted } from './scenes/promoted.js';
import { requests } from './scenes/requests.js';
import { openShop } from './scenes/shop.js';
import { heading, say } from './narrator.js';

const startedAt = performance.now();
say('A shop on Nest 12. Everything it does is recorded at trace level; the console shows info and above.');

heading('The shop opens');
const shop = await openShop();
await requests(shop);
await burst(shop);
await shop.close();

await promoted();
await crash();
await killed();

say('');
say(`That was the demo, in ${((performance.now() - startedAt) / 1000).toFixed(1)} s. The code is in examples/nestjs.`);
