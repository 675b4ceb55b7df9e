// A story in six scenes: the shop, its good, slow and failing requests, many at once, and a crash with what was left of it.
import { burst } from './scenes/burst.js';
import { crash } from './scenes/crash.js';
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

await crash();

say('');
say(`That was the demo, in ${((performance.now() - startedAt) / 1000).toFixed(1)} s. The code is in examples/nestjs.`);
