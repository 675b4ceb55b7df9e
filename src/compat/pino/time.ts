/** The time of a line, as pino writes it: a piece of JSON that begins with a comma. */
const NS_PER_MS = 1_000_000n;
const startedAtNs = BigInt(Date.now()) * NS_PER_MS;
const startedTicks = process.hrtime.bigint();

export const epochTime = (): string => `,"time":${Date.now()}`;
const unixTime = (): string => `,"time":${Math.round(Date.now() / 1000)}`;
export const nullTime = (): string => '';
// Date.now() is what tests and applications replace.
const isoTime = (): string => `,"time":"${new Date(Date.now()).toISOString()}"`;

/** RFC 3339 with nine digits: wall time at the start, monotonic from there. */
function isoTimeNano(): string {
  const nowNs = startedAtNs + (process.hrtime.bigint() - startedTicks);
  const seconds = new Date(Number(nowNs / NS_PER_MS)).toISOString().slice(0, -5);
  return `,"time":"${seconds}.${String(nowNs % 1_000_000_000n).padStart(9, '0')}Z"`;
}

/**
 * What `timestamp` may be.
 *
 * @example
 * import pino, { stdTimeFunctions } from 'ttlog/pino';
 * const lines: string[] = [];
 * pino({ base: null, timestamp: stdTimeFunctions.nullTime }, { write: (line) => lines.push(line) }).info('no time');
 * lines; // => ['{"level":30,"msg":"no time"}\n']
 */
export const stdTimeFunctions = { epochTime, unixTime, nullTime, isoTime, isoTimeNano };
