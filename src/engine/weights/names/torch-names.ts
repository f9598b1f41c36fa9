import type { Layer, TensorRole } from '../../network/layer.ts';
import type { Transposition } from '../weights-file.ts';

/** What wrappers of a module write before its names: DataParallel, `torch.compile`. */
const WRAPPERS = /^(?:module\.|_orig_mod\.)+/;

/** A network's name of a PyTorch parameter, and how its values get there. */
export interface TorchTensor {
  readonly name: string;
  readonly transposition: Transposition | null;
}

/** What the layout of a layer's kernel depends on. */
export interface TorchLayer {
  readonly kind: Layer['kind'];
  /** Of the input of a depthwise convolution. */
  readonly channels: number;
}

function roleOf(parameter: string, kind: Layer['kind']): TensorRole | null {
  const isNorm = kind === 'batchNorm' || kind === 'layerNorm';
  switch (parameter) {
    case 'weight':
      if (isNorm) return 'gamma';
      return kind === 'depthwiseConv2d' ? 'depthwise_kernel' : 'kernel';
    case 'bias':
      return isNorm ? 'beta' : 'bias';
    case 'running_mean':
      return 'moving_mean';
    case 'running_var':
      return 'moving_variance';
    default:
      return null;
  }
}

/** From PyTorch's layout of kernels to TensorFlow's. */
function transposition(kind: Layer['kind'], storedShape: readonly number[], channels: number): Transposition | null {
  const [outputs = 0, perGroup = 0, height = 0, width = 0] = storedShape;
  if (storedShape.length === 2) return { storedShape, reshaped: storedShape, order: [1, 0] };
  if (storedShape.length !== 4) return null;
  // [channels * multiplier, 1, height, width], the filters of one channel together.
  if (kind === 'depthwiseConv2d') {
    if (perGroup !== 1 || channels === 0 || outputs % channels !== 0) return null;
    return { storedShape, reshaped: [channels, outputs / channels, height, width], order: [2, 3, 0, 1] };
  }
  // A transposed convolution has [in, out, height, width] for [height, width, out, in]: the same turn.
  return { storedShape, reshaped: storedShape, order: [2, 3, 1, 0] };
}

/**
 * The tensor of a network that a parameter or buffer of a PyTorch module is: a layer's name is its module path.
 *
 * @param layerOf the network's layer of that name; null where it has none
 * @returns null for what no layer of the network has
 */
export function torchTensor(
  storedName: string,
  storedShape: readonly number[],
  layerOf: (name: string) => TorchLayer | null,
): TorchTensor | null {
  const path = storedName.replace(WRAPPERS, '');
  const at = path.lastIndexOf('.');
  const layer = layerOf(path.slice(0, Math.max(0, at)));
  const role = layer && roleOf(path.slice(at + 1), layer.kind);
  if (!layer || !role) return null;
  const isKernel = role === 'kernel' || role === 'depthwise_kernel';
  return {
    name: `${path.slice(0, at)}/${role}`,
    transposition: isKernel ? transposition(layer.kind, storedShape, layer.channels) : null,
  };
}
