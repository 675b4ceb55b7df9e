/** The recorder thread's program as one CommonJS string: thread-main.ts, bundled by scripts/recorder-source.mjs. */
declare module 'virtual:ttlog-recorder-source' {
  const source: string;
  export default source;
}
