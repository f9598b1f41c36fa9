import { networkTensors } from '../../network/shape.ts';
import { inStoredLayout } from '../../network/stored-tensor.ts';
import { torchTensor } from '../../network/torch/layout.ts';
import type { ExportedNetwork } from '../exported-network.ts';
import type { TorchTensor } from './torch-file.ts';
import { torchTwin } from './torch-twin.ts';

/** The path of a layer's module: that of torchvision's classifier, where the network has such a twin. */
export function modulePath(network: ExportedNetwork['network']): (layer: string) => string {
  const twin = torchTwin(network);
  return (layer) => (layer === network.output && twin ? twin.classifier : layer);
}

/** The state dictionary of a network, in PyTorch's layout; a BatchNorm counts no batches, as one that is only used. */
export function torchState({ network, values }: Omit<ExportedNetwork, 'classes'>): ReadonlyMap<string, TorchTensor> {
  const pathOf = modulePath(network);
  const state = new Map<string, TorchTensor>();
  for (const specification of networkTensors(network)) {
    const { name, layer, role, shape } = specification;
    const own = values.get(name);
    if (!own) throw new TypeError(`There is no value of '${name}'.`);
    const stored = torchTensor(specification);
    const path = pathOf(layer);
    state.set(`${path}${stored.name.slice(layer.length)}`, {
      shape: stored.shape,
      data: inStoredLayout(own, shape, stored),
    });
    if (role === 'moving_variance') state.set(`${path}.num_batches_tracked`, { shape: [], data: new BigInt64Array(1) });
  }
  return state;
}
