import { expect, test } from 'vitest';
import type { LogBackend } from 'ttlog';
import { info, init, installBackend } from 'ttlog';
import { memorySink } from 'ttlog/sinks';

test('a backend that passes on what it gets is flushed before the sinks are, and loses nothing', async () => {
  const memory = memorySink();
  const handle = init({ service: 'shop', sinks: [memory] });
  const waiting: Parameters<LogBackend['emit']>[0][] = [];
  let flushes = 0;
  const ring = installBackend({
    emit: (event) => void waiting.push(event),
    flush() {
      flushes++;
      for (const event of waiting.splice(0)) ring.emit(event);
      ring.flush();
    },
    setLevel: (level) => ring.setLevel(level),
  });
  try {
    info('First', { a: 1 });
    await handle.flush();
    expect(memory.records.map(({ message, values }) => [message, values])).toEqual([['First', { a: 1 }]]);
    info('Second');
    handle.flushSync();
    expect(memory.records.map(({ message }) => message)).toEqual(['First', 'Second']);
    expect(flushes).toBe(2);
    handle.setLevel('error');
    info('Below');
    info('Last');
  } finally {
    installBackend(ring);
    await handle.shutdown();
  }
  expect(memory.records).toHaveLength(2);
});
