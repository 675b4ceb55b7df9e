// The header `baggage` of W3C Baggage (Candidate Recommendation of 2024): what a service hands on to those it calls, name by name.

/** At least so much has to be handed on; what is beyond is dropped, the last first. */
const MAX_MEMBERS = 180;
const MAX_BYTES = 8192;
/** What is longer is not even looked at. */
const MAX_HEADER = 4 * MAX_BYTES;

/** `token` of RFC 7230. */
const KEY = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Printable ASCII without the space, the quote, the comma, the semicolon and the backslash. */
const VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;

/** One member of the list. */
export interface BaggageEntry {
  readonly key: string;
  /** Decoded. */
  readonly value: string;
  /** As it is handed on, with its properties. */
  readonly text: string;
}

/** Reads the header: members that are not valid are left out, and so is what is beyond the limits. Never throws. */
export function parseBaggage(header: unknown): BaggageEntry[] {
  if (typeof header !== 'string' || header.length > MAX_HEADER) return [];
  const entries: BaggageEntry[] = [];
  for (const member of header.split(',')) {
    const entry = parseMember(member);
    if (entry !== undefined) entries.push(entry);
  }
  return withinLimits(entries);
}

function parseMember(member: string): BaggageEntry | undefined {
  const [pair = '', ...properties] = member.split(';').map(trimmed);
  const equals = pair.indexOf('=');
  if (equals < 0) return undefined;
  const key = trimmed(pair.slice(0, equals));
  const value = trimmed(pair.slice(equals + 1));
  if (!KEY.test(key) || !VALUE.test(value) || !properties.every(isProperty)) return undefined;
  return { key, value: decoded(value), text: [`${key}=${value}`, ...properties].join(';') };
}

function isProperty(property: string): boolean {
  const equals = property.indexOf('=');
  if (equals < 0) return KEY.test(property);
  return KEY.test(trimmed(property.slice(0, equals))) && VALUE.test(trimmed(property.slice(equals + 1)));
}

/** The header for these entries; '' = none. */
export function formatBaggage(entries: readonly BaggageEntry[]): string {
  return withinLimits(entries)
    .map(({ text }) => text)
    .join(',');
}

/** An entry of one's own; undefined where the key cannot be one. Never throws. */
export function baggageEntry(key: string, value: string): BaggageEntry | undefined {
  return KEY.test(key) ? { key, value, text: `${key}=${encoded(value)}` } : undefined;
}

function withinLimits(entries: readonly BaggageEntry[]): BaggageEntry[] {
  const kept: BaggageEntry[] = [];
  let bytes = -1;
  for (const entry of entries) {
    if (kept.length === MAX_MEMBERS || bytes + 1 + entry.text.length > MAX_BYTES) break;
    bytes += 1 + entry.text.length;
    kept.push(entry);
  }
  return kept;
}

/** Percent-encoded as UTF-8, but for what may stand as it is. Lone surrogates become U+FFFD. */
function encoded(value: string): string {
  return value.replace(/[^\x21\x23\x24\x26-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+/g, (text) =>
    Buffer.from(text).toString('hex').toUpperCase().replace(/../g, '%$&'),
  );
}

/** What is no UTF-8 becomes U+FFFD. */
function decoded(value: string): string {
  if (!value.includes('%')) return value;
  const bytes = value.replace(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function trimmed(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '');
}
