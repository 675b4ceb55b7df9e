/** `ttlog/pino/browser`: what pino is in a browser. It needs nothing of Node. */
export { levels, pino, pino as default, stdSerializers, stdTimeFunctions } from './browser-pino.js';
