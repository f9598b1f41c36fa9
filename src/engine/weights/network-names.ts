import { giveBack } from '../network/tensor-memory.ts';
import { tensorLeaf } from '../network/foreign/foreign-graph.ts';
import type { Network, TensorSpecification } from '../network/layer.ts';
import { networkTensors } from '../network/shape.ts';
import { slimTensor } from '../network/slim/layout.ts';
import { inOurLayout, isInOurLayout, type StoredTensor } from '../network/stored-tensor.ts';
import { currentTorchName, torchTensor } from '../network/torch/layout.ts';
import { kerasNames, kerasPlaces, withoutModel } from './keras-names.ts';
import { modelNames } from './model-names.ts';
import type { TensorEntry, WeightsFile } from './weights-file.ts';

/** What wrappers of a module write before its names: DataParallel, `torch.compile`. */
const TORCH_WRAPPERS = /^(?:module\.|_orig_mod\.)+/;

/** A tensor of a file under the network's name of it. */
interface Named {
  readonly name: string;
  /** Its name in the file's own list. */
  readonly own: string;
  readonly entry: TensorEntry;
}
type Naming = (network: Network, file: WeightsFile) => readonly Named[];

function byName(rename: (name: string) => string, { tensors }: WeightsFile): readonly Named[] {
  return [...tensors].map(([own, entry]) => ({ name: rename(own), own, entry }));
}

/** A tensor of the file as the network would have it; where the shape is another, its dimensions are still in our order. */
function entryOf(entry: TensorEntry, specification: TensorSpecification, stored: StoredTensor): TensorEntry {
  if (isInOurLayout(stored)) return entry;
  if (entry.shape.join() === stored.shape.join()) return { ...entry, shape: specification.shape, stored };
  const shape =
    entry.shape.length === 4 ? [2, 3, 1, 0].map((axis) => entry.shape[axis] ?? 0) : entry.shape.toReversed();
  return { ...entry, shape };
}

/** Tensors by the names that a framework's files have for those of the network; others keep theirs. */
function byFramework(
  keeps: (tensor: TensorSpecification) => StoredTensor,
  plainName: (storedName: string) => string,
): Naming {
  return (network, { tensors }) => {
    const expected = new Map(
      networkTensors(network).map((specification) => {
        const stored = keeps(specification);
        return [stored.name, { specification, stored }] as const;
      }),
    );
    return [...tensors].map(([own, entry]) => {
      const found = expected.get(plainName(own));
      if (found === undefined) return { name: own, own, entry };
      const { specification, stored } = found;
      return { name: specification.name, own, entry: entryOf(entry, specification, stored) };
    });
  };
}

const asKeras: Naming = (network, file) => byName(kerasNames(network, file.tensors.keys()), file);
const asKerasModel: Naming = (network, file) => {
  const plain = withoutModel(file.tensors.keys());
  const names = kerasNames(network, [...file.tensors.keys()].map(plain));
  return byName((name) => names(plain(name)), file);
};
/** Only this layout counts the layers of each class from the first of the model on. */
const asModel: Naming = (network, file) => byName(modelNames(network, file.tensors.keys()), file);
const asKerasPlaces: Naming = (network, file) =>
  file.format === 'keras-v3-h5' ? byName(kerasPlaces(network, file.tensors.keys()), file) : [];
const asTorch = byFramework(torchTensor, (name) => currentTorchName(name.replace(TORCH_WRAPPERS, '')));
const asSlim = byFramework(slimTensor, (name) => name);

/** A graph's own file has its tensors by the names that it was opened with. */
const asGraph: Naming = (network, { tensors, others = new Map<string, TensorEntry>() }) => {
  const names = new Map<string, string[]>();
  for (const layer of network.layers) {
    if (layer.kind !== 'foreignGraph') continue;
    for (const { node, stored } of layer.graph.tensors) {
      // A function that is called twice has its constants at two places.
      const known = names.get(stored) ?? [];
      known.push(`${layer.name}/${tensorLeaf(node)}`);
      names.set(stored, known);
    }
  }
  if (names.size === 0) return [];
  const used = [...others].filter(([own]) => names.has(own));
  return [...tensors, ...used].flatMap(([own, entry]) =>
    (names.get(own) ?? [own]).map((name) => ({ name, own, entry })),
  );
};

/** How much of a network is found: its names count first, their shapes where as many are found another way. */
function score(expected: ReadonlyMap<string, string>, named: readonly Named[]): number {
  const known = named.filter(({ name }) => expected.has(name));
  const fitting = known.filter(({ name, entry }) => expected.get(name) === entry.shape.join());
  return known.length + fitting.length / (named.length + 1);
}

/**
 * A file's tensors under the names and in the layout that the network gives them, by the rules of whichever framework fits
 * best; the file itself where all are alike.
 */
export function withNetworkNames(network: Network, file: WeightsFile): WeightsFile {
  const expected = new Map(networkTensors(network).map(({ name, shape }) => [name, shape.join()]));
  let named: readonly Named[] = byName((name) => name, file);
  let most = score(expected, named);
  const unchanged = named;
  for (const naming of [asKeras, asKerasModel, asModel, asKerasPlaces, asTorch, asSlim, asGraph]) {
    const candidate = naming(network, file);
    // Two under one name would hide one: then the file is taken by its own word.
    if (new Set(candidate.map(({ name }) => name)).size !== candidate.length) continue;
    const found = score(expected, candidate);
    if (found <= most) continue;
    named = candidate;
    most = found;
  }
  if (named === unchanged) return file;
  const sources = new Map(named.map((tensor) => [tensor.name, tensor]));
  return {
    path: file.path,
    format: file.format,
    framework: file.framework,
    sha256: file.sha256,
    tensors: new Map(named.map(({ name, entry }) => [name, entry])),
    read: (name) => {
      const source = sources.get(name);
      const values = file.read(source?.own ?? name);
      const stored = source?.entry.stored;
      if (!stored) return values;
      const turned = inOurLayout(values, stored);
      if (turned !== values) giveBack(values);
      return turned;
    },
    close: () => file.close(),
  };
}
