/** `ttlog stats PID | FOLDER | FILE`: how the rings of a process stand, from outside. */
import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { BlackBoxFacts } from '../recorder/black-box-facts.js';
import { factsOf } from '../recorder/black-box-facts.js';
import { boxedProcess, boxedProcesses } from '../recorder/black-box-processes.js';
import { harmlessJson, printable } from '../recorder/escape.js';
import { isRunning } from '../recorder/is-running.js';
import { line } from '../recorder/paint.js';
import { copyRingFiles, ringFilesAt } from '../recorder/ring-files.js';
import type { RingStats } from '../recorder/ring-stats.js';
import { ringStats } from '../recorder/ring-stats.js';
import { DEFAULT_MAX_BYTES } from '../recorder/snapshot-bytes.js';
import { parsePid } from './arguments.js';
import type { Terminal } from './terminal.js';
import { bytesText } from './units.js';
import { EXIT_DONE, EXIT_FAILED, UsageError } from './usage.js';

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
  const all = rings.map(ringStats);
  terminal.write(
    values.json ? `${harmlessJson(JSON.stringify({ ...of, rings: all }))}\n` : text(of, all, terminal.color),
  );
  return damage.length > 0 ? EXIT_FAILED : EXIT_DONE;
}

function filesOf(target: string, dir: string | undefined): string[] {
  const exists = statSync(target, { throwIfNoEntry: false }) !== undefined;
  const pid = parsePid(target);
  const path = exists || pid === undefined ? target : boxedProcess(pid, dir).folder;
  // A folder of black boxes: the newest, as `ttlog tail` has it.
  const files = ringFilesAt(path) ?? ringFilesAt(exists ? (boxedProcesses(path).at(-1)?.folder ?? path) : path);
  if (files === undefined) throw new Error(`Expected ring files at ${path}, found none`);
  return files;
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
