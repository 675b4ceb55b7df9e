/** The recorder's program as one CommonJS string: program.ts, bundled by scripts/recorder-source.mjs. */
declare module 'virtual:ttlog-recorder-source' {
  const source: string;
  export default source;
}
