// Processes that die without a word, and those that come after them. Each test has a folder of black boxes of its own, on tmpfs.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { readRingFiles, ringFilesAt } from '../../src/recorder/ring-files.js';
import type { LogRecord } from '../../src/recorder/record.js';
import type { Snapshot } from '../../src/recorder/snapshot.js';
import { runChild } from '../support/child.js';
import type { ChildRun } from '../support/child.js';

export interface Place {
  readonly dir: string;
  readonly boxes: string;
  readonly log: string;
  readonly snapshots: string;
}

/** A place for each test: `boxes` is where black boxes go, `log` the file of the sink. */
export function places(): () => Place {
  let place: Place;
  beforeEach(() => {
    const dir = mkdtempSync('/dev/shm/ttlog-test-');
    place = { dir, boxes: join(dir, 'boxes'), log: join(dir, 'shop.ndjson'), snapshots: join(dir, 'snapshots') };
  });
  afterEach(() => rmSync(place.dir, { recursive: true, force: true }));
  return () => place;
}

/** Runs `body` in a service that has a black box. In it: the api, `handle`, `say(text)` that returns when it is written. */
export function service(
  { boxes, log, snapshots }: Place,
  body: string,
  options = '',
  flags: string[] = [],
): Promise<ChildRun> {
  const code = `
    import * as api from 'ttlog';
    import { fileSink } from 'ttlog/sinks';
    import { writeSync } from 'node:fs';
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    const { addContext, debug, error, getLogger, info, init, span, trace, warn, withContext, withSpan } = api;
    const say = (text) => writeSync(1, text + '\\n');
    debug('Before init');
    const handle = init({
      service: 'shop', blackBox: ${JSON.stringify(boxes)}, sinks: [fileSink({ path: ${JSON.stringify(log)} })],
      snapshots: { dir: ${JSON.stringify(snapshots)}, crash: false }, ${options}
    });
    ${body}
  `;
  return runChild(code, { args: flags });
}

/** The folders of processes that have left one. */
export function boxesIn({ boxes }: Place): string[] {
  return readdirSync(boxes).map((name) => join(boxes, name));
}

/** What is in the rings of the one process that has left a black box. */
export function boxOf(place: Place): Snapshot {
  const [folder, ...others] = boxesIn(place);
  if (folder === undefined || others.length > 0)
    throw new Error(`Expected one black box, got ${others.length + (folder === undefined ? 0 : 1)}`);
  return readRingFiles(ringFilesAt(folder) ?? [], 2 ** 30);
}

export function messages(records: readonly LogRecord[], message: string): LogRecord[] {
  return records.filter((record) => record.message === message);
}
