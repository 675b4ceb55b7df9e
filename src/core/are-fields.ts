/** Objects that are fields when they are an argument among others: not arrays and the like, which `plainFields` would put under `value`. */
export function areFields(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !(value instanceof Map || value instanceof Set || value instanceof Date || ArrayBuffer.isView(value));
}
