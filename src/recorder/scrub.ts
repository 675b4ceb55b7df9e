// Secrets in command lines, before they reach a file.
import { state } from '../core/state.js';

/** `scheme://user:password@host`, the password. Bounded runs, so that no text takes long. */
const URL_PASSWORD = /([a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]{0,256}:)[^\s/@]{1,1024}(?=@)/gi;
/** `name=value` or `name: value`, as options, queries, connection strings and headers have it. */
const NAME = /([A-Za-z][\w.-]{0,63})\s{0,4}[=:]\s{0,4}/g;
const VALUE = /"[^"]{0,1024}"|'[^']{0,1024}'|[^\s&;,]{1,1024}/y;
/** `Bearer <token>`, JSON Web Tokens, and the keys of well-known services: secrets by their look. */
const TOKEN_SHAPES =
  /\b(?:Bearer\s+\S{8,1024}|eyJ[\w-]{8,1024}\.[\w-]{8,1024}\.[\w-]{0,1024}|(?:sk|pk|rk)_(?:live|test)_\w{8,256}|gh[pousr]_\w{20,256}|AKIA[0-9A-Z]{16})/g;
const MAX_TEXT = 2048;
const MAX_ARGUMENTS = 64;

/** A text without the secrets that can be told by their name, place or look. */
export function scrubText(text: string): string {
  const { censor } = state.redactor;
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return scrubNamed(
    cut.replace(URL_PASSWORD, (_all, before: string) => before + censor).replace(TOKEN_SHAPES, () => censor),
  );
}

/** A harmless name may stand before a telling one: `url:https://host/?token=x`. So the search goes on behind the name. */
function scrubNamed(text: string): string {
  let scrubbed = '';
  let from = 0;
  for (const found of text.matchAll(NAME)) {
    const start = found.index + found[0].length;
    if (found.index < from || !state.redactor.isSensitive(found[1])) continue;
    VALUE.lastIndex = start;
    const value = VALUE.exec(text);
    if (value === null) continue;
    scrubbed += text.slice(from, start) + state.redactor.censor;
    from = start + value[0].length;
  }
  return scrubbed + text.slice(from);
}

/** A command line, scrubbed: also of `--password hunter2`, where name and value are arguments of their own. */
export function scrubArguments(list: readonly string[]): string[] {
  const scrubbed: string[] = [];
  let named = false;
  for (const argument of list.slice(0, MAX_ARGUMENTS)) {
    const option = /^--?([A-Za-z][\w.-]{0,63})$/.exec(argument);
    scrubbed.push(named ? state.redactor.censor : scrubText(argument));
    named = !named && option !== null && state.redactor.isSensitive(option[1]);
  }
  if (list.length > MAX_ARGUMENTS) scrubbed.push(`… ${list.length - MAX_ARGUMENTS} more`);
  return scrubbed;
}
