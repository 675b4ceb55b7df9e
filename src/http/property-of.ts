/** A property of whatever value; undefined for what cannot be read: of null and undefined, of a getter that throws, of a proxy that was revoked. */
export function propertyOf(value: unknown, name: string): unknown {
  try {
    return (value as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}
