import type { Network } from '../network/layer.ts';
import { networkTensors } from '../network/shape.ts';
import { kerasNames } from './names/keras-names.ts';
import { slimName } from './names/slim-names.ts';
import { torchTensor, type TorchLayer } from './names/torch-names.ts';
import { transposed } from './reorder.ts';
import type { TensorEntry, Transposition, WeightsFile } from './weights-file.ts';

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

const asKeras: Naming = (network, file) => byName(kerasNames(network, file.tensors.keys()), file);
const asSlim: Naming = (_, file) => byName(slimName, file);

function turned(entry: TensorEntry, transposition: Transposition | null): TensorEntry {
  if (transposition === null) return entry;
  const { reshaped, order } = transposition;
  return { ...entry, shape: order.map((axis) => reshaped[axis] ?? 1), transposition };
}

const asTorch: Naming = (network, file) => {
  const kinds = new Map(network.layers.map(({ name, kind }) => [name, kind]));
  const channels = new Map(
    networkTensors(network).flatMap(({ layer, role, shape }) =>
      role === 'depthwise_kernel' ? [[layer, shape[2] ?? 0] as const] : [],
    ),
  );
  const layerOf = (name: string): TorchLayer | null => {
    const kind = kinds.get(name);
    return kind === undefined ? null : { kind, channels: channels.get(name) ?? 0 };
  };
  return [...file.tensors].map(([own, entry]) => {
    const found = torchTensor(own, entry.shape, layerOf);
    return found ? { name: found.name, own, entry: turned(entry, found.transposition) } : { name: own, own, entry };
  });
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
  for (const naming of [asKeras, asTorch, asSlim]) {
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
      const transposition = source?.entry.transposition;
      return transposition ? transposed(values, transposition.reshaped, transposition.order) : values;
    },
    close: () => file.close(),
  };
}
