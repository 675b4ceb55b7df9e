// The program of the recorder thread. Bundled into a string that the package carries: see scripts/recorder-source.mjs.
import { BroadcastChannel, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { FunctionOutlet } from './function-outlet.js';
import { moduleSink } from './module-sink.js';
import { OtlpOutlet } from './otlp/outlet.js';
import type { Outlet } from './outlet.js';
import { createTextOutlet } from './text-outlet.js';
import type { ThreadData, ThreadMessage, ThreadSink } from './thread-data.js';
import { ThreadLoop } from './thread-loop.js';
import { post, receive, TO_THREADS, unref } from './threads.js';

const data = workerData as ThreadData;
const port = parentPort!;
// Straight from the threads that log: the main thread may be blocked, or its event loop slow.
const announcements = new BroadcastChannel(data.channel);
unref(announcements);
const loop = new ThreadLoop(data, {
  receive: () => (receiveMessageOnPort(port)?.message ?? receive(announcements)) as ThreadMessage | undefined,
  send: (message) => port.postMessage(message),
  listening: () => post(TO_THREADS, { settings: data.channel }),
});
// Also where the thread dies: whoever waits for it must not wait for nothing.
process.on('exit', () => loop.leave());

const { recorder } = loop;
for (const sink of data.sinks) recorder.addOutlet(makeOutlet(sink));
void run();

function makeOutlet({ source, level }: ThreadSink): Outlet {
  switch (source.kind) {
    case 'module':
      return new FunctionOutlet(moduleSink(source), level, recorder.host);
    case 'otlp':
      return new OtlpOutlet(source, level, recorder.host);
    default:
      return createTextOutlet(source, level, recorder.onSinkError);
  }
}

async function run(): Promise<void> {
  await loop.run();
  process.exit(0);
}
