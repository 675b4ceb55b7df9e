import { beforeEach, expect, test } from 'vitest';
import { currentContext, currentSpan, info, withContext } from 'ttlog';
import { Instrument } from 'ttlog/decorators';
import { recorded, startRecording } from '../support/recorded.js';

beforeEach(startRecording);

class Endless {
  @Instrument()
  recurse(depth: number): number {
    return this.recurse(depth + 1) + 1;
  }

  @Instrument()
  fine(): number {
    return 1;
  }
}

test('an exhausted stack stays a RangeError, and leaves scope and ring whole', () => {
  const endless = new Endless();
  withContext('a', 1, () => {
    expect(() => endless.recurse(0)).toThrow(RangeError);
    expect(currentContext()).toEqual({ a: 1 });
    expect(currentSpan()).toBeUndefined();
    startRecording();
    expect(endless.fine()).toBe(1);
    info('after');
  });
  expect(recorded().span('Endless.fine')).toMatchObject({ outcome: 'ok', parentSpanId: undefined });
  expect(recorded().event('after').values).toEqual({ a: 1 });
});
