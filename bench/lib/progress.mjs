// What is running, on stderr: one line that rewrites itself on a terminal, one line a round in a log.

/** @param {number} total @param {NodeJS.WriteStream} stream */
export function startProgress(total, stream = process.stderr) {
  let done = 0;
  const startedAt = Date.now();
  return {
    step(round, rounds, id) {
      done += 1;
      if (!stream.isTTY) return;
      const text = `round ${round}/${rounds}  ${done}/${total}  ${remaining(startedAt, done, total)}  ${id}`;
      stream.write(`\r\u001b[2K${text.slice(0, (stream.columns ?? 80) - 1)}`);
    },
    round(round, rounds) {
      if (!stream.isTTY) stream.write(`round ${round}/${rounds} of ${total / rounds} contenders\n`);
    },
    end() {
      if (stream.isTTY) stream.write('\r\u001b[2K');
    },
  };
}

function remaining(startedAt, done, total) {
  if (done < 3) return '';
  const seconds = Math.round(((Date.now() - startedAt) / (done - 1)) * (total - done + 1) * 0.001);
  return `about ${seconds} s left`;
}
