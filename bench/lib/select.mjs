// Which contenders a run has: those that --only names, and those that their columns compare them with.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CONTENDERS_DIR = fileURLToPath(new URL('../contenders', import.meta.url));

export async function contenderFiles() {
  const names = await readdir(CONTENDERS_DIR);
  return names
    .filter((name) => name.endsWith('.mjs'))
    .toSorted()
    .map((name) => join(CONTENDERS_DIR, name));
}

/** @param {{ group: string, name: string }} contender */
export function idOf(contender) {
  return `${contender.group}/${contender.name}`;
}

/**
 * In the order of the groups, so that a round runs what is compared close together; ttlog first, then by file.
 *
 * @param {{ file: string, name: string, group: string, slow?: boolean }[]} contenders
 * @param {{ id: string, columns: { references?: string[] }[] }[]} groups
 * @param {{ only?: RegExp, quick?: boolean }} options
 */
export function selectContenders(contenders, groups, { only, quick = false }) {
  const wanted = new Set(contenders.filter((one) => !only || only.test(idOf(one))).map(idOf));
  for (const group of groups) {
    if (!contenders.some((one) => one.group === group.id && wanted.has(idOf(one)))) continue;
    for (const reference of group.columns.flatMap((column) => column.references ?? [])) wanted.add(reference);
  }
  const order = new Map(groups.map((group, i) => [group.id, i]));
  for (const { group, name } of contenders) {
    if (!order.has(group)) throw new Error(`Expected the group of "${name}" to be in groups.mjs, got "${group}"`);
  }
  return contenders
    .filter((one) => wanted.has(idOf(one)) && !(quick && one.slow))
    .toSorted((a, b) => order.get(a.group) - order.get(b.group) || isRival(a) - isRival(b));
}

function isRival({ name }) {
  return name.startsWith('ttlog') ? 0 : 1;
}
