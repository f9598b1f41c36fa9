import type { Network } from '../network/layer.ts';

/** Whether a file's name of a layer, `outer/conv1`, has parts of a path, `outer/inner/conv1`, in their order and its end. */
function isWithin(parts: readonly string[], path: readonly string[]): boolean {
  if (parts.at(-1) !== path.at(-1)) return false;
  let from = 0;
  return parts.every((part) => {
    const at = path.indexOf(part, from);
    from = at + 1;
    return at !== -1;
  });
}

/**
 * A network's names where models lie within one another: files call a layer by its own name, and put models before it only
 * where others are called the same. What Keras 3 calls a depthwise convolution's `kernel` is its `depthwise_kernel`.
 *
 * @param stored the names of all tensors of the file
 */
export function modelNames(network: Network, stored: Iterable<string>): (name: string) => string {
  const depthwise = new Set(network.layers.flatMap(({ kind, name }) => (kind === 'depthwiseConv2d' ? [name] : [])));
  const byEnd = Map.groupBy(
    network.layers.map(({ name }) => name.split('/')),
    (path) => path.at(-1) ?? '',
  );
  const known = new Set(network.layers.map(({ name }) => name));
  const layers = new Map<string, string>();
  for (const stem of new Set([...stored].map((name) => name.slice(0, name.lastIndexOf('/'))))) {
    const parts = stem.split('/');
    const [path, ...others] = (byEnd.get(parts.at(-1) ?? '') ?? []).filter((candidate) => isWithin(parts, candidate));
    if (!known.has(stem) && path && others.length === 0) layers.set(stem, path.join('/'));
  }
  return (name) => {
    const at = name.lastIndexOf('/');
    const layer = layers.get(name.slice(0, at)) ?? name.slice(0, at);
    const role = name.slice(at + 1);
    return `${layer}/${role === 'kernel' && depthwise.has(layer) ? 'depthwise_kernel' : role}`;
  };
}
