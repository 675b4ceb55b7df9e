// The service of `npm run test:soak`: logs as fast as it can to a file that rotates, beside a sink that never lets go of its first batch.
// Says once a second, on the channel to its parent, how things are.
import { info, init } from 'ttlog';
import { fileSink } from 'ttlog/sinks';

const [path = '', secondsText = '60', rotateBytesText = '67108864'] = process.argv.slice(2);
const BURST = 2000;

let taken = 0;
const stuck = async (/** @type {readonly unknown[]} */ batch) => {
  taken += batch.length;
  await new Promise(() => {});
};
const handle = init({
  service: 'shop',
  sinks: [fileSink({ path, rotate: { bytes: Number(rotateBytesText), keep: 8, compress: true } }), stuck],
});

const endMs = performance.now() + Number(secondsText) * 1000;
let logged = 0;
let saidMs = 0;

function say(isLast = false) {
  const { recorded, dropped, lapped, missed, sinkErrors } = handle.stats();
  const rssBytes = process.memoryUsage.rss();
  process.send?.({ logged, recorded, dropped, lapped, missed, sinkErrors, taken, rssBytes, isLast });
}

function turn() {
  for (let n = 0; n < BURST; n++) info('Order placed', { i: logged++, order_id: 7, sku: 'grinder' });
  const now = performance.now();
  if (now - saidMs >= 1000) {
    saidMs = now;
    say();
  }
  if (now < endMs) setImmediate(turn);
  else {
    // What the sink is stuck with cannot be flushed: the end gives up on it, and says so.
    process.on('exit', () => {
      handle.flushSync();
      say(true);
    });
    setTimeout(() => process.exit(0));
  }
}
turn();
