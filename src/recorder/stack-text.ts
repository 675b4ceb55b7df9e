// A stack for people: paths from the working directory, runs of other people's frames in one line.

import { sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** One line of a stack. */
export interface FrameLine {
  readonly text: string;
  /** Not the application's own code. */
  readonly isForeign: boolean;
}

export interface StackOptions {
  /** Paths below it are shown from there. Default: as they are. */
  readonly cwd?: string | undefined;
  /** Runs of frames of Node and of packages become one line each, but for the first frame: that is where it was thrown. */
  readonly folds?: boolean;
  /** The stack of the error that this one caused: what both have at their ends is not shown again. */
  readonly above?: string | undefined;
}

interface Frame extends FrameLine {
  /** `express`, `node`; empty where it cannot be said. */
  readonly owner: string;
}

/** The `at …` lines of a stack. */
export function stackLines(stack: string, options: StackOptions = {}): FrameLine[] {
  const texts = frameTexts(stack);
  const shared = options.above === undefined ? 0 : sharedFrames(texts, frameTexts(options.above));
  const frames = texts.slice(0, texts.length - shared).map((text) => frameOf(text, options.cwd));
  const lines = options.folds === true ? folded(frames) : frames;
  return shared === 0 ? lines : [...lines, { text: `… ${shared} as above`, isForeign: true }];
}

/** Where a package manager puts ttlog, or a check-out of it is. */
const OWN_CODE = /[\\/]ttlog[\\/]dist[\\/](?:esm|cjs)[\\/]/;

/** Without those of ttlog's wrappers: they are between any two methods that are instrumented. */
function frameTexts(stack: string): string[] {
  const frames = stack
    .split('\n')
    .map((text) => text.trim())
    .filter((text) => text.startsWith('at '));
  const others = frames.filter((frame) => !OWN_CODE.test(frame));
  return others.length > 0 ? others : frames;
}

/**
 * How many of its last frames the stack above has too, in a row, where that is worth a line of its own. Not always at its end: a stack is
 * cut after some frames, and the deeper one has fewer of the outer ones.
 */
function sharedFrames(own: readonly string[], above: readonly string[]): number {
  let most = 0;
  for (let end = above.length; end > most; end--) {
    let shared = 0;
    while (shared < own.length && shared < end && own.at(-1 - shared) === above[end - 1 - shared]) shared++;
    most = Math.max(most, shared);
  }
  return most >= 2 ? most : 0;
}

function frameOf(text: string, cwd: string | undefined): Frame {
  const owner = ownerOf(text);
  return {
    text: cwd === undefined ? text : fromDirectory(text, cwd),
    isForeign: owner !== undefined,
    owner: owner ?? '',
  };
}

/** undefined for the application's own code. */
function ownerOf(text: string): string | undefined {
  const inPackages = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/:)]+)/.exec(text);
  if (inPackages !== null) return inPackages[1].replace('\\', '/');
  if (text.includes('node:')) return 'node';
  return text.includes('<anonymous>)') || /\((?:index \d+|native)\)$/.test(text) ? '' : undefined;
}

function fromDirectory(text: string, cwd: string): string {
  const path = cwd.endsWith(sep) ? cwd : cwd + sep;
  if (path === '/') return text;
  return text.replace(pathToFileURL(path).href, '').replace(path, '');
}

function folded(frames: readonly Frame[]): FrameLine[] {
  const lines: FrameLine[] = frames.slice(0, 1);
  for (let from = 1; from < frames.length;) {
    let to = from;
    while (to < frames.length && frames[to].isForeign) to++;
    const run = frames.slice(from, to);
    if (run.length === 0) lines.push(frames[to++]);
    else if (run.length === 1) lines.push(run[0]);
    else lines.push({ text: foldedText(run), isForeign: true });
    from = to;
  }
  return lines;
}

function foldedText(run: readonly Frame[]): string {
  const owners = [...new Set(run.map(({ owner }) => owner))].filter((owner) => owner !== '');
  return owners.length === 0 ? `… ${run.length} more` : `… ${run.length} in ${owners.join(', ')}`;
}
