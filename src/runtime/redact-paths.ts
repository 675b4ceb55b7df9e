/**
 * Paths of redaction (`req.headers.*`, `**.card.number`) as an automaton that is stepped by one name after the other. Its states are
 * made when they are first needed and kept; how many there are depends on the rules, never on the names in the data.
 */

/** A segment of a path: a name, one segment of any name, or any number of segments. */
export type PathSegment = string | typeof ANY | typeof ANY_DEPTH;
export const ANY: unique symbol = Symbol('*');
export const ANY_DEPTH: unique symbol = Symbol('**');
const END: unique symbol = Symbol('end');

/** Rules can be written that have very many states: those beyond are made anew each time. */
const MAX_STATES = 4096;
/** As in records: longer names are cut. */
const MAX_NAME_LENGTH = 256;

interface Automaton {
  /** The segments of all paths, each path followed by END. */
  readonly tokens: readonly (PathSegment | typeof END)[];
  readonly states: Map<string, PathState>;
}

/** How far each path has been followed by the names so far. */
export class PathState {
  /** True where a path ends here: the value is to be hidden, with all that is in it. */
  readonly isEnd: boolean;
  /** True where no path goes on: nothing below can be hidden by one. */
  readonly isDead: boolean;
  private readonly automaton: Automaton;
  private readonly positions: readonly number[];
  /** Names that make a difference here; all the others go to `other`. */
  private readonly named = new Map<string, PathState | null>();
  private other: PathState | null = null;

  constructor(automaton: Automaton, positions: readonly number[]) {
    this.automaton = automaton;
    this.positions = positions;
    this.isDead = positions.length === 0;
    this.isEnd = positions.some((position) => automaton.tokens[position] === END);
    for (const position of positions) {
      const token = automaton.tokens[position];
      if (typeof token === 'string') this.named.set(token, null);
    }
  }

  /** The state behind a name. One with dots in it is also the path that it spells: `{ 'user.email': … }` is hidden by `user.email`. */
  step(name: string): PathState {
    if (this.isDead) return this;
    const cut = name.length > MAX_NAME_LENGTH ? name.slice(0, MAX_NAME_LENGTH) : name;
    const whole = this.stepWhole(cut);
    if (whole.isEnd || !cut.includes('.')) return whole;
    // oxlint-disable-next-line typescript/no-this-alias
    let spelled: PathState = this;
    for (const part of cut.split('.')) {
      spelled = spelled.stepWhole(part);
      if (spelled.isEnd || spelled.isDead) break;
    }
    if (spelled.isEnd || whole.isDead) return spelled;
    return spelled.isDead ? whole : stateAt(this.automaton, new Set([...whole.positions, ...spelled.positions]));
  }

  private stepWhole(name: string): PathState {
    const known = this.named.get(name);
    if (known === undefined) return (this.other ??= this.move(null));
    if (known !== null) return known;
    const next = this.move(name);
    this.named.set(name, next);
    return next;
  }

  /** `null` is any name that no path asks for here. */
  private move(name: string | null): PathState {
    const next = new Set<number>();
    for (const position of this.positions) {
      const token = this.automaton.tokens[position];
      if (token === ANY_DEPTH) next.add(position);
      else if (token === ANY || (token === name && name !== null)) next.add(position + 1);
    }
    return stateAt(this.automaton, next);
  }
}

function stateAt(automaton: Automaton, reached: Set<number>): PathState {
  // `**` may be no segment at all. A set that grows while it is walked is walked to its end.
  for (const position of reached) if (automaton.tokens[position] === ANY_DEPTH) reached.add(position + 1);
  const positions = [...reached].sort((a, b) => a - b);
  const key = positions.join();
  const known = automaton.states.get(key);
  if (known !== undefined) return known;
  const state = new PathState(automaton, positions);
  if (automaton.states.size < MAX_STATES) automaton.states.set(key, state);
  return state;
}

/** The state before the first name: that of a top-level field. */
export function compilePaths(paths: readonly (readonly PathSegment[])[]): PathState {
  const tokens: (PathSegment | typeof END)[] = [];
  const starts = new Set<number>();
  for (const path of paths) {
    starts.add(tokens.length);
    tokens.push(...path, END);
  }
  return stateAt({ tokens, states: new Map() }, starts);
}
