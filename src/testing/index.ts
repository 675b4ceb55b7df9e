/** `ttlog/testing`: what was recorded, in tests. */
export type { LogRecord, RecordKind, SpanOutcome } from '../recorder/record.js';
export type { CaptureOptions, LogCapture } from './capture-logs.js';
export { captureLogs } from './capture-logs.js';
export type { FakeClock, FakeClockOptions } from './fake-clock.js';
export { fakeClock, fakeIds } from './fake-clock.js';
export type { SpanTreeOptions } from './render-span-tree.js';
export { renderSpanTree } from './render-span-tree.js';
