/** Who wrote a ring: in its header, so that a ring file explains itself. */
import { readFileSync } from 'node:fs';
import * as L from '../core/layout.js';
import type { ProcessFacts } from './snapshot-process.js';
import { processFacts } from './snapshot-process.js';
import { TTLOG_VERSION } from './version.js';

export interface BlackBoxFacts {
  readonly ttlog: string;
  readonly service: string;
  /** ms since the epoch. */
  readonly startedMs: number;
  /** Of the kernel; another after each boot. undefined where it cannot be read. */
  readonly bootId?: string;
  readonly threadId: number;
  /** Name of the ring's file. */
  readonly file?: string;
  readonly process: ProcessFacts;
}

/** Of the running thread. */
export function blackBoxFacts(service: string, threadId: number): BlackBoxFacts {
  const bootId = readBootId();
  return {
    ttlog: TTLOG_VERSION,
    service,
    startedMs: Math.round(performance.timeOrigin),
    ...(bootId === undefined ? {} : { bootId }),
    threadId,
    process: processFacts(),
  };
}

function readBootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return undefined;
  }
}

/** What has room in the header: the longest of the process facts go first. */
export function writeFacts(ring: Uint8Array, facts: BlackBoxFacts): void {
  const { environmentNames: _names, activeResources: _active, versions: _versions, ...shorter } = facts.process;
  const { argv: _argv, execArgv: _execArgv, environment: _environment, cwd: _cwd, ...shortest } = shorter;
  for (const process of [facts.process, shorter, shortest]) {
    const text = new TextEncoder().encode(JSON.stringify({ ...facts, service: facts.service.slice(0, 256), process }));
    if (text.length > L.MAX_FACTS_BYTES) continue;
    ring.set(text, L.FACTS_OFFSET + 4);
    new DataView(ring.buffer, ring.byteOffset, ring.byteLength).setUint32(L.FACTS_OFFSET, text.length, true);
    return;
  }
}

/** undefined where the ring is in memory only, or its header makes no sense. */
export function factsOf(ring: Uint8Array): BlackBoxFacts | undefined {
  if (ring.length < L.HEADER_BYTES) return undefined;
  const length = new DataView(ring.buffer, ring.byteOffset, ring.byteLength).getUint32(L.FACTS_OFFSET, true);
  if (length === 0 || length > L.MAX_FACTS_BYTES) return undefined;
  try {
    const text = new TextDecoder().decode(ring.slice(L.FACTS_OFFSET + 4, L.FACTS_OFFSET + 4 + length));
    const facts = JSON.parse(text) as BlackBoxFacts;
    return isPlausible(facts) ? facts : undefined;
  } catch {
    return undefined;
  }
}

function isPlausible(facts: unknown): facts is BlackBoxFacts {
  if (typeof facts !== 'object' || facts === null) return false;
  const { service, startedMs, process, file } = facts as Record<string, unknown>;
  return (
    typeof service === 'string' &&
    typeof startedMs === 'number' &&
    (file === undefined || typeof file === 'string') &&
    typeof process === 'object' &&
    process !== null &&
    typeof (process as { pid?: unknown }).pid === 'number'
  );
}
