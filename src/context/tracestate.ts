// The header `tracestate` of W3C Trace Context (Recommendation of 2021-11-23, §3.3): passed on, never added to.

/** What a list may have. */
const MAX_MEMBERS = 32;
/** At least so much has to be passed on; more is cut, as §3.3.1.5 says: over-long members first, then from the end. */
const MAX_LENGTH = 512;
const LONG_MEMBER = 128;
/** No list of 32 members is longer. */
const MAX_HEADER = MAX_MEMBERS * 600;

/** Also keys that begin with a digit, which Level 2 allows. */
const MEMBER = /^([a-z0-9][a-z0-9_\-*/@]{0,255})=([\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e])$/;

/** The header as it is passed on; '' where it is none, or not valid: then all of it is dropped. Never throws. */
export function passedTracestate(header: unknown): string {
  if (typeof header !== 'string' || header.length > MAX_HEADER) return '';
  const members = header
    .split(',')
    .map(trimmed)
    .filter((member) => member !== '');
  if (members.length > MAX_MEMBERS) return '';
  const keys = new Set<string>();
  for (const member of members) {
    const key = MEMBER.exec(member)?.[1];
    if (key === undefined || keys.has(key)) return '';
    keys.add(key);
  }
  return cut(members);
}

function cut(members: string[]): string {
  let length = members.join(',').length;
  for (const isLong of [true, false]) {
    for (let i = members.length - 1; i >= 0 && length > MAX_LENGTH; i--) {
      if (isLong && members[i].length <= LONG_MEMBER) continue;
      length -= members[i].length + 1;
      members.splice(i, 1);
    }
  }
  return members.join(',');
}

/** Without the optional white space around it: spaces and tabs, nothing else. */
function trimmed(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '');
}
