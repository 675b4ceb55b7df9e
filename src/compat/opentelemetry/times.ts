import type { HrTime, TimeInput } from '@opentelemetry/api';

/** Nanoseconds since the epoch, of a time as OpenTelemetry's callers give it; undefined where it is none. */
export function epochNsOf(time: TimeInput | undefined): bigint | undefined {
  if (isHrTime(time)) return nsOf(time[0], 1e9) + nsOf(time[1], 1);
  const ms = isDate(time) ? time.getTime() : time;
  if (typeof ms !== 'number' || !Number.isFinite(ms)) return undefined;
  // What performance.now() has said is no time since the epoch: as OpenTelemetry does, half of what there has been tells them apart.
  const isRelative = !isDate(time) && ms < performance.timeOrigin / 2;
  return isRelative ? nsOf(performance.timeOrigin, 1e6) + nsOf(ms, 1e6) : nsOf(ms, 1e6);
}

/** Whether an argument that may be attributes is a time. */
export function isTimeInput(value: unknown): value is TimeInput {
  return typeof value === 'number' || isDate(value) || isHrTime(value);
}

function isDate(value: unknown): value is Date {
  try {
    return value instanceof Date;
  } catch {
    return false; // a proxy that was revoked
  }
}

function isHrTime(value: unknown): value is HrTime {
  try {
    return Array.isArray(value) && value.length === 2 && value.every((part) => Number.isFinite(part));
  } catch {
    return false;
  }
}

/** The whole part apart from the rest: a number has no room for all digits of nanoseconds since the epoch. */
function nsOf(value: number, unitNs: number): bigint {
  const whole = Math.floor(value);
  return BigInt(whole) * BigInt(unitNs) + BigInt(Math.round((value - whole) * unitNs));
}
