/**
 * The metadata of class-transformer, read where it keeps it. Its storage is not exported from its index, so that file is required by its
 * path, as `@nestjs/mapped-types` does. Optional: without class-transformer there is no metadata.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** `TransformationType.CLASS_TO_PLAIN` */
export const CLASS_TO_PLAIN = 1;

interface Options {
  readonly name?: string;
  readonly since?: number;
  readonly until?: number;
  readonly groups?: readonly string[];
}

interface TransformMetadata {
  readonly transformFn: (params: object) => unknown;
  readonly options?: Options | undefined;
}

export interface TypeMetadata {
  readonly reflectedType: unknown;
  readonly typeFunction?: ((help: object) => unknown) | undefined;
  readonly options?: {
    readonly discriminator?: {
      readonly property?: string;
      readonly subTypes?: readonly { readonly name: string; readonly value: unknown }[];
    };
  };
}

/** As much of class-transformer's MetadataStorage (0.5) as is used here. */
export interface TransformerStorage {
  getStrategy(type: unknown): 'none' | 'excludeAll' | 'exposeAll';
  getExposedProperties(type: unknown, transformation: number): string[];
  getExcludedProperties(type: unknown, transformation: number): string[];
  findExposeMetadata(type: unknown, property: string): { readonly options?: Options } | undefined;
  findTransformMetadatas(type: unknown, property: string, transformation: number): TransformMetadata[];
  findTypeMetadata(type: unknown, property: string): TypeMetadata | undefined;
}

/**
 * Every copy of class-transformer that has been found. Shared by the builds and copies of ttlog, and open: an application whose bundler
 * has swallowed class-transformer can put its storage here.
 */
interface View {
  readonly storages: TransformerStorage[];
  searched?: boolean;
}

const KEY = Symbol.for('ttlog.class-transformer/1');
const shared = globalThis as unknown as Record<symbol, View | undefined>;
const view: View = (shared[KEY] ??= { storages: [] });
const MODULE = 'class-transformer/cjs/storage.js';
const FILE = /[\\/]class-transformer[\\/]cjs[\\/]storage\.js$/;

/** The copies found so far, after looking for new ones. Called when an extractor is compiled, not when one runs. */
function transformerStorages(): readonly TransformerStorage[] {
  const require = createRequire(import.meta.url);
  addLoaded(require);
  if (view.storages.length === 0 && view.searched !== true) {
    view.searched = true;
    // Our own place first; an application may keep its dependencies where we cannot see them.
    for (const from of [import.meta.url, process.argv[1], join(process.cwd(), 'package.json')]) addFrom(from);
  }
  return view.storages;
}

/** False where no class can have metadata. Cheap: asked for each object inside of a value. */
export function isTransformerLoaded(): boolean {
  return view.storages.length > 0;
}

/** How many modules had been loaded when we last looked: new ones come behind them. */
let looked = 0;

/** Whoever has decorated a class has loaded class-transformer: every loaded copy may have something to say. */
function addLoaded(require: NodeJS.Require): void {
  try {
    const files = Object.keys(require.cache);
    for (const file of files.slice(files.length < looked ? 0 : looked)) {
      if (FILE.test(file)) add(require.cache[file]?.exports);
    }
    looked = files.length;
  } catch {
    // a module system that has no cache to look into
  }
}

function addFrom(from: string | undefined): void {
  if (from === undefined) return;
  try {
    add(createRequire(from)(MODULE));
  } catch {
    // not there
  }
}

function add(exports: unknown): void {
  const { storages } = view;
  const storage = (exports as { defaultMetadataStorage?: TransformerStorage } | undefined)?.defaultMetadataStorage;
  if (typeof storage?.getExposedProperties === 'function' && !storages.includes(storage)) storages.push(storage);
}

const MAPS = ['_exposeMetadatas', '_excludeMetadatas', '_transformMetadatas', '_typeMetadatas'];

/** The copy that knows the class or one of its ancestors. */
export function storageOf(type: unknown): TransformerStorage | undefined {
  return transformerStorages().find((storage) => {
    const maps = MAPS.map((name) => (storage as unknown as Record<string, Map<unknown, unknown> | undefined>)[name]);
    for (
      let at: unknown = type;
      typeof at === 'function' && at !== Function.prototype;
      at = Object.getPrototypeOf(at)
    ) {
      if (maps.some((map) => map?.has(at) === true)) return true;
    }
    return false;
  });
}

/** What of it counts, for the groups and the version that were asked for. */
export interface Selection {
  readonly groups: readonly string[] | undefined;
  readonly version: number | undefined;
}

/** Without groups, what is in a group is hidden; with groups, what is in another one. `until` is exclusive. */
export function isSelected(options: Options | undefined, { groups, version }: Selection): boolean {
  if (options === undefined) return true;
  const { since, until, groups: own } = options;
  if (version !== undefined) {
    if (since !== undefined && since !== 0 && version < since) return false;
    if (until !== undefined && until !== 0 && version >= until) return false;
  }
  if (groups === undefined || groups.length === 0) return own === undefined || own.length === 0;
  return own === undefined || own.some((group) => groups.includes(group));
}
