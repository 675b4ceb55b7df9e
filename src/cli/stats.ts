/** `ttlog stats PID | FOLDER | FILE`: how the rings of a process stand, from outside. */
import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as L from '../core/layout.js';
import type { BlackBoxFacts } from '../recorder/black-box-facts.js';
import { factsOf } from '../recorder/black-box-facts.js';
import { boxedProcess, isRunning } from '../recorder/black-box-processes.js';
import { harmlessJson, printable } from '../recorder/escape.js';
import { line } from '../recorder/paint.js';
import { ReaderBlock } from '../recorder/reader-block.js';
import { copyRingFiles, ringFilesAt } from '../recorder/ring-files.js';
import { viewRing } from '../recorder/ring-view.js';
import { DEFAULT_MAX_BYTES } from '../recorder/snapshot-bytes.js';
import { RingSource } from '../recorder/snapshot-rings.js';
import { parsePid } from './arguments.js';
import type { Terminal } from './terminal.js';
import { bytesText } from './units.js';
import { EXIT_DONE, EXIT_FAILED, UsageError } from './usage.js';

interface RingStats {
  readonly thread_id: number;
  readonly recorded: number;
  /** Could not be written. */
  readonly dropped: number;
  /** Recorded, and not handed to sinks yet. */
  readonly waiting_bytes: number;
  readonly capacity_bytes: number;
  /** Names of callsites, fields and repeated texts. */
  readonly dictionary_bytes: number;
  readonly ended: boolean;
}

/** Runs the command; resolves to the exit status. */
export async function stats(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { dir: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [target, ...more] = positionals;
  if (target === undefined || more.length > 0)
    throw new UsageError(`Expected one process id, folder or ring file, got ${positionals.length}`);
  const { rings, damage } = copyRingFiles(filesOf(target, values.dir), DEFAULT_MAX_BYTES);
  for (const remark of damage) terminal.warn(`ttlog: ${printable(remark)}\n`);
  const of = ofProcess(rings.map(factsOf).find((found) => found !== undefined));
  const all = rings.map(statsOf);
  terminal.write(
    values.json ? `${harmlessJson(JSON.stringify({ ...of, rings: all }))}\n` : text(of, all, terminal.color),
  );
  return damage.length > 0 ? EXIT_FAILED : EXIT_DONE;
}

function filesOf(target: string, dir: string | undefined): string[] {
  const exists = statSync(target, { throwIfNoEntry: false }) !== undefined;
  const pid = parsePid(target);
  const path = exists || pid === undefined ? target : boxedProcess(pid, dir).folder;
  const files = ringFilesAt(path);
  if (files === undefined) throw new Error(`Expected ring files at ${path}, found none`);
  return files;
}

function statsOf(bytes: Uint8Array): RingStats {
  const source = new RingSource(bytes.buffer);
  const ring = viewRing(bytes);
  const published = ring.i32[L.PUBLISHED_I32];
  const waiting = [L.READER_THREAD, L.READER_LOCAL]
    .map((reader) => new ReaderBlock(ring.i32, reader))
    .filter((block) => block.isAttached)
    .map((block) => Math.max((published - block.delivered) | 0, 0) * 8);
  return {
    thread_id: ring.threadId,
    recorded: source.recorded,
    dropped: source.dropped,
    waiting_bytes: Math.max(0, ...waiting),
    capacity_bytes: ring.capacityBytes,
    dictionary_bytes: source.dictionary.byteLength,
    ended: ring.i32[L.CLOSED_I32] === 1,
  };
}

interface ProcessStats {
  readonly service: string;
  readonly pid: number;
  readonly running: boolean;
  readonly started: string;
  readonly ttlog: string;
  readonly node: string;
}

/** Of a ring that nobody wrote his name on, as little as is known. */
function ofProcess(facts: BlackBoxFacts | undefined): ProcessStats {
  if (facts === undefined) return { service: '?', pid: 0, running: false, started: '?', ttlog: '?', node: '?' };
  const { pid, nodeVersion } = facts.process;
  const started = new Date(facts.startedMs).toISOString();
  return { service: facts.service, pid, running: isRunning(pid), started, ttlog: facts.ttlog, node: nodeVersion };
}

function text(
  { service, pid, running, started, node }: ProcessStats,
  all: readonly RingStats[],
  color: boolean,
): string {
  const state = running ? 'runs' : 'is gone';
  let out = line(
    [[printable(service), 'bold'], [`  process ${pid} ${state}, started ${started}, Node ${printable(node)}`]],
    color,
  );
  for (const ring of all) {
    const { recorded, dropped, waiting_bytes: waiting, capacity_bytes: capacity, ended } = ring;
    const remarks = `${dropped > 0 ? `, ${dropped.toLocaleString('en-US')} dropped` : ''}${ended ? ', ended' : ''}`;
    const counts = `${recorded.toLocaleString('en-US')} recorded${remarks}, ${bytesText(waiting)} waiting for sinks`;
    out += line([[`  thread ${ring.thread_id}  `, 'dim'], [`${counts}, ring of ${bytesText(capacity)}`]], color);
  }
  return out;
}
