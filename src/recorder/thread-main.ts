// The program of the recorder thread. Bundled into a string that the package carries: see scripts/recorder-source.mjs.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { FunctionOutlet } from './function-outlet.js';
import { moduleSink } from './module-sink.js';
import { createTextOutlet } from './text-outlet.js';
import type { ThreadData, ThreadMessage } from './thread-data.js';
import { ThreadLoop } from './thread-loop.js';

const data = workerData as ThreadData;
const port = parentPort!;
const loop = new ThreadLoop(data, {
  receive: () => receiveMessageOnPort(port)?.message as ThreadMessage | undefined,
  send: (message) => port.postMessage(message),
});
// Also where the thread dies: whoever waits for it must not wait for nothing.
process.on('exit', () => loop.leave());

const { recorder } = loop;
for (const { source, level } of data.sinks) {
  if (source.kind !== 'module') recorder.addOutlet(createTextOutlet(source, level, recorder.onSinkError));
  else {
    loop.needsEventLoop = true;
    recorder.addOutlet(new FunctionOutlet(moduleSink(source), level, data.batchRecords, recorder.onSinkError));
  }
}
void run();

async function run(): Promise<void> {
  await loop.run();
  process.exit(0);
}
