// The fields that a line for people has. NDJSON has all of them.
import type { Field, FieldValue } from '../core/field.js';

/** A completion record has the request's id twice, as `request_id` and, for readers of pino-http's lines, as `req.id`. A line has room for one, or the URL is cut. */
export function shownFields(fields: readonly Field[]): readonly Field[] {
  const id = fields.find(({ key }) => key === 'request_id')?.value;
  if (typeof id !== 'string') return fields;
  return fields.map((field) =>
    field.key === 'req' && hasId(field.value, id) ? { key: 'req', value: withoutId(field.value) } : field,
  );
}

type Properties = { readonly [key: string]: FieldValue };

function hasId(value: FieldValue, id: string): value is Properties {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
    ? (value as Properties)['id'] === id && Object.keys(value).length > 1
    : false;
}

function withoutId(value: Properties): Properties {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'id'));
}
