/** `ttlog snapshot PID`: a snapshot of a living process from outside, from its black box. The process does nothing for it, and notices nothing. */
import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { factsOf } from '../recorder/black-box-facts.js';
import { boxedProcess } from '../recorder/black-box-processes.js';
import { harmlessJson, printable } from '../recorder/escape.js';
import { copyRingFiles, ringFilesAt, snapshotOfRings } from '../recorder/ring-files.js';
import { DEFAULT_MAX_BYTES } from '../recorder/snapshot-bytes.js';
import { compressSnapshot, writeSnapshotSync } from '../recorder/snapshot.js';
import type { SnapshotInfo } from '../recorder/snapshot.js';
import { parsePid } from './arguments.js';
import type { Terminal } from './terminal.js';
import { bytesText, countText } from './units.js';
import { EXIT_DONE, EXIT_FAILED, UsageError } from './usage.js';

/** Runs the command; resolves to the exit status. */
export async function snapshot(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      dir: { type: 'string' },
      out: { type: 'string', default: '.' },
      reason: { type: 'string', default: 'from outside' },
      json: { type: 'boolean', default: false },
    },
  });
  const [target, ...more] = positionals;
  const pid = target === undefined ? undefined : parsePid(target);
  if (pid === undefined || more.length > 0)
    throw new UsageError(`Expected one process id, got ${positionals.join(' ') || 'none'}`);
  const { folder } = boxedProcess(pid, values.dir);
  const { info, damage } = await copy(folder, values.out, values.reason);
  for (const text of damage) terminal.warn(`ttlog: ${printable(text)}\n`);
  terminal.write(
    values.json
      ? `${harmlessJson(JSON.stringify(info))}\n`
      : `${printable(info.path)}  ${countText(info.records, 'record')}, ${bytesText(info.bytes)}\n`,
  );
  return damage.length > 0 ? EXIT_FAILED : EXIT_DONE;
}

async function copy(folder: string, dir: string, reason: string): Promise<{ info: SnapshotInfo; damage: string[] }> {
  const { rings, damage } = copyRingFiles(ringFilesAt(folder) ?? [], DEFAULT_MAX_BYTES);
  const facts = rings.map(factsOf).find((found) => found !== undefined);
  const { header, openSpans } = snapshotOfRings(rings);
  const raw = writeSnapshotSync({
    dir,
    service: facts?.service ?? 'app',
    reason,
    origin: 'outside',
    rings: rings.map(({ buffer }) => buffer as ArrayBuffer),
    openSpans,
    process: header.process,
  });
  const path = await compressSnapshot(raw.path);
  return { info: { ...raw, path, bytes: statSync(path).size }, damage };
}
