// What a service has written: how many events, and how many lines that a request has been answered.

const isRequest = /^request (completed|aborted)$/;

/** @param {string} text NDJSON @returns {{ events: number, requests: number, spans: number }} */
export function countLines(text) {
  const counts = { events: 0, requests: 0, spans: 0 };
  for (const line of text.trimEnd().split('\n')) {
    const { msg, order_id, duration_ms } = JSON.parse(line);
    if (duration_ms !== undefined) counts.spans += 1;
    else if (order_id !== undefined) counts.events += 1;
    else if (isRequest.test(msg)) counts.requests += 1;
  }
  return counts;
}
