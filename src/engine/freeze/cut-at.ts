import { ThawError } from '../../shared/errors/thaw-error.ts';
import { closest } from '../network/closest.ts';
import type { Network } from '../network/layer.ts';
import type { Boundary } from './boundary.ts';

/**
 * The cut through a network above given layers: below it lies all that they are computed from. Where a layer lies on a branch,
 * what the other branches need of the part below is cut too, so that everything above can be computed from the cut alone.
 *
 * @throws ThawError `usage.invalid` for a layer that the network does not have
 */
export function cutAt(network: Network, layers: readonly string[]): Pick<Boundary, 'prefix' | 'cut'> {
  const byName = new Map(network.layers.map((layer) => [layer.name, layer]));
  const below = new Set<string>();
  const pending = [...layers];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (below.has(name)) continue;
    const layer = byName.get(name);
    if (!layer) {
      const near = closest(name, [...byName.keys()]);
      throw new ThawError(
        'usage.invalid',
        `Features are taken at a layer of the network; it has no layer '${name}'.`,
        near.length > 0
          ? `Did you mean ${near.map((candidate) => `'${candidate}'`).join(', ')}?`
          : `Its last layers are '${network.layers
              .slice(-3)
              .map((last) => last.name)
              .join("', '")}'.`,
      );
    }
    below.add(name);
    pending.push(...layer.inputs);
  }
  const readAbove = new Set(network.layers.flatMap(({ name, inputs }) => (below.has(name) ? [] : inputs)));
  const prefix = network.layers.map(({ name }) => name).filter((name) => below.has(name));
  return { prefix, cut: prefix.filter((name) => name === network.output || readAbove.has(name)) };
}
