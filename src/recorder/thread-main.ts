// The program of the recorder thread. Bundled into a string that the package carries: see scripts/recorder-source.mjs.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { FunctionOutlet } from './function-outlet.js';
import { moduleSink } from './module-sink.js';
import { createTextOutlet } from './text-outlet.js';
import type { ThreadData, ThreadRing } from './thread-data.js';
import { ThreadLoop } from './thread-loop.js';

const data = workerData as ThreadData;
const nextRing = (): ThreadRing | undefined => receiveMessageOnPort(parentPort!)?.message as ThreadRing | undefined;

const loop = new ThreadLoop(data, nextRing);
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
