// The process of one service: node service.mjs SETTINGS. Answers over IPC:
//
//   usage   → processor time so far (all threads, the main thread) and requests served
//   finish  → everything delivered and compared: { verified, kept } or { invalid }

import { processorTime } from '../lib/processor-time.mjs';
import { InvalidRun } from '../lib/verify.mjs';

const settings = JSON.parse(process.argv[2]);
const { start } = await import(`./setups/${settings.setup}.mjs`);
const { app, shop, beforeClose, finish } = await start(settings);

const answers = {
  usage() {
    const { user, system } = process.cpuUsage();
    return { cpuNs: (user + system) * 1000, mainNs: processorTime().ranNs, served: shop.served };
  },
  async finish() {
    await beforeClose?.();
    await app.close();
    try {
      return await finish(shop.served);
    } catch (error) {
      if (error instanceof InvalidRun) return { invalid: error.message };
      throw error;
    }
  },
};

process.on('message', async (question) => process.send(await answers[question]()));
// The one who asks has gone: so does this process, whatever is still open.
process.on('disconnect', () => process.exit(0));

await app.listen(0, '127.0.0.1');
process.send({ url: await app.getUrl() });
