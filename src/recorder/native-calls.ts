/**
 * The two system calls that Node does not have: mmap, to put a file under memory, and flock, to know whether a process lives. By koffi, an
 * optional peer, or by `node:ffi` (Node 26.1 and later, experimental: Node prints a warning when it is loaded).
 */
import { reasonOf, TtlogError } from '../core/errors.js';
import { missingPeer, requirePeer, resolvePeer } from './peer.js';

export interface NativeCalls {
  /** Where the memory of a view begins. */
  addressOf(view: Uint8Array): bigint;
  /** mmap(2). The address that it returns. */
  mmap(address: bigint, length: number, protection: number, flags: number, fd: number): bigint;
  /** flock(2): 0, or -1. */
  flock(fd: number, operation: number): number;
}

/** As much of koffi as is used here. */
interface Koffi {
  load(path: null): { func(declaration: string): (...args: unknown[]) => unknown };
  address(view: Uint8Array): bigint;
}

/** As much of `node:ffi` as is used here. */
interface NodeFfi {
  dlopen(
    path: null,
    symbols: Record<string, { arguments: readonly string[]; return: string }>,
  ): { functions: Record<string, (...args: unknown[]) => unknown> };
  getRawPointer(view: Uint8Array): bigint;
}

let found: NativeCalls | undefined;

/** Throws `TtlogError` `ERR_MISSING_PEER` where neither is there, or may be used. */
export function nativeCalls(): NativeCalls {
  return (found ??= load());
}

function load(): NativeCalls {
  const failures: unknown[] = [];
  const path = resolvePeer('koffi');
  try {
    if (path !== undefined) return byKoffi(requirePeer(path) as Koffi);
  } catch (error) {
    failures.push(error);
  }
  try {
    const ffi = process.getBuiltinModule('node:ffi' as 'node:os') as unknown as NodeFfi | undefined;
    if (ffi !== undefined) return byNodeFfi(ffi);
  } catch (error) {
    failures.push(error);
  }
  const blocked = failures.find((error) => (error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND');
  throw blocked === undefined
    ? missingPeer('The black box', 'koffi (or Node 26.1)', 'koffi')
    : new TtlogError(
        'ERR_MISSING_PEER',
        `The black box needs koffi, which cannot be used here: ${firstLine(blocked)}`,
        {
          cause: blocked,
        },
      );
}

function byKoffi(koffi: Koffi): NativeCalls {
  const libc = koffi.load(null);
  const mmap = libc.func(
    'intptr_t mmap(intptr_t address, size_t length, int protection, int flags, int fd, int64_t offset)',
  );
  const flock = libc.func('int flock(int fd, int operation)');
  return {
    addressOf: (view) => koffi.address(view),
    mmap: (address, length, protection, flags, fd) =>
      BigInt(mmap(address, length, protection, flags, fd, 0) as number | bigint),
    flock: (fd, operation) => flock(fd, operation) as number,
  };
}

function byNodeFfi(ffi: NodeFfi): NativeCalls {
  const { functions } = ffi.dlopen(null, {
    mmap: { arguments: ['int64', 'uint64', 'int32', 'int32', 'int32', 'int64'], return: 'int64' },
    flock: { arguments: ['int32', 'int32'], return: 'int32' },
  });
  return {
    addressOf: (view) => ffi.getRawPointer(view),
    mmap: (address, length, protection, flags, fd) =>
      functions['mmap'](address, BigInt(length), protection, flags, fd, 0n) as bigint,
    flock: (fd, operation) => functions['flock'](fd, operation) as number,
  };
}

function firstLine(error: unknown): string {
  return reasonOf(error).split('\n', 1)[0];
}
