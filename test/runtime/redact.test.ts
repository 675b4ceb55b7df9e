// The option `redact`, from init() to what sinks get and what snapshots hold.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { error, info, init, span, TtlogError, withContext } from 'ttlog';
import type { Redactor, RedactSettings } from '../../src/core/redact.js';
import { state } from '../../src/core/state.js';
import { describeError } from '../../src/recorder/snapshot-error.js';
import { writeSnapshotSync } from '../../src/recorder/snapshot.js';
import { normaliseRedact, redactorOf } from '../../src/runtime/redact-options.js';
import { memorySink } from 'ttlog/sinks';
import { start } from '../support/running.js';

const dir = mkdtempSync(join(tmpdir(), 'ttlog-redact-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('init({ redact })', () => {
  it('is followed by sinks, until shutdown', async () => {
    const memory = memorySink();
    const handle = start({
      sinks: [memory],
      redact: {
        keys: { extend: ['iban'] },
        paths: ['user.email'],
        patterns: ['credit_card'],
        text: true,
        censor: 'hash',
      },
    });
    info('Paid by 4111111111111111', { iban: 'DE', user: { email: 'a', id: 1 } });
    info('Paid by 4111111111111111', { iban: 'DE', user: { email: 'b', id: 1 } });
    await handle.shutdown();
    const [first, second] = memory.records;
    expect(first.message).toMatch(/^Paid by [0-9a-f]{16}$/);
    expect(second.message).toBe(first.message);
    expect(first.values['iban']).toMatch(/^[0-9a-f]{16}$/);
    expect(second.values['iban']).toBe(first.values['iban']);
    expect(first.values['user']).toEqual({ email: expect.stringMatching(/^[0-9a-f]{16}$/), id: 1 });
    expect(second.values['user']).not.toEqual(first.values['user']);
    expect(state.redactor.rules).toBeNull();
  });

  it('is a word of the builder', async () => {
    const memory = memorySink();
    const handle = init()
      .sink(memory)
      .redact({ paths: ['a.*'], censor: 'remove' })
      .init();
    info('Built', { a: { b: 1 }, password: 1, c: 2 });
    await handle.shutdown();
    expect(memory.records[0].values).toEqual({ a: {}, c: 2 });
  });

  it('starts nothing where it is wrong', () => {
    expect(() => init({ redact: { paths: ['a..b'] } })).toThrow(TtlogError);
    expect(() => init({ redact: { paths: ['a..b'] } })).toThrow('Expected redact.paths[0] to be a path, got "a..b"');
    expect(() => init({ redact: 'password' as never })).toThrow(
      'Expected redact to be a list of names, false, or an object',
    );
    expect(state.runtime).toBeUndefined();
  });

  it('means the same in other threads, but for a function', () => {
    const options = { keys: ['a'], paths: ['b.*'], patterns: ['jwt' as const, /x/i], text: true, censor: 'remove' };
    const { settings } = normaliseRedact(options)!;
    const elsewhere = redactorOf({
      settings: JSON.parse(JSON.stringify(settings)) as RedactSettings,
      censor: undefined,
    });
    const jwt = `eyJ${'a'.repeat(10)}.${'b'.repeat(10)}`;
    for (const { rules } of [redactorOf(normaliseRedact(options)!), elsewhere]) {
      expect(rules!.cleanMessage(`a ${jwt} b X c`)).toBe('a  b  c');
      expect(rules!.whereOf('b')!.clean('an x')).toBe('an ');
      expect(rules!.whereOf('b')!.isDropped).toBe(false);
      expect(rules!.whereOf('b')!.below('c').isDropped).toBe(true);
    }
    const made = normaliseRedact({ paths: ['b'], censor: () => 'mine' })!;
    const replacementBy = (redactor: Redactor) => redactor.rules?.whereOf('b')?.replacement(() => 'secret');
    expect(replacementBy(redactorOf(made))).toBe('mine');
    expect(
      replacementBy(redactorOf({ ...made, settings: { ...made.settings, patterns: ['jwt'] }, censor: undefined })),
    ).toBe('[Redacted]');
  });
});

describe('a snapshot', () => {
  it('has nothing of what is redacted, in its records, its spans or its error', () => {
    start({
      sinks: [],
      redact: { keys: { extend: ['iban'] }, paths: ['err.response.*', 'err.cause.message', 'user.email'], patterns: [/HUNTER\d/], text: true },
    }); // prettier-ignore
    const failed = Object.assign(new Error('is HUNTER1', { cause: new Error('LEAK-1') }), {
      response: { body: 'LEAK-2' }, iban: 'LEAK-3', note: 'has HUNTER2', deep: [{ x: 'HUNTER3' }], code: 'E1',
    }); // prettier-ignore
    withContext({ user: { email: 'LEAK-4' } }, () => {
      const open = span('open HUNTER4', { iban: 'LEAK-5' });
      error('Failed HUNTER5', failed);
      info('Tokens', { text: 'HUNTER6' });
      const { path } = writeSnapshotSync({
        dir, service: 'shop', reason: 'test', origin: 'call', error: failed, rings: [state.ring!.buffer], extra: { iban: 'LEAK-6', x: 'HUNTER7' },
      }); // prettier-ignore
      open.end();
      const bytes = readFileSync(path);
      expect(bytes.includes('HUNTER')).toBe(false);
      expect(bytes.includes('LEAK')).toBe(false);
      expect(bytes.includes('E1')).toBe(true);
    });
    expect(describeError(failed)).toMatchObject({
      message: 'is [Redacted]', cause: { message: '[Redacted]' },
      properties: { response: { body: '[Redacted]' }, iban: '[Redacted]', note: 'has [Redacted]', deep: [{ x: '[Redacted]' }], code: 'E1' },
    }); // prettier-ignore
    expect(describeError(failed).cause!.stack).not.toContain('LEAK');
    expect(describeError('thrown HUNTER1').message).toBe('thrown [Redacted]');
  });
});
