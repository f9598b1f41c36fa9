import type { Layer, Network } from '../network/layer.ts';

/** Where branches come together that a boundary cuts through. */
interface Meeting {
  readonly layer: Layer;
  /** The layers of the cut that it is computed from. */
  readonly from: readonly string[];
}

/** The lowest layer above a cut that is computed from several of its layers; the parts of a fused network meet without that. */
function firstMeeting({ layers, fusion }: Network, cut: readonly string[]): Meeting | null {
  const origins = new Map(cut.map((name): [string, ReadonlySet<string>] => [name, new Set([name])]));
  for (const layer of layers) {
    if (origins.has(layer.name) || layer.name === fusion) continue;
    const from = new Set(layer.inputs.flatMap((input) => [...(origins.get(input) ?? [])]));
    if (from.size > 1) return { layer, from: [...from] };
    if (from.size === 1) origins.set(layer.name, from);
  }
  return null;
}

/**
 * Tells of a boundary that lies inside a residual branch, or one of several: what the other branches carry is then kept as
 * well.
 *
 * @returns a sentence for people; null where the boundary lies between blocks
 */
export function describeCutThroughBranches(network: Network, cut: readonly string[]): string | null {
  const meeting = cut.length > 1 ? firstMeeting(network, cut) : null;
  if (meeting === null) return null;
  const { layer, from } = meeting;
  const named = `${from
    .slice(0, -1)
    .map((name) => `'${name}'`)
    .join(', ')} and '${from.at(-1) ?? ''}'`;
  return `The boundary lies inside the branches that meet at '${layer.name}': ${named} are kept for each image in place of one. Freeze or thaw the block '${layer.block}' as a whole to keep one.`;
}
