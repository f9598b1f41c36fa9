import type { KerasLayer } from './keras-layer.ts';

/**
 * The layers that lead to the output in the order in which Keras lists those of a model, whose weights its files tell apart by
 * their places: by depth, the farthest from the output first; of one depth those first that are met first from the output
 * (https://github.com/keras-team/keras/blob/master/keras/src/ops/function.py, `map_graph`).
 */
export function inKerasOrder(layers: readonly KerasLayer[], output: string): readonly KerasLayer[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const met = new Map<string, number>();
  // Depth first, the inputs in their order.
  const open = [output];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (met.has(name)) continue;
    met.set(name, met.size);
    open.push(...(byName.get(name)?.inputs ?? []).toReversed());
  }
  const depths = new Map<string, number>();
  for (const { name, inputs } of layers.toReversed()) {
    if (!met.has(name)) continue;
    const depth = depths.get(name) ?? 0;
    depths.set(name, depth);
    for (const input of inputs) depths.set(input, Math.max(depths.get(input) ?? 0, depth + 1));
  }
  const depthOf = ({ name }: KerasLayer): number => depths.get(name) ?? 0;
  const placeOf = ({ name }: KerasLayer): number => met.get(name) ?? 0;
  return layers
    .filter(({ name }) => met.has(name))
    .sort((left, right) => depthOf(right) - depthOf(left) || placeOf(left) - placeOf(right));
}
