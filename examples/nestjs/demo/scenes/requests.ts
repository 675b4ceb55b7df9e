import { answer, heading, request, say } from '../narrator.js';
import type { Answer } from '../shop-client.js';
import type { OpenShop } from './shop.js';

/** One request of each kind, with what the shop says about it. */
export async function requests(shop: OpenShop): Promise<void> {
  const { client } = shop;

  heading('A good order');
  say(
    'The controller logs its DTO, and the card in it has no number. order_id comes from withContext(), request_id from the module.\n',
  );
  await show(shop, 'ada orders an espresso machine', client.order('ada', 'espresso-machine'));

  heading('A slow payment');
  say('@Instrument({ slow: 200 }) makes a span that is slower than 200 ms a warning.\n');
  await show(shop, 'bob pays with a slow card', client.order('bob', 'grinder', 'slow'));

  heading('A declined card');
  say('The error is reported once, with what caused it, however many spans it passes.\n');
  await show(shop, 'cleo pays with an empty account', client.order('cleo', 'grinder', 'declined'));

  heading('Two customers, one cup');
  say('Both at the same time. Every line says whose it is.\n');
  request('dan and eve both order the last cup');
  const both = await Promise.all([client.order('dan', 'last-cup'), client.order('eve', 'last-cup')]);
  await shop.ttlog.flush();
  answer(both.map(({ status }) => status).join(' and '));
}

async function show({ ttlog }: OpenShop, what: string, answering: Promise<Answer>): Promise<void> {
  request(what);
  const { status, requestId } = await answering;
  await ttlog.flush();
  answer(`${status}, X-Request-Id: ${requestId}`);
}
