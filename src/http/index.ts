import { joinThreads } from '../runtime/joined-thread.js';

export type { ClientOptions, OutgoingCall } from './client-options.js';
export type { HttpOptions } from './instrument-http.js';
export { instrumentHttp } from './instrument-http.js';
export type { RequestScopeOptions } from './request-options.js';

// As the face does, for a worker that loads nothing else.
joinThreads();
