import { setField } from '../../core/set-field.js';

/** Attributes as fields: those without a name or a value are none. Never throws. */
export function fieldsOf(attributes: unknown): Record<string, unknown> | undefined {
  if (typeof attributes !== 'object' || attributes === null) return undefined;
  const fields: Record<string, unknown> = {};
  let count = 0;
  try {
    for (const key of Object.keys(attributes)) {
      const value = (attributes as Record<string, unknown>)[key];
      if (key === '' || value === undefined || value === null) continue;
      setField(fields, key, value);
      count++;
    }
  } catch {
    // a getter or a proxy that throws: what came before it is recorded
  }
  return count === 0 ? undefined : fields;
}

/** A name as callers without types give it. Never throws. */
export function textOf(name: unknown): string {
  try {
    return String(name);
  } catch {
    return typeof name;
  }
}
