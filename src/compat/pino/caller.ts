/** From which files the running code was called, the innermost first: where names of transports are looked up from. */

interface CallSite {
  readonly scriptName: string;
}

export function callerFiles(): string[] {
  // Asked for by name: a namespace of a module costs everybody who requires ttlog one file more.
  const { getCallSites } = process.getBuiltinModule('node:util') as { getCallSites?: (frames: number) => CallSite[] };
  const files = getCallSites === undefined ? filesOfStack() : getCallSites(50).map(({ scriptName }) => scriptName);
  return files.filter((file) => file !== '' && file !== undefined);
}

/** Before Node 22.9. */
function filesOfStack(): string[] {
  const before = Object.getOwnPropertyDescriptors(Error);
  try {
    Error.stackTraceLimit = 50;
    Error.prepareStackTrace = (_error, sites) => sites;
    const sites = new Error().stack as unknown;
    return Array.isArray(sites) ? (sites as NodeJS.CallSite[]).map((site) => site.getFileName() ?? '') : [];
  } finally {
    Error.stackTraceLimit = before.stackTraceLimit.value ?? 10;
    if (before.prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Object.defineProperty(Error, 'prepareStackTrace', before.prepareStackTrace);
  }
}
