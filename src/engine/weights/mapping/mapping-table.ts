import type { MappedTensor } from '../../../shared/contract/weights-mapping.ts';
import type { Network } from '../../network/layer.ts';
import { networkTensors } from '../../network/shape.ts';
import type { HeadWeights } from '../head-weights.ts';
import { withNetworkNames } from '../network-names.ts';
import type { TensorEntry, WeightsFile } from '../weights-file.ts';

function storedOf({ storedName, shape, dtype, stored }: TensorEntry): MappedTensor['stored'] {
  return { name: storedName, shape: [...(stored?.shape ?? shape)], dtype };
}

/**
 * What becomes of every tensor of a network, and of every tensor of a file, when the one is filled from the other.
 *
 * @param given under the names that a user's rules leave; the built-in ones are looked for among those
 * @param head what the new head gets of it
 */
export function mappingTable(
  network: Network,
  given: WeightsFile,
  head: HeadWeights | null = null,
): readonly MappedTensor[] {
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
  const kept = [...(head?.tensors ?? [])].map<MappedTensor>(([tensor, { shape, entry }]) => ({
    tensor,
    shape: [...shape],
    stored: storedOf(entry),
    order: entry.stored ? [...entry.stored.order] : null,
    state: 'loaded',
  }));
  const names = new Set(expected.map(({ name }) => name));
  const used = new Set(kept.map(({ stored }) => stored?.name));
  const others = [...file.tensors].filter(([name, { storedName }]) => !names.has(name) && !used.has(storedName));
  return [
    ...rows,
    ...kept,
    ...others.map<MappedTensor>(([, entry]) => ({
      ...{ tensor: null, shape: null, order: null },
      stored: storedOf(entry),
      state: 'unexpected',
    })),
  ];
}
