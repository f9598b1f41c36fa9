import { createHash } from 'node:crypto';
import type { Initializer, Network, TensorSpecification } from '../network/layer.ts';
import { elementCount, networkTensors } from '../network/shape.ts';

/**
 * A stream of uniform numbers in [0, 1): xoshiro128** (Blackman and Vigna, https://prng.di.unimi.it/), its state the first
 * 128 bits of SHA-256 of the seed and the tensor's name, so that a layer added to a network changes no other's values.
 */
function uniformStream(seed: number, name: string): () => number {
  const digest = createHash('sha256').update(`${seed}\n${name}`).digest();
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let d = digest.readInt32LE(12);
  const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result / 2 ** 32;
  };
}

/** Normal numbers by the polar method (Marsaglia and Bray, 1964), redrawn beyond `largest` standard deviations. */
function normalStream(uniform: () => number, largest = Infinity): () => number {
  return () => {
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const value = x * Math.sqrt((-2 * Math.log(square)) / square);
      if (Math.abs(value) <= largest) return value;
    }
  };
}

/** Where Keras cuts a normal distribution that it calls truncated. */
const TRUNCATION = 2;

/** Keras' `compute_fans`; a depthwise kernel [height, width, channels, multiplier] is treated as any other. */
function fans(shape: readonly number[]): {
  readonly fanIn: number;
  readonly fanOut: number;
  readonly fanAverage: number;
} {
  const receptiveField = elementCount(shape.slice(0, -2));
  const [fanIn, fanOut] = [receptiveField * (shape.at(-2) ?? 1), receptiveField * (shape.at(-1) ?? 1)];
  return { fanIn, fanOut, fanAverage: (fanIn + fanOut) / 2 };
}

/** The standard deviation of a unit normal truncated at two: Keras divides by it, so that the variance is what was asked. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

function fill(initializer: Initializer, shape: readonly number[], uniform: () => number): Float32Array {
  const values = new Float32Array(elementCount(shape));
  switch (initializer.kind) {
    case 'zeros':
      return values;
    case 'ones':
      return values.fill(1);
    case 'constant':
      return values.fill(initializer.value);
    case 'normal': {
      const normal = normalStream(uniform);
      return values.map(() => normal() * initializer.standardDeviation);
    }
    case 'uniform':
      return values.map(() => (2 * uniform() - 1) * initializer.limit);
    case 'varianceScaling': {
      const variance = initializer.scale / fans(shape)[initializer.mode];
      const standardDeviation = Math.sqrt(variance);
      switch (initializer.distribution) {
        case 'uniform':
          return fill({ kind: 'uniform', limit: Math.sqrt(3 * variance) }, shape, uniform);
        case 'normal':
          return fill({ kind: 'normal', standardDeviation }, shape, uniform);
        case 'truncatedNormal': {
          const wider = standardDeviation / TRUNCATED_DEVIATION;
          return fill({ kind: 'truncatedNormal', standardDeviation: wider }, shape, uniform);
        }
      }
    }
    case 'glorotUniform': {
      const { fanIn, fanOut } = fans(shape);
      const limit = Math.sqrt(6 / (fanIn + fanOut));
      return values.map(() => (2 * uniform() - 1) * limit);
    }
    case 'heNormal': {
      const normal = normalStream(uniform, TRUNCATION);
      const deviation = Math.sqrt(2 / fans(shape).fanIn) / TRUNCATED_DEVIATION;
      return values.map(() => normal() * deviation);
    }
    case 'truncatedNormal': {
      const normal = normalStream(uniform, TRUNCATION);
      return values.map(() => normal() * initializer.standardDeviation);
    }
  }
}

/**
 * The values of one tensor before any training: Keras' initialisers (https://keras.io/api/layers/initializers/), though not
 * its random numbers.
 */
export function initialValue({ name, initializer, shape }: TensorSpecification, seed: number): Float32Array {
  return fill(initializer, shape, uniformStream(seed, name));
}

/** The values of every tensor of the network before any training, by name. */
export function initialValues(network: Network, seed: number): Map<string, Float32Array> {
  return new Map(networkTensors(network).map((tensor) => [tensor.name, initialValue(tensor, seed)]));
}
