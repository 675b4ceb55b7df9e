/** What streams have to do when the process ends, for as long as somebody holds them: a stream that is forgotten is not kept alive by this. */
type Event = 'beforeExit' | 'exit';

interface Waiting {
  readonly stream: WeakRef<object>;
  readonly atEnd: (stream: never, event: Event) => void;
}

const waiting = new Set<Waiting>();
const forgotten = new FinalizationRegistry((entry: Waiting) => forget(entry));

function forget(entry: Waiting): void {
  waiting.delete(entry);
  if (waiting.size > 0) return;
  process.removeListener('exit', onExitEvent);
  process.removeListener('beforeExit', onBeforeExit);
}

function run(event: Event): void {
  for (const entry of Array.from(waiting)) {
    const stream = entry.stream.deref();
    if (event === 'exit') forget(entry);
    if (stream !== undefined) entry.atEnd(stream as never, event);
  }
}

const onExitEvent = (): void => run('exit');
const onBeforeExit = (): void => run('beforeExit');

/** Calls `atEnd` at the end of the process. Returns what takes that back. */
export function onExit<T extends object>(stream: T, atEnd: (stream: T, event: Event) => void): () => void {
  const entry: Waiting = { stream: new WeakRef(stream), atEnd };
  if (waiting.size === 0) {
    process.on('exit', onExitEvent);
    process.on('beforeExit', onBeforeExit);
  }
  waiting.add(entry);
  forgotten.register(stream, entry, entry);
  return () => {
    forgotten.unregister(entry);
    forget(entry);
  };
}
