import type { Layer, Network } from './layer.ts';

/**
 * The layer whose output is that of a module or scope which holds several: the last one made at its path or below.
 *
 * @param separator what stands between the parts of a path
 * @returns null when the network has nothing there
 */
export function moduleOutput({ layers }: Network, path: string, separator: '.' | '/'): Layer | null {
  const below = path + separator;
  return layers.findLast(({ name }) => name === path || name.startsWith(below)) ?? null;
}
