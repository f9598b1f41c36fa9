import { describe, expect, it } from 'vitest';
import { withHead } from '../../../src/engine/network/head.ts';
import { headInitializer } from '../../../src/engine/network/hidden-layers.ts';
import type { Initializer, Network } from '../../../src/engine/network/layer.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { networkTensors } from '../../../src/engine/network/shape.ts';
import { initialValues } from '../../../src/engine/weights/initialise.ts';
import { branchedNetwork } from '../../support/small-network.ts';

/** Values of a dense kernel [fanIn, fanOut], drawn by the initialiser. */
function draw(kernelInitializer: Initializer, fanIn: number, fanOut: number): Float32Array {
  const network: Network = {
    name: 'dense',
    family: 'test',
    layers: [
      { kind: 'input', shape: [1, 1, fanIn], name: 'input', inputs: [], block: 'input' },
      { kind: 'reshape', shape: [fanIn], name: 'flat', inputs: ['input'], block: 'input' },
      {
        kind: 'dense',
        units: fanOut,
        useBias: false,
        kernelInitializer,
        name: 'dense',
        inputs: ['flat'],
        block: 'dense',
      },
    ],
    output: 'dense',
    pretrained: new Set(),
  };
  return initialValues(network, 3).get('dense/kernel') ?? new Float32Array();
}

function statistics(values: Float32Array): {
  readonly mean: number;
  readonly deviation: number;
  readonly largest: number;
} {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return {
    mean,
    deviation: Math.sqrt(variance),
    largest: values.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  };
}

describe('an initialiser draws what Keras’ would', () => {
  const [fanIn, fanOut] = [200, 300];
  const glorotLimit = Math.sqrt(6 / (fanIn + fanOut));
  const heDeviation = Math.sqrt(2 / fanIn);
  const cases: readonly (readonly [Initializer, number, number])[] = [
    [{ kind: 'glorotUniform' }, glorotLimit / Math.sqrt(3), glorotLimit],
    // Drawn wider and cut at two deviations, so that what is left has the variance 2 / fan in.
    [{ kind: 'heNormal' }, heDeviation, (2 * heDeviation) / 0.87962566103423978],
    [
      headInitializer({ initializer: 'glorotNormal', standardDeviation: null }),
      Math.sqrt(2 / (fanIn + fanOut)),
      (2 * Math.sqrt(2 / (fanIn + fanOut))) / 0.87962566103423978,
    ],
    [
      headInitializer({ initializer: 'lecunNormal', standardDeviation: null }),
      Math.sqrt(1 / fanIn),
      (2 * Math.sqrt(1 / fanIn)) / 0.87962566103423978,
    ],
    [headInitializer({ initializer: 'heUniform', standardDeviation: null }), heDeviation, Math.sqrt(6 / fanIn)],
    [headInitializer({ initializer: 'truncatedNormal', standardDeviation: 0.001 }), 0.001 * 0.87962566103423978, 0.002],
    // Cut at two deviations, and left narrower by that.
    [{ kind: 'truncatedNormal', standardDeviation: 0.02 }, 0.02 * 0.87962566103423978, 0.04],
    [{ kind: 'uniform', limit: 0.05 }, 0.05 / Math.sqrt(3), 0.05],
    // PyTorch's own: from ±1 / sqrt(fan in).
    [
      { kind: 'varianceScaling', scale: 1 / 3, mode: 'fanIn', distribution: 'uniform' },
      Math.sqrt(1 / (3 * fanIn)),
      1 / Math.sqrt(fanIn),
    ],
    [
      { kind: 'varianceScaling', scale: 2, mode: 'fanOut', distribution: 'truncatedNormal' },
      Math.sqrt(2 / fanOut),
      (2 * Math.sqrt(2 / fanOut)) / 0.87962566103423978,
    ],
  ];
  it.each(cases)('$kind', (initializer, deviation, limit) => {
    const found = statistics(draw(initializer, fanIn, fanOut));
    expect(Math.abs(found.mean)).toBeLessThan(0.02 * deviation);
    expect(found.deviation).toBeGreaterThan(0.98 * deviation);
    expect(found.deviation).toBeLessThan(1.02 * deviation);
    expect(found.largest).toBeLessThanOrEqual(Math.fround(limit));
    expect(found.largest).toBeGreaterThan(0.95 * limit);
  });

  it.each<readonly [Initializer, number]>([
    [{ kind: 'normal', standardDeviation: 0.02 }, 0.02],
    [{ kind: 'varianceScaling', scale: 2, mode: 'fanOut', distribution: 'normal' }, Math.sqrt(2 / fanOut)],
  ])('$kind, not cut', (initializer, deviation) => {
    const found = statistics(draw(initializer, fanIn, fanOut));
    expect(Math.abs(found.mean)).toBeLessThan(0.02 * deviation);
    expect(found.deviation).toBeGreaterThan(0.98 * deviation);
    expect(found.deviation).toBeLessThan(1.02 * deviation);
    // Of 60000 normal numbers some are beyond three and a half deviations, as surely as anything.
    expect(found.largest).toBeGreaterThan(3.5 * deviation);
  });

  it('zeros, ones and a constant', () => {
    expect(draw({ kind: 'zeros' }, 2, 2)).toEqual(new Float32Array(4));
    expect(draw({ kind: 'constant', value: 0.5 }, 2, 2)).toEqual(new Float32Array(4).fill(0.5));
    expect(draw({ kind: 'ones' }, 2, 2)).toEqual(new Float32Array(4).fill(1));
  });

  it('glorot over a depthwise kernel with the fans of its four dimensions', () => {
    const values = initialValues(findNetwork('mobilenet_v1_1.0_224').build(), 1).get('conv_dw_13/depthwise_kernel');
    const limit = Math.sqrt(6 / (9 * 1024 + 9));
    expect(statistics(values ?? new Float32Array()).largest).toBeLessThanOrEqual(Math.fround(limit));
    expect(statistics(values ?? new Float32Array()).largest).toBeGreaterThan(0.98 * limit);
  });
});

describe('initial values', () => {
  const base = branchedNetwork();

  it('cover every tensor of the network in its shape', () => {
    const values = initialValues(base, 1);
    for (const { name, shape } of networkTensors(base)) {
      expect(values.get(name)?.length).toBe(shape.reduce((product, size) => product * size, 1));
    }
  });

  it('are the same for a seed and differ between seeds', () => {
    expect(initialValues(base, 1)).toEqual(initialValues(base, 1));
    expect(initialValues(base, 1).get('stem/kernel')).not.toEqual(initialValues(base, 2).get('stem/kernel'));
  });

  it('of one layer do not depend on the others', () => {
    const small = findNetwork('mobilenet_v1_0.25_96').build();
    const large = withHead(small, { classes: 5, dropout: 0.2 });
    const [before, after] = [initialValues(small, 9), initialValues(large, 9)];
    for (const [name, values] of before) expect(after.get(name)).toEqual(values);
  });

  it('differ between tensors of one shape', () => {
    const values = initialValues(base, 1);
    expect(values.get('shortcut/kernel')).not.toEqual(values.get('branch_a/kernel'));
  });
});
