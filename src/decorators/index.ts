/** The entry `ttlog/decorators`. */
export { Arg } from './arg.js';
export { Instrument } from './instrument.js';
export type { InstrumentClassOptions, InstrumentOptions } from './instrument-options.js';
export type { InstrumentDecorator } from './instrument-types.js';
