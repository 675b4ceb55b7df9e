// What is running and how long it will still take, on stderr: one line that rewrites itself on a terminal, a line now and
// then in a log.

const LOG_INTERVAL_MS = 20_000;

/**
 * @param {{ round: number, id: string }[]} steps
 * @param {Map<string, number>} expectedMs by contender, from an earlier run; may be empty
 * @param {{ isTTY?: boolean, columns?: number, write(text: string): unknown }} stream
 */
export function startProgress(steps, expectedMs, stream = process.stderr, now = () => performance.now()) {
  const tookMs = new Map(expectedMs);
  const rounds = steps.at(-1)?.round ?? 0;
  let at = 0;
  let current = '';
  let startedMs = now();
  let loggedMs = -Infinity;

  if (expectedMs.size > 0) {
    stream.write(
      `${steps.length} measurements, ${inWords(remainingMs(steps, 0, tookMs))} if this machine is like the last one\n`,
    );
  }

  function show(done) {
    const leftMs = remainingMs(steps, at, tookMs) - Math.min(now() - startedMs, expected(current, tookMs));
    const left = tookMs.size > 2 ? `${inWords(Math.max(leftMs, 0))} left  ` : '';
    const percent = done === undefined ? '' : `  ${Math.floor(done * 100)} %`;
    const text = `round ${steps[at].round}/${rounds}  ${at + 1}/${steps.length}  ${left}${current}${percent}`;
    if (stream.isTTY) stream.write(`\r\u001b[2K${text.slice(0, (stream.columns ?? 80) - 1)}`);
    else if (now() - loggedMs >= LOG_INTERVAL_MS) {
      loggedMs = now();
      stream.write(`${text}\n`);
    }
  }

  return {
    /** A step begins; those before it that nobody began were left out. */
    begin(round, id) {
      while (steps[at].round !== round || steps[at].id !== id) at += 1;
      current = id;
      startedMs = now();
      show();
    },
    within: show,
    done(id, ms) {
      tookMs.set(id, ms);
    },
    end() {
      if (stream.isTTY) stream.write('\r\u001b[2K');
    },
  };
}

function remainingMs(steps, at, tookMs) {
  return steps.slice(at).reduce((sum, { id }) => sum + expected(id, tookMs), 0);
}

/** Of one that has never been run: as long as the others on the average. */
function expected(id, tookMs) {
  const known = tookMs.get(id);
  if (known !== undefined || tookMs.size === 0) return known ?? 0;
  return [...tookMs.values()].reduce((sum, ms) => sum + ms, 0) / tookMs.size;
}

/** @param {number} ms */
export function inWords(ms) {
  const seconds = Math.round(ms / 1000);
  return seconds < 90 ? `about ${seconds} s` : `about ${Math.round(seconds / 60)} min`;
}
