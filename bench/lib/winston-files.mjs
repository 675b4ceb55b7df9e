// winston's file transport, for every group in which events go to a file.

import winston from 'winston';

import { untilQuiet } from './delivery.mjs';
import { EMAIL_MASK, emails } from './event-data.mjs';

/** The loop of a logger that takes the message first: winston, LogTape. */
export function logThroughWinston(log) {
  return (from, to) => {
    for (let i = from; i < to; i += 1) {
      log.info('User logged in', { user_id: i, attempt: i * 0.5, email: emails[i & EMAIL_MASK] });
    }
  };
}

/** @type {Record<string, (path: string) => import('./delivery.mjs').FileLogger>} */
export const winstonFiles = {
  'winston to a file'(path) {
    const { combine, json, timestamp } = winston.format;
    const log = winston.createLogger({
      format: combine(timestamp(), json()),
      transports: [new winston.transports.File({ filename: path })],
    });
    return {
      needsTurns: true,
      messageKey: 'message',
      logRange: logThroughWinston(log),
      flush: () => untilQuiet(path),
    };
  },
};
