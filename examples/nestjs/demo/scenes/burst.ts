import type { LogRecord } from 'ttlog';
import { setFilter } from 'ttlog';
import { answer, heading, request, say } from '../narrator.js';
import type { Answer } from '../shop-client.js';
import type { OpenShop } from './shop.js';

const CUSTOMERS = 300;

/** Many at once, summarised. */
export async function burst({ client, ttlog, records }: OpenShop): Promise<void> {
  heading(`${CUSTOMERS} customers at once`);
  say('Nothing goes to the console meanwhile. The recorder keeps everything all the same.\n');
  setFilter('off');
  await ttlog.flush();
  records.length = 0;

  request(`${CUSTOMERS} orders, every tenth with an empty account`);
  const startedAt = performance.now();
  const answers = await Promise.all(
    Array.from({ length: CUSTOMERS }, (_, i) =>
      client.order(`customer-${i}`, i % 2 === 0 ? 'grinder' : 'espresso-machine', i % 10 === 0 ? 'declined' : 'good'),
    ),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  await ttlog.flush();
  answer(`${statuses(answers)}, in ${seconds.toFixed(2)} s`);

  const { dropped, lapped } = ttlog.stats();
  const spans = records.filter(({ kind }) => kind === 'span').length;
  say(
    `\nrecorded   ${records.length.toLocaleString('en')} records: ${(records.length - spans).toLocaleString('en')} events, ${spans.toLocaleString('en')} spans`,
  );
  say(`lost       ${dropped + lapped}`);
  say(`mixed up   ${mixedUp(records)} (records whose trace, request and customer do not belong together)`);
  say('\nWhere the time went, by span:\n');
  say(slowest(records));
}

function statuses(answers: readonly Answer[]): string {
  const counts = new Map<number, number>();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} × ${status}`).join(', ');
}

/** A trace is one request, and one customer. */
function mixedUp(records: readonly LogRecord[]): number {
  const ownerOf = new Map<string, string>();
  let strangers = 0;
  for (const { traceId = '', values } of records) {
    for (const key of ['request_id', 'customer_id']) {
      const owner = values[key];
      if (typeof owner !== 'string') continue;
      const known = ownerOf.get(traceId + key) ?? owner;
      ownerOf.set(traceId + key, known);
      if (known !== owner) strangers++;
    }
  }
  return strangers;
}

function slowest(records: readonly LogRecord[]): string {
  const durations = new Map<string, number[]>();
  for (const { kind, message, durationMs } of records) {
    if (kind !== 'span' || durationMs === undefined) continue;
    durations.set(message, [...(durations.get(message) ?? []), durationMs]);
  }
  const ms = (value: number): string => `${value.toFixed(1)} ms`.padStart(10);
  const rows = [...durations].map(([name, all]) => {
    const sorted = all.sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    return { name, count: sorted.length, p50: at(0.5), p99: at(0.99) };
  });
  return rows
    .sort((a, b) => b.p50 - a.p50)
    .map(
      ({ name, count, p50, p99 }) =>
        `${name.padEnd(28)} ${String(count).padStart(6)} ×   p50 ${ms(p50)}   p99 ${ms(p99)}`,
    )
    .join('\n');
}
