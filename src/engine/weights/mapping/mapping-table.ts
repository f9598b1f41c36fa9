import type { MappedTensor } from '../../../shared/contract/weights-mapping.ts';
import type { Network } from '../../network/layer.ts';
import { networkTensors } from '../../network/shape.ts';
import { withNetworkNames } from '../network-names.ts';
import type { TensorEntry, WeightsFile } from '../weights-file.ts';

function storedOf({ storedName, shape, dtype, stored }: TensorEntry): MappedTensor['stored'] {
  return { name: storedName, shape: [...(stored?.shape ?? shape)], dtype };
}

/**
 * What becomes of every tensor of a network, and of every tensor of a file, when the one is filled from the other.
 *
 * @param given under the names that a user's rules leave; the built-in ones are looked for among those
 */
export function mappingTable(network: Network, given: WeightsFile): readonly MappedTensor[] {
  const file = withNetworkNames(network, given);
  const expected = networkTensors(network).filter((tensor) => network.pretrained.has(tensor.layer));
  const rows = expected.map<MappedTensor>(({ name, shape }) => {
    const entry = file.tensors.get(name);
    const fits = entry?.shape.join() === shape.join();
    return {
      tensor: name,
      shape: [...shape],
      stored: entry ? storedOf(entry) : null,
      order: entry?.stored && fits ? [...entry.stored.order] : null,
      state: entry ? (fits ? 'loaded' : 'shape') : 'missing',
    };
  });
  const names = new Set(expected.map(({ name }) => name));
  const others = [...file.tensors].filter(([name]) => !names.has(name));
  return [
    ...rows,
    ...others.map<MappedTensor>(([, entry]) => ({
      ...{ tensor: null, shape: null, order: null },
      stored: storedOf(entry),
      state: 'unexpected',
    })),
  ];
}
