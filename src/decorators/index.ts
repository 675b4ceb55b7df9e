/** The entry `ttlog/decorators`. */
export type { Ending, EndStrategy } from '../context/end-strategies.js';
export { registerEndStrategy } from '../context/end-strategies.js';
export { Arg } from './arg.js';
export type { FieldDecorator } from './field.js';
export { Field } from './field.js';
export type { FieldOptions, FieldsOptions } from './field-options.js';
export type { FieldsDecorator } from './fields.js';
export { Fields } from './fields.js';
export { Instrument } from './instrument.js';
export type { InstrumentClassOptions, InstrumentOptions } from './instrument-options.js';
export type { InstrumentDecorator } from './instrument-types.js';
export type { KeyStyle } from './key-style.js';
