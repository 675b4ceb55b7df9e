// The ways in which a process can end, as programs: what is promised for each, and what the last words are.

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} end The last words of the program; `log(n)` records n numbered events, `mark()` one that is named Exit.
 * @property {'all' | 'a beginning' | 'all, by the ring'} promise What the sink has in the end: every record in order, those up to some point, or
 *   every record once the service has been started again, since the ring outlives the process.
 * @property {string} [begin] Before init().
 * @property {string} [options] Of init(), besides the sink.
 * @property {string[]} [flags] Of node.
 * @property {number} [marks] Records by `mark()`.
 * @property {{ status: number | null, signal: NodeJS.Signals | null }} [ends] Where it is not how the same program ends without ttlog.
 * @property {boolean} [isNoisy] Its stderr is never twice the same.
 * @property {'init process'} [as]
 */

/** Stays alive until a handler has ended it. */
const STAY = 'setInterval(() => {}, 1000);';
const kill = (/** @type {string} */ signal) => `process.kill(process.pid, '${signal}');`;
const exitsIn = (/** @type {string} */ how, /** @type {string} */ signal) =>
  `process.${how}('${signal}', () => { mark(); process.exit(7); }); ${STAY} ${kill(signal)}`;

/** @param {Row} one */
const row = (one) => one;

/** @type {readonly Row[]} */
export const rows = [
  { name: 'returns', end: '', promise: 'all' },
  { name: 'returns with process.exitCode', end: 'process.exitCode = 4;', promise: 'all' },
  { name: 'process.exit()', end: 'process.exit(3);', promise: 'all' },
  {
    name: 'process.exit() in a timer',
    end: 'setTimeout(() => { mark(); process.exit(3); });',
    promise: 'all',
    marks: 1,
  },
  { name: 'process.exit() in an exit handler', end: `process.on('exit', () => process.exit(5));`, promise: 'all' },
  {
    name: 'exit handlers that log, added before and after init()',
    begin: `process.on('exit', () => mark());`,
    end: `process.on('exit', () => mark()); process.exit(0);`,
    promise: 'all',
    marks: 2,
  },
  { name: 'uncaught exception', end: `throw new Error('boom');`, promise: 'all' },
  {
    name: 'uncaught exception in a timer',
    end: `setTimeout(() => { mark(); throw new Error('boom'); });`,
    promise: 'all',
    marks: 1,
  },
  { name: 'throw undefined', end: 'throw undefined;', promise: 'all' },
  {
    name: 'uncaught exception, with a snapshot',
    options: 'snapshots: { dir },',
    end: `throw new Error('boom');`,
    promise: 'all',
  },
  {
    name: 'uncaught exception with a handler that exits',
    end: `process.on('uncaughtException', () => { mark(); process.exit(6); }); throw new Error('boom');`,
    promise: 'all',
    marks: 1,
  },
  {
    name: 'uncaught exception with a capture callback',
    end: `process.setUncaughtExceptionCaptureCallback(() => { mark(); process.exit(8); }); throw new Error('boom');`,
    promise: 'all',
    marks: 1,
  },
  ...['throw', 'strict', 'warn', 'none', 'warn-with-error-code'].map((mode) =>
    row({
      name: `unhandled rejection, --unhandled-rejections=${mode}`,
      flags: [`--unhandled-rejections=${mode}`],
      end: `void Promise.reject(new Error('boom'));`,
      promise: 'all',
      isNoisy: mode.startsWith('warn'), // the warning has the pid
    }),
  ),
  {
    name: 'unhandled rejection with a handler',
    end: `process.on('unhandledRejection', () => mark()); void Promise.reject(new Error('boom'));`,
    promise: 'all',
    marks: 1,
  },
  ...['SIGTERM', 'SIGINT', 'SIGHUP'].flatMap((signal) => [
    row({
      name: `${signal}, the application exits`,
      end: exitsIn('on', signal),
      promise: 'all',
      marks: 1,
    }),
    row({
      name: `${signal}, named by \`signals\``,
      options: `signals: ['${signal}'],`,
      end: `${STAY} ${kill(signal)}`,
      promise: 'all',
    }),
  ]),
  {
    name: 'SIGTERM, named, the application exits in a once',
    options: `signals: ['SIGTERM'],`,
    end: exitsIn('once', 'SIGTERM'),
    promise: 'all',
    marks: 1,
  },
  {
    name: 'SIGTERM as process 1, named by `signals`',
    as: 'init process',
    options: `signals: ['SIGTERM'],`,
    end: `${STAY} ${kill('SIGTERM')}`,
    promise: 'all',
    ends: { status: 143, signal: null },
  },
  {
    name: 'SIGTERM as process 1, the application exits',
    as: 'init process',
    end: exitsIn('on', 'SIGTERM'),
    promise: 'all',
    marks: 1,
  },
  { name: 'SIGTERM, nobody asked', end: `${STAY} ${kill('SIGTERM')}`, promise: 'a beginning' },
  { name: 'SIGKILL', end: kill('SIGKILL'), promise: 'a beginning' },
  ...[
    ['SIGKILL', kill('SIGKILL')],
    ['abort()', 'process.abort();'],
    ['SIGSEGV', kill('SIGSEGV')],
    ['V8 out of memory', 'const kept = []; for (let i = 0; ; i++) kept.push({ i });'],
  ].map(([name, end]) =>
    row({
      name: `${name}, with the black box`,
      options: 'blackBox: boxes,',
      flags: name.startsWith('V8') ? ['--max-old-space-size=24'] : [],
      end,
      promise: 'all, by the ring',
      isNoisy: true,
    }),
  ),
  {
    name: 'process.exit() in a process of cluster',
    begin: `const { default: cluster } = await import('node:cluster'); if (cluster.isPrimary) { cluster.fork().on('exit', (code) => process.exit(code)); await new Promise(() => {}); }`,
    end: 'process.exit(3);',
    promise: 'all',
  },
  {
    name: 'process.exit() in a child of fork()',
    begin: `if (process.send === undefined) { const { fork } = await import('node:child_process'); fork(process.argv[1]).on('exit', (code) => process.exit(code)); await new Promise(() => {}); }`,
    end: 'process.exit(3);',
    promise: 'all',
  },
];

export const COUNTS = [5, 50, 2000, 200_000];
/** Right after the start, before the recorder thread runs; or when all has been quiet for a while. */
export const MOMENTS = /** @type {const} */ (['early', 'late']);
