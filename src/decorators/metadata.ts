/** What a function carries besides its code, so that a wrapper can take its place. */

interface ReflectMetadata {
  getOwnMetadataKeys?: (target: object) => unknown[];
  getOwnMetadata?: (key: unknown, target: object) => unknown;
  defineMetadata?: (key: unknown, value: unknown, target: object) => void;
}

/**
 * Gives `to` what `from` has: name, length, kind (an async function stays one to those who ask), own properties, and, where
 * `reflect-metadata` is loaded, its metadata: routes, guards, pipes. Decorators below have put theirs on `from`, those above will put
 * theirs on `to`, where frameworks look in the end. Metadata of a class member (`design:*`, parameters) hangs on
 * the class and the key, and is not touched.
 */
export function takeIdentity(to: object, from: object): void {
  const kind: object | null = Object.getPrototypeOf(from);
  if (kind !== Object.getPrototypeOf(to)) Object.setPrototypeOf(to, kind);
  for (const key of Reflect.ownKeys(from)) {
    const descriptor = Object.getOwnPropertyDescriptor(from, key)!;
    const own = Object.getOwnPropertyDescriptor(to, key);
    if (own === undefined || own.configurable === true) Object.defineProperty(to, key, descriptor);
    else if (own.writable === true && 'value' in descriptor) Reflect.set(to, key, descriptor.value);
  }
  copyMetadata(to, from);
}

function copyMetadata(to: object, from: object): void {
  const { getOwnMetadataKeys, getOwnMetadata, defineMetadata } = Reflect as ReflectMetadata;
  if (getOwnMetadataKeys === undefined || getOwnMetadata === undefined || defineMetadata === undefined) return;
  for (const key of getOwnMetadataKeys(from)) defineMetadata(key, getOwnMetadata(key, from), to);
}
