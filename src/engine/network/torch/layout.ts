import type { TensorRole, TensorSpecification } from '../layer.ts';
import type { StoredTensor } from '../stored-tensor.ts';

/** PyTorch's names of a module's parameters and buffers. */
const LEAVES: Readonly<Record<TensorRole, string>> = {
  kernel: 'weight',
  depthwise_kernel: 'weight',
  pointwise_kernel: 'weight',
  bias: 'bias',
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
  constant: 'constant',
};

/**
 * How PyTorch keeps a tensor of a network whose layers are named by their modules: `layer1.0.conv1/kernel`, [height, width,
 * in, out], is its `layer1.0.conv1.weight`, [out, in, height, width].
 */
export function torchTensor({ layer, role, shape }: TensorSpecification): StoredTensor {
  const name = `${layer}.${LEAVES[role]}`;
  const [rows = 1, columns = 1, channels = 1, filters = 1] = shape;
  if (role === 'depthwise_kernel') {
    // Grouped by channel: a filter sees one of them, and a channel's filters lie one after the other.
    const view = [channels, filters, rows, columns];
    return { name, shape: [channels * filters, 1, rows, columns], view, order: [2, 3, 0, 1] };
  }
  if (shape.length === 4) {
    const stored = [filters, channels, rows, columns];
    return { name, shape: stored, view: stored, order: [2, 3, 1, 0] };
  }
  const stored = shape.toReversed();
  return { name, shape: stored, view: stored, order: shape.map((_, axis) => shape.length - 1 - axis) };
}

/**
 * The name that today's torchvision gives a tensor of an older file: DenseNet's modules were once `norm.1` and `conv.2`,
 * which are now `norm1` and `conv2`.
 */
export function currentTorchName(name: string): string {
  return name.replace(/(\.denselayer\d+\.(?:norm|relu|conv))\.([12]\.)/, '$1$2');
}

/** Whether a network's file holds this beside what is used of it: step counters, and classifiers that only train. */
export function isKnownTorchExtra(name: string): boolean {
  return name.endsWith('.num_batches_tracked') || name.startsWith('AuxLogits.');
}
