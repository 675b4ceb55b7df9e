import { state } from '../core/state.js';

/** The path and query of a request, with the values of sensitive query parameters (`?token=…`) censored. */
export function recordedUrl(url: string): string {
  const query = url.indexOf('?');
  if (query < 0) return url;
  return (
    url.slice(0, query + 1) +
    url
      .slice(query + 1)
      .split('&')
      .map(censored)
      .join('&')
  );
}

function censored(parameter: string): string {
  const equals = parameter.indexOf('=');
  if (equals < 0 || !state.redactor.isSensitive(decoded(parameter.slice(0, equals)))) return parameter;
  return `${parameter.slice(0, equals + 1)}${state.redactor.censor}`;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
