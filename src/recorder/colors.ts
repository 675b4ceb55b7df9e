interface Environment {
  readonly [name: string]: string | undefined;
}

/** `NO_COLOR` and `FORCE_COLOR` as everywhere: set and not empty; `FORCE_COLOR` wins, '0' or 'false' in it forces colours off. */
export function wantsColor(environment: Environment, isTerminal: boolean): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: terminal } = environment;
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  if (refused !== undefined && refused !== '') return false;
  return isTerminal && terminal !== 'dumb';
}
