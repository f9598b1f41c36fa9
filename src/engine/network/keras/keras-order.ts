import type { Layer } from '../layer.ts';

/** The longest way from each layer to the output, in layers. */
function depths(layers: readonly Layer[]): ReadonlyMap<string, number> {
  const depth = new Map<string, number>();
  for (const layer of layers.toReversed()) {
    const own = depth.get(layer.name) ?? 0;
    depth.set(layer.name, own);
    for (const input of layer.inputs) depth.set(input, Math.max(depth.get(input) ?? 0, own + 1));
  }
  return depth;
}

/** When each layer is first met on the way down from the output, first inputs first. */
function visits(layers: readonly Layer[], output: string): ReadonlyMap<string, number> {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const visited = new Map<string, number>();
  const waiting = [output];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (visited.has(name)) continue;
    visited.set(name, visited.size);
    for (const input of byName.get(name)?.inputs.toReversed() ?? []) waiting.push(input);
  }
  return visited;
}

/**
 * The layers as Keras' `model.layers` lists them: those farthest from the output first, and of equally far ones that which
 * is met first from the output. So `last:N` means the layers that `model.layers[-N:]` does.
 *
 * @param layers in the order in which they were made, each after its inputs
 */
export function inKerasOrder(layers: readonly Layer[], output: string): readonly Layer[] {
  const depth = depths(layers);
  const visit = visits(layers, output);
  const of = (order: ReadonlyMap<string, number>, layer: Layer): number => order.get(layer.name) ?? 0;
  return layers.toSorted((a, b) => of(depth, b) - of(depth, a) || of(visit, a) - of(visit, b));
}
