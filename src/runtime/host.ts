/** What Node gives the core: `util.inspect`, and a keyed hash. */
import { scopes } from '../context/scope-store.js';
import { INSPECT_FIELDS } from '../core/field.js';
import { state } from '../core/state.js';
import { crypto, util } from '../recorder/lazy-node.js';

/** Hex digits of a hash in a record: enough to tell values apart, too few to be worth guessing at. */
const HASH_DIGITS = 16;

const INSPECT_OPTIONS = {
  depth: 6,
  maxArrayLength: 100,
  maxStringLength: 8192,
  breakLength: Infinity,
  [INSPECT_FIELDS]: true,
};

/**
 * Equal values have equal hashes within one process and, where `TTLOG_HASH_KEY` is set, across processes; without the key they
 * cannot be guessed.
 */
export function installHost(): void {
  // A bundle of an application that only logs has no other reason to bring the store along.
  state.scopes ??= scopes as never;
  state.host.inspect ??= (value) => util().inspect(value, INSPECT_OPTIONS);
  state.host.hash ??= hash;
}

function hash(text: string): string {
  return crypto().createHmac('sha256', hashKey()).update(text).digest('hex').slice(0, HASH_DIGITS);
}

/** The key of this process; threads that join are given it, so that equal values have equal hashes in all of them. */
export function hashKey(): string {
  return (state.host.hashKey ??= process.env['TTLOG_HASH_KEY'] ?? crypto().randomBytes(32).toString('hex'));
}
