// Follows a ring as the recorder does, without its thread.
import { READER_LOCAL } from '../../src/core/layout.js';
import { RingCursor } from '../../src/recorder/cursor.js';
import { recordOf } from '../../src/recorder/decode-record.js';
import { originText } from '../../src/recorder/line.js';
import type { LogRecord } from '../../src/recorder/record.js';

export const ORIGIN = originText(1, 'host');

export function follow(buffer: SharedArrayBuffer, reader = READER_LOCAL): RingCursor {
  return new RingCursor(buffer, { reader, service: 'shop', origin: ORIGIN, rejudge: undefined });
}

export interface ReadRecord {
  readonly record: LogRecord;
  readonly line: string;
}

/** Everything that the cursor has not read yet, as objects and as lines. */
export function readAll(cursor: RingCursor): ReadRecord[] {
  const read: ReadRecord[] = [];
  while (cursor.next()) {
    const line = cursor.lines.line(cursor.decoder);
    const record = recordOf(cursor.decoder);
    if (line !== undefined && record !== undefined) read.push({ record, line });
  }
  return read;
}
