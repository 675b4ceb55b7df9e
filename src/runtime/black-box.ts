/** The black box of a running ttlog: its rings in files that outlive it, and what predecessors left in theirs. */
import { reasonOf } from '../core/errors.js';
import { getLogger } from '../core/logger.js';
import type { BlackBoxFacts } from '../recorder/black-box-facts.js';
import type { BlackBoxFolder } from '../recorder/black-box-folder.js';
import type { Predecessor } from '../recorder/black-box-predecessors.js';
import { recorderProgram } from '../recorder/carried-program.js';
import type { RecorderHandle } from '../recorder/index.js';
import { ringBytes } from '../recorder/ring-view.js';
import { keepRing, tellUnavailable } from './keep-ring.js';

const REASON = 'died without a word';
/** Names of open spans that the record about a predecessor has. */
const MAX_NAMED_SPANS = 20;

export interface BlackBoxOptions {
  /** The folder that has a folder for each process; undefined = the standard one. */
  readonly dir: string | undefined;
  readonly service: string;
  readonly threadId: number;
}

/** `undefined` where it cannot be had: a warning says why, and the ring is an ordinary one. */
export function openBlackBox(options: BlackBoxOptions): BlackBox | undefined {
  try {
    return new BlackBox(options);
  } catch (error) {
    tellUnavailable(error);
    return undefined;
  }
}

export class BlackBox {
  /** Of this process. */
  readonly folder: string;
  readonly #base: string;
  readonly #folder: BlackBoxFolder;
  readonly #facts: BlackBoxFacts;
  /** Whose records are being delivered. */
  #predecessors: Predecessor[] = [];

  constructor({ dir, service, threadId }: BlackBoxOptions) {
    const program = recorderProgram();
    if (process.platform !== 'linux') throw program.blackBoxError(`Linux, got ${process.platform}`);
    this.#base = dir ?? program.standardBlackBoxDir();
    this.#folder = new program.BlackBoxFolder(this.#base, service);
    this.folder = this.#folder.path;
    this.#facts = program.blackBoxFacts(service, threadId);
  }

  /** Puts a ring of this thread into a file. One that finds no room stays an ordinary ring: a warning says so. */
  keep(ring: SharedArrayBuffer): void {
    keepRing(recorderProgram(), this.folder, ring, this.#facts);
  }

  /** The memory of an ended thread's ring is given up. */
  forget(ring: SharedArrayBuffer): void {
    recorderProgram().unlinkRing(this.folder, ring);
  }

  /** Delivers what dead predecessors still owed to sinks, makes a snapshot of each in `snapshotDir`, and says so. */
  takeOver(recorder: RecorderHandle, snapshotDir: string): void {
    const { isOnDisk, removeStale, slug, takePredecessors } = recorderProgram();
    const { native } = this.#folder;
    const name = slug(this.#facts.service, 64, 'app');
    this.#predecessors = takePredecessors(this.#base, name, native);
    for (const predecessor of this.#predecessors) {
      for (const ring of predecessor.rings) recorder.addRing(ring);
      tellOf(predecessor, snapshotDir);
    }
    const stale = removeStale(this.#base, name, native);
    if (stale.length > 0) getLogger('ttlog').info('Removed black boxes that nobody came for', { folders: stale });
    if (isOnDisk(this.folder))
      getLogger('ttlog').warn('The black box is on a disk, whose writes can stop this thread: put it on tmpfs', {
        folder: this.folder,
      });
    if (this.#predecessors.length > 0) void recorder.flush().then(() => this.#settle(recorder));
  }

  /** At a clean end. Where something is left, the next start finds it. */
  end(isDelivered: boolean): void {
    for (const predecessor of this.#predecessors.splice(0)) {
      if (isDelivered) predecessor.remove();
      else predecessor.leave();
    }
    if (isDelivered) this.#folder.remove();
  }

  #settle(recorder: RecorderHandle): void {
    for (const predecessor of this.#predecessors.splice(0)) {
      for (const ring of predecessor.rings) recorder.removeRing(ring);
      predecessor.remove();
    }
  }
}

function tellOf({ rings, facts, damagedFiles }: Predecessor, dir: string): void {
  const { compressSnapshot, snapshotOfRings, writeSnapshotSync } = recorderProgram();
  const { header, records, openSpans } = snapshotOfRings(rings.map(ringBytes));
  const { epochNs } = header.clock;
  const diedMs = Number(epochNs / 1_000_000n);
  const { service } = facts;
  const told: Record<string, unknown> = {
    predecessor_pid: header.process.pid,
    started: new Date(facts.startedMs),
    last_record: new Date(diedMs),
    records: records.length,
    open_spans: openSpans.slice(-MAX_NAMED_SPANS).map(({ name }) => name),
    ...(damagedFiles === 0 ? {} : { damaged_files: damagedFiles }),
  };
  try {
    const uptimeSeconds = Math.max(0, diedMs - facts.startedMs) / 1000;
    const process = { ...header.process, uptimeSeconds };
    const { path } = writeSnapshotSync({ dir, service, reason: REASON, origin: 'ring', rings, process, epochNs });
    told['snapshot'] = path;
    void compressSnapshot(path);
  } catch (error) {
    told['snapshot_failed'] = reasonOf(error);
  }
  getLogger('ttlog').warn(
    'A predecessor of this process died without a word; what it delivered last may be there twice',
    told,
  );
}
