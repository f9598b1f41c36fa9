import { ThawError } from '../../shared/errors/thaw-error.ts';
import { closest } from './closest.ts';
import type { Network } from './layer.ts';

/** The layer and all that it is computed from. */
function ancestors({ layers }: Network, name: string): ReadonlySet<string> {
  const wanted = new Set([name]);
  for (const layer of layers.toReversed()) {
    if (wanted.has(layer.name)) for (const input of layer.inputs) wanted.add(input);
  }
  return wanted;
}

/**
 * What of a network lies below a layer, which becomes its output; all else is left out.
 *
 * @throws ThawError `usage.invalid` for a layer that it does not have, naming the nearest
 */
export function cutBase(network: Network, base: string | null): Network {
  if (base === null || base === network.output) return network;
  const names = network.layers.map(({ name }) => name);
  if (!names.includes(base)) {
    const near = closest(base, names);
    throw new ThawError(
      'usage.invalid',
      `A head stands on a layer of ${network.name}; it has no layer '${base}'.`,
      near.length > 0
        ? `Did you mean ${near.map((candidate) => `'${candidate}'`).join(', ')}?`
        : `Its last layers are '${names.slice(-3).join("', '")}'.`,
    );
  }
  const kept = ancestors(network, base);
  const layers = network.layers.filter(({ name }) => kept.has(name));
  return {
    ...network,
    layers,
    output: base,
    pretrained: new Set([...network.pretrained].filter((name) => kept.has(name))),
  };
}

/**
 * Where the branches come together of which some go through given layers and some go past them.
 *
 * @param through layers of the network that are no outputs of one another
 * @returns the lowest layer that reads both, or null where everything above reads the network through these layers alone
 */
export function branchesMeetAt({ layers }: Network, through: ReadonlySet<string>): string | null {
  const above = new Set(through);
  for (const { name, inputs } of layers) {
    if (through.has(name)) continue;
    const reads = inputs.filter((input) => above.has(input));
    if (reads.length === 0) continue;
    if (reads.length < inputs.length) return name;
    above.add(name);
  }
  return null;
}

/**
 * What is lost by a head that stands inside a residual branch, or one of several, as a sentence.
 *
 * @param network not cut
 * @returns null where nothing goes past the layer
 */
export function describeCutBranch(network: Network, base: string | null): string | null {
  const meeting = base === null ? null : branchesMeetAt(network, new Set([base]));
  if (base === null || meeting === null) return null;
  return `The head stands on '${base}', inside one of the branches that meet at '${meeting}': what the others carry does not reach it. Choose '${meeting}' to have all of them.`;
}
