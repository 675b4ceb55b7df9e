/** The version of this ttlog; a test holds it to package.json. */
export const TTLOG_VERSION = '0.1.0';
