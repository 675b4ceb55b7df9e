interface AsyncAtomics {
  waitAsync(
    i32: Int32Array,
    index: number,
    value: number,
    ms: number,
  ): { async: boolean; value: string | Promise<string> };
}

/**
 * Until `i32[index]` is notified, or another than `seen`; `ms` at the most. The event loop runs meanwhile. The timer is there because
 * waiting alone does not keep a process alive.
 */
export async function pauseAsync(i32: Int32Array, index: number, seen: number, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  const { value } = (Atomics as unknown as AsyncAtomics).waitAsync(i32, index, seen, ms);
  await Promise.race([timeout, value]);
  clearTimeout(timer);
}
