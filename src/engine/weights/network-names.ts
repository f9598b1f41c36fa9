import type { Network } from '../network/layer.ts';
import { networkTensors } from '../network/shape.ts';
import type { WeightsFile } from './weights-file.ts';

/** Keras names layers without a name by their kind, and counts. */
const AUTOMATIC_NAME = /^(conv2d|batch_normalization)(?:_(\d+))?$/;

function layersOf(tensorNames: Iterable<string>): readonly string[] {
  return [...new Set([...tensorNames].map((name) => name.slice(0, name.lastIndexOf('/'))))];
}

/** Layers that Keras has named, by kind, the first made first. */
function automatic(layers: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = layers.flatMap((name) => {
    const match = AUTOMATIC_NAME.exec(name);
    return match ? [{ name, kind: match[1] ?? '', count: Number(match[2] ?? 0) }] : [];
  });
  const kinds = Map.groupBy(found, ({ kind }) => kind);
  return new Map(
    [...kinds].map(([kind, own]) => [kind, own.sort((a, b) => a.count - b.count).map(({ name }) => name)]),
  );
}

/**
 * Pairs layers by their place among those of their kind: Keras counts on from one network to the next, so that the published
 * weights of Inception v3 begin with `conv2d_1`, and those of the second network of a program with `conv2d_94`.
 */
function renumbered(expected: readonly string[], stored: readonly string[]): ReadonlyMap<string, string> {
  const theirs = automatic(stored);
  return new Map(
    [...automatic(expected)].flatMap(([kind, names]) => {
      const others = theirs.get(kind) ?? [];
      // Another number of layers is another network, or one with layers of the user's own: nothing tells which are which.
      return others.length === names.length ? others.map((name, place) => [name, names[place] ?? name] as const) : [];
    }),
  );
}

/**
 * A file's tensors under the names that the network gives them, where Keras has counted otherwise; the file itself where all
 * are alike.
 */
export function withNetworkNames(network: Network, file: WeightsFile): WeightsFile {
  const expected = layersOf(networkTensors(network).map(({ name }) => name));
  const renamed = renumbered(expected, layersOf(file.tensors.keys()));
  if ([...renamed].every(([from, to]) => from === to)) return file;
  const storedNames = new Map(
    [...file.tensors.keys()].map((name) => {
      const at = name.lastIndexOf('/');
      const layer = name.slice(0, at);
      return [`${renamed.get(layer) ?? layer}${name.slice(at)}`, name] as const;
    }),
  );
  // Two under one name would hide one: then the file is taken by its own word.
  if (storedNames.size !== file.tensors.size) return file;
  return {
    path: file.path,
    format: file.format,
    sha256: file.sha256,
    tensors: new Map(
      [...storedNames].flatMap(([name, own]) => {
        const entry = file.tensors.get(own);
        return entry ? [[name, entry] as const] : [];
      }),
    ),
    read: (name) => file.read(storedNames.get(name) ?? name),
    close: () => file.close(),
  };
}
