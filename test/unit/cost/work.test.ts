import { describe, expect, it } from 'vitest';
import { backwardWork, forwardWork, type Work } from '../../../src/engine/cost/work.ts';
import type { ActivationLayer, Conv2dLayer, Layer } from '../../../src/engine/network/layer.ts';

const SHAPE = [16, 16, 64];
const convolution: Conv2dLayer = {
  kind: 'conv2d',
  filters: 64,
  kernelSize: [3, 3],
  strides: [1, 1],
  padding: 'same',
  useBias: false,
  kernelInitializer: { kind: 'zeros' },
  name: 'layer',
  inputs: ['below'],
  block: 'block',
};
const base = { name: 'layer', inputs: ['below'], block: 'block' } as const;
const activation = (of: ActivationLayer['activation']): Layer => ({ ...base, kind: 'activation', activation: of });

const shaped = (layer: Layer, follows: Layer['kind'] | null = null) => ({
  layer,
  inputs: [SHAPE],
  output: SHAPE,
  follows,
});
const forwards = (layer: Layer, follows: Layer['kind'] | null = null, isTraining = true): Work =>
  forwardWork(shaped(layer, follows), { batch: 8, isTraining });
const backwards = (layer: Layer, byInput = true, byWeights = true): Work =>
  backwardWork(shaped(layer), { byInput, byWeights, usesBatchStatistics: false }, 8);

describe('the work of a layer', () => {
  it('of an activation grows with the operations that it becomes', () => {
    const order = ['relu', 'swish', 'hard_swish', 'gelu', 'gelu_tanh'] as const;
    for (const work of [forwards, backwards]) {
      const traffic = order.map((name) => work(activation(name)).traffic);
      expect(traffic).toEqual(traffic.toSorted((a, b) => a - b));
      expect(new Set(traffic).size).toBe(order.length);
    }
  });

  it('of an activation is nothing where the runtime fuses it, and only there', () => {
    const fused = (name: ActivationLayer['activation']): boolean =>
      forwards(activation(name), 'conv2d', false).operations === 0;
    expect((['relu', 'relu6', 'elu', 'leaky_relu'] as const).every(fused)).toBe(true);
    expect((['swish', 'gelu', 'tanh', 'hard_swish', 'selu'] as const).some(fused)).toBe(false);
  });

  it('of a convolution in groups is as many times less', () => {
    const [whole, grouped] = [convolution, { ...convolution, groups: 4 }];
    expect(forwards(grouped).convolution).toBe(forwards(whole).convolution / 4);
    expect(backwards(grouped).convolutionGradient).toBe(backwards(whole).convolutionGradient / 4);
  });

  it('of a transposed convolution is that of the convolution turned around', () => {
    const transposed: Layer = { ...convolution, kind: 'conv2dTranspose' };
    expect(forwards(transposed).convolutionGradient).toBe(forwards(convolution).convolution);
    expect(backwards(transposed, true, false).convolution).toBe(forwards(convolution).convolution);
    expect(backwards(transposed, false, true).convolutionGradient).toBe(forwards(convolution).convolution);
  });

  it('of a separable convolution is that of its two halves', () => {
    const halves = { ...convolution, depthMultiplier: 1 } as const;
    const separable: Layer = { ...halves, kind: 'separableConv2d' };
    const depthwise: Layer = { ...halves, kind: 'depthwiseConv2d' };
    const pointwise: Layer = { ...convolution, kernelSize: [1, 1] };
    expect(forwards(separable).depthwise).toBe(forwards(depthwise).depthwise);
    expect(forwards(separable).convolution).toBe(forwards(pointwise).convolution);
    expect(backwards(separable).depthwiseGradient).toBe(backwards(depthwise).depthwiseGradient);
    expect(backwards(separable).convolutionGradient).toBe(backwards(pointwise).convolutionGradient);
  });

  const moving: readonly Layer[] = [
    { ...base, kind: 'layerNorm', epsilon: 1e-3, scale: true, center: true },
    { ...base, kind: 'localResponseNorm', depthRadius: 2, bias: 1, alpha: 1, beta: 0.5 },
    { ...base, kind: 'multiply' },
    { ...base, kind: 'adaptiveAveragePool2d', outputSize: [16, 16] },
    { ...base, kind: 'adaptiveMaxPool2d', outputSize: [16, 16] },
    { ...base, kind: 'permute', order: [2, 0, 1] },
    { ...base, kind: 'reflectionPadding2d', padding: { top: 1, bottom: 1, left: 1, right: 1 } },
    { ...base, kind: 'resizing', height: 16, width: 16, interpolation: 'bilinear' },
    { ...base, kind: 'slice', begin: [0, 0, 0], size: SHAPE },
  ];
  it.each(moving.map((layer) => ({ kind: layer.kind, layer })))(
    'that multiplies nothing moves memory: $kind',
    ({ layer }) => {
      for (const work of [forwards(layer), backwards(layer)]) {
        expect(work.traffic).toBeGreaterThan(0);
        expect(work.operations).toBeGreaterThan(0);
        expect(work.convolution + work.convolutionGradient).toBe(0);
      }
      expect(backwards(layer, false, false).traffic).toBe(0);
    },
  );
});
