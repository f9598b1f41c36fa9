import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { TensorSpecification } from '../../src/engine/network/layer.ts';
import { elementCount } from '../../src/engine/network/shape.ts';
import { sharedPath } from './shared.ts';

const summary = z.object({
  shape: z.array(z.int()),
  mean: z.number(),
  std: z.number(),
  first: z.array(z.number()),
});

const reference = z.object({
  framework: z.string(),
  network: z.string(),
  size: z.int(),
  parameters: z.int(),
  tensors: z.array(z.tuple([z.string(), z.array(z.int())])),
  output: summary.extend({ logits: z.array(z.array(z.number())) }),
  checkpoints: z.record(z.string(), summary),
});
export type Reference = z.infer<typeof reference>;
export type Summary = z.infer<typeof summary>;

/** A published network's outputs under weights that are filled from the tensors' names, from a file of the shared folder. */
export function readReference(name: string): Reference {
  return readReferenceFile(sharedPath('reference', `${name}.json`));
}

/** The same from any file. */
export function readReferenceFile(file: string): Reference {
  return reference.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/**
 * Numbers u in [0, 1) that depend on the name alone, as `value(u)`: FNV-1a, then mulberry32, in 32-bit unsigned arithmetic.
 * A loop, for VGG16 has 138 million of them.
 */
function drawn(name: string, count: number, value: (u: number) => number): Float32Array {
  let seed = 0x811c9dc5;
  for (const byte of Buffer.from(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  const values = new Float32Array(count);
  for (let index = 0; index < count; index += 1) {
    const a = (seed + Math.imul(index + 1, 0x6d2b79f5)) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t = (Math.imul(t ^ (t >>> 7), t | 61) + t) ^ t;
    values[index] = value(((t ^ (t >>> 14)) >>> 0) / 4294967296);
  }
  return values;
}

/** The value of a tensor in the references of Keras. */
export function filledTensor(tensor: Pick<TensorSpecification, 'name' | 'role' | 'shape'>): Float32Array {
  const fanIn =
    tensor.role === 'depthwise_kernel'
      ? elementCount(tensor.shape.slice(0, 2))
      : elementCount(tensor.shape.slice(0, -1));
  const scale = Math.sqrt(6 / fanIn);
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
        return (2 * u - 1) * 0.1;
    }
  };
  return drawn(tensor.name, elementCount(tensor.shape), value);
}

/** The references' input, [2, size, size, 3] in [-1, 1). */
export function referenceInput(size: number): Float32Array {
  return drawn('input', 2 * size * size * 3, (u) => 2 * u - 1);
}

/** Largest distance between a tensor and its summary, in units of what the references allow: at most 1 is equal. */
export function distance(values: Float32Array, expected: Summary): number {
  const allowed = 1e-3 * expected.std + 1e-4;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  const differences = [
    mean - expected.mean,
    std - expected.std,
    ...expected.first.map((value, index) => (values[index] ?? NaN) - value),
  ];
  return Math.max(...differences.map(Math.abs)) / allowed;
}
