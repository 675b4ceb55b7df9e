import { invalidOption } from '../core/errors.js';

/**
 * An option that is a whole number.
 *
 * @throws TtlogError `ERR_INVALID_OPTION` where it is none from `least` to `most`.
 */
export function wholeNumber(name: string, value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most)
    throw invalidOption(name, `a whole number from ${least} to ${most}`, value);
  return value;
}
