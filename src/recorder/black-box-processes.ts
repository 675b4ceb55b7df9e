/** The black boxes of other processes, as somebody outside looks for them. Nothing here needs, or disturbs, the process. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseFolderName, ringFiles, standardBlackBoxDir } from './black-box-folder.js';
import { isRunning } from './is-running.js';

export interface BoxedProcess {
  readonly folder: string;
  readonly service: string;
  readonly pid: number;
  /** When it began, as file names have it: it sorts. */
  readonly time: string;
}

/** Those that have left a black box in a folder, the newest last. Throws the error of the system where it cannot be read. */
export function boxedProcesses(base: string): BoxedProcess[] {
  const found: BoxedProcess[] = [];
  for (const name of readdirSync(base)) {
    const parsed = parseFolderName(name);
    if (parsed !== undefined) found.push({ folder: join(base, name), ...parsed });
  }
  return found.sort((a, b) => (a.time < b.time ? -1 : 1));
}

/** The black box of a process; process ids repeat, so the newest. `dir`: where black boxes are; undefined = where its user's are. Throws where there is none. */
export function boxedProcess(pid: number, dir: string | undefined): BoxedProcess {
  const base = dir ?? standardBlackBoxDir(userOf(pid));
  let why = `there is none in ${base}`;
  try {
    const found = boxedProcesses(base).findLast((each) => each.pid === pid && ringFiles(each.folder).length > 0);
    if (found !== undefined) return found;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') why = `${base} may be read by the process's own user only`;
    else if (code !== 'ENOENT') why = message;
  }
  const hint = isRunning(pid)
    ? `Start it with init({ blackBox: true }), which needs koffi before Node 26.1 (npm install koffi), or name the folder (--dir) where it has another. A process with snapshots: { signal: 'SIGUSR2' } takes one at kill -USR2 ${pid}`
    : `There is no process ${pid}`;
  throw new Error(`Expected a black box of process ${pid}, but ${why}. ${hint}`);
}

function userOf(pid: number): number | undefined {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
}
