// All rivals that write to a file.

import { pinoFiles } from './pino-files.mjs';
import { winstonFiles } from './winston-files.mjs';

export const rivalFiles = { ...pinoFiles, ...winstonFiles };
