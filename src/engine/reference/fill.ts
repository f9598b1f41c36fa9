import type { Publisher } from '../network/family.ts';
import type { TensorSpecification } from '../network/layer.ts';
import { elementCount } from '../network/shape.ts';
import { slimTensor } from '../network/slim/layout.ts';
import { inOurLayout, type StoredTensor } from '../network/stored-tensor.ts';
import { torchTensor } from '../network/torch/layout.ts';

/**
 * Numbers u in [0, 1) that depend on the name alone, as `value(u)`: FNV-1a, then mulberry32, in 32-bit unsigned arithmetic.
 * A loop, for VGG16 has 138 million of them.
 */
function drawn(name: string, count: number, value: (u: number) => number): Float32Array {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  const values = new Float32Array(count);
  for (let index = 0; index < count; index += 1) {
    const a = (seed + Math.imul(index + 1, 0x6d2b79f5)) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t = (Math.imul(t ^ (t >>> 7), t | 61) + t) ^ t;
    values[index] = value(((t ^ (t >>> 14)) >>> 0) / 4294967296);
  }
  return values;
}

/** How the publisher keeps a tensor. */
export function storedTensor(publisher: Publisher, tensor: TensorSpecification): StoredTensor {
  switch (publisher) {
    case 'torch':
      return torchTensor(tensor);
    case 'slim':
      return slimTensor(tensor);
    case 'keras': {
      const { name, shape } = tensor;
      return { name, shape, view: shape, order: shape.map((_, axis) => axis) };
    }
  }
}

/** The values that one output of a kernel depends on, as the publisher's references count them. */
function fanIn(publisher: Publisher, { role }: TensorSpecification, shape: readonly number[]): number {
  if (publisher === 'torch') return elementCount(shape.slice(1));
  return elementCount(publisher === 'keras' && role === 'depthwise_kernel' ? shape.slice(0, 2) : shape.slice(0, -1));
}

/** The value of a tensor in the publisher's references, in our layout. */
export function filledTensor(publisher: Publisher, tensor: TensorSpecification): Float32Array {
  const stored = storedTensor(publisher, tensor);
  const scale = Math.sqrt(6 / fanIn(publisher, tensor, stored.shape));
  const value = (u: number): number => {
    switch (tensor.role) {
      case 'kernel':
      case 'depthwise_kernel':
      case 'pointwise_kernel':
        return (2 * u - 1) * scale;
      case 'gamma':
        return 0.75 + 0.5 * u;
      case 'moving_variance':
        return 0.5 + u;
      case 'bias':
      case 'beta':
      case 'moving_mean':
      case 'constant':
        return (2 * u - 1) * 0.1;
    }
  };
  return inOurLayout(drawn(stored.name, elementCount(stored.shape), value), stored);
}

/**
 * The references' two images, [2, size, size, 3], in [-1, 1) or in [0, 1).
 *
 * @param range `unit` for networks that the references feed pixels of up to 255, to be scaled within the network
 */
export function referenceInput(size: number, range: 'signed' | 'unit'): Float32Array {
  return drawn('input', 2 * size * size * 3, range === 'unit' ? (u) => u : (u) => 2 * u - 1);
}
