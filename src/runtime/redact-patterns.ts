/**
 * What secrets look like, by name. Every repetition is bounded and no two of them compete for the same characters, so a search takes
 * time in proportion to the text.
 */
import type { ValuePattern } from './redaction-rules.js';

/** The names of the built-in patterns. */
export type RedactPatternName =
  | 'aws_access_key'
  | 'basic_auth'
  | 'bearer'
  | 'credit_card'
  | 'email'
  | 'iban'
  | 'ipv4'
  | 'jwt'
  | 'private_key'
  | 'service_token'
  | 'url_password'
  | 'us_ssn';

const all = (match: string): number => match.length;

const PATTERNS: { readonly [name in RedactPatternName]: ValuePattern } = {
  aws_access_key: { regexp: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, secretLength: all },
  basic_auth: { regexp: /\bbasic\s{1,4}[\w+/-]{8,8448}={0,2}/gi, secretLength: all },
  bearer: { regexp: /\bbearer\s{1,4}[\w.~+/-]{8,8448}={0,2}/gi, secretLength: all },
  // As the schemes begin (Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay, Maestro), in groups or not.
  credit_card: { regexp: /(?<![\d.])[2-6]\d{3}(?:[ -]?\d){9,15}(?!\d)/g, secretLength: cardLength },
  email: { regexp: /(?<![\w.%+-])[\w.%+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}/gi, secretLength: all },
  iban: { regexp: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b/g, secretLength: ibanLength },
  ipv4: { regexp: /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])/g, secretLength: all },
  jwt: { regexp: /\beyJ[\w-]{8,8448}\.[\w-]{2,8448}(?:\.[\w-]{0,8448})?/g, secretLength: all },
  private_key: { regexp: /-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----[\s\S]{0,8448}?(?:-----END [A-Z ]{0,32}PRIVATE KEY-----|$)/g, secretLength: all },
  // Stripe, GitHub, GitLab, Slack, npm, OpenAI and the like.
  service_token: {
    regexp: /\b(?:(?:sk|pk|rk)_(?:live|test)_\w{8,256}|sk-[\w-]{16,256}|gh[pousr]_\w{20,256}|github_pat_\w{20,256}|glpat-[\w-]{16,256}|xox[abposr]-[\w-]{10,256}|npm_\w{30,256})/g,
    secretLength: all,
  },
  url_password: { regexp: /(?<=\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]{0,256}:)[^\s/@]{1,1024}(?=@)/gi, secretLength: all },
  us_ssn: { regexp: /(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g, secretLength: all },
}; // prettier-ignore

export const PATTERN_NAMES = Object.keys(PATTERNS) as readonly RedactPatternName[];

/** A pattern by its name, or made of a regular expression; undefined for a name that is none. */
export function toValuePattern(pattern: RegExp | string): ValuePattern | undefined {
  if (typeof pattern === 'string')
    return Object.hasOwn(PATTERNS, pattern) ? PATTERNS[pattern as RedactPatternName] : undefined;
  const flags = pattern.flags.replace('y', '');
  return { regexp: new RegExp(pattern.source, flags.includes('g') ? flags : `${flags}g`), secretLength: all };
}

/** What follows a number may look like more of it: the longest beginning that ends at a word's end and is right. */
function rightBeginning(match: string, least: number, isRight: (text: string) => boolean): number {
  for (let end = match.length; end >= least; end--) {
    const isWordEnd = end === match.length || !/[\dA-Z]/.test(match[end]);
    if (isWordEnd && /[\dA-Z]/.test(match[end - 1]) && isRight(match.slice(0, end))) return end;
  }
  return 0;
}

function cardLength(match: string): number {
  return rightBeginning(match, 13, hasLuhnDigit);
}

function ibanLength(match: string): number {
  return rightBeginning(match, 15, hasIbanDigits);
}

function hasLuhnDigit(match: string): boolean {
  let sum = 0;
  let isDoubled = false;
  let digits = 0;
  for (let i = match.length - 1; i >= 0; i--) {
    const digit = match.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) continue;
    sum += isDoubled ? digit * 2 - (digit > 4 ? 9 : 0) : digit;
    isDoubled = !isDoubled;
    digits++;
  }
  return sum % 10 === 0 && digits >= 13;
}

/** ISO 13616: the number made of it leaves 1 when divided by 97. */
function hasIbanDigits(match: string): boolean {
  const compact = match.replaceAll(' ', '');
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
