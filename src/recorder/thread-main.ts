// The recorder thread, from its own side.
import { FunctionOutlet } from './function-outlet.js';
import { workerThreads } from './lazy-node.js';
import { moduleSink } from './module-sink.js';
import { OtlpOutlet } from './otlp/outlet.js';
import type { Outlet } from './outlet.js';
import type { Recorder } from './recorder.js';
import { createTextOutlet } from './text-outlet.js';
import type { ThreadData, ThreadMessage, ThreadSink } from './thread-data.js';
import { ThreadLoop } from './thread-loop.js';
import { post, receive, TO_THREADS, unref } from './threads.js';

/** Called where the program is that of a thread; ends with it. */
export function runThread(): void {
  const { BroadcastChannel, parentPort, receiveMessageOnPort, workerData } = workerThreads();
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
  for (const sink of data.sinks) loop.recorder.addOutlet(makeOutlet(sink, loop.recorder));
  void run(loop);
}

function makeOutlet({ source, level }: ThreadSink, recorder: Recorder): Outlet {
  switch (source.kind) {
    case 'module':
      return new FunctionOutlet(moduleSink(source), level, recorder.host);
    case 'otlp':
      return new OtlpOutlet(source, level, recorder.host);
    default:
      return createTextOutlet(source, level, recorder.onSinkError);
  }
}

async function run(loop: ThreadLoop): Promise<void> {
  await loop.run();
  process.exit(0);
}
