import { joinThreads } from '../runtime/joined-thread.js';

export type { ClientOptions, OutgoingCall } from './client-options.js';
export type { HttpOptions } from './instrument-http.js';
export { instrumentHttp } from './instrument-http.js';
export type { RequestScopeOptions } from './request-options.js';
export type { RequestLog } from './ttlog-http.js';
export { ttlogHttp } from './ttlog-http.js';

// As the face does, for a worker that loads nothing else.
joinThreads();
