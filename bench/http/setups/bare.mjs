// The service without logger and tracer: what the others are measured over.

import { bootShop } from '../boot.mjs';
import { makeShop } from '../shop.mjs';

export async function start({ workIterations }) {
  const shop = makeShop({ workIterations, debug() {}, info() {} });
  return { app: await bootShop(shop), shop, finish: () => ({}) };
}
