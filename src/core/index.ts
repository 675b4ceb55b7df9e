/**
 * `ttlog/core`: recording alone, with no module of Node, no thread and no delivery. For libraries that log, and for Bun, Deno, browsers and
 * edge workers. It is the same ttlog as `ttlog`: what either records is in one ring.
 */
export type { LogBackend } from './backend.js';
export { emit, installBackend, RingBackend } from './backend.js';
export { nowNanos } from './clock.js';
export type { TtlogErrorCode } from './errors.js';
export { TtlogError } from './errors.js';
export type { LogEvent } from './event.js';
export { EventBuilder } from './event.js';
export type { Field, FieldValue, WrappedValue } from './field.js';
export { display, inspect, lazy } from './field.js';
export type { LevelName } from './level.js';
export { LogLevel } from './level.js';
export { isEnabled, setFilter, setLevel, setRecord } from './levels.js';
export type { LogCall } from './log.js';
export { debug, error, fatal, info, trace, warn } from './log.js';
export type { Logger } from './logger.js';
export { getLogger } from './logger.js';
export type { LinkTarget, Span } from './span.js';
export type { SpanOptions, SpanRole } from './span-options.js';
export type { Timer } from './timer.js';
