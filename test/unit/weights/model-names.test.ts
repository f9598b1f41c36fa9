import { describe, expect, it } from 'vitest';
import type { Layer, Network } from '../../../src/engine/network/layer.ts';
import { modelNames } from '../../../src/engine/weights/model-names.ts';

const KERNEL = {
  kernelSize: [1, 1],
  strides: [1, 1],
  padding: 'same',
  useBias: false,
  kernelInitializer: { kind: 'zeros' },
  block: 'all',
} as const;

function networkOf(...names: readonly string[]): Network {
  const layers: Layer[] = [{ kind: 'input', shape: [4, 4, 3], name: 'image', inputs: [], block: 'all' }];
  for (const name of names) {
    const inputs = [layers.at(-1)?.name ?? ''];
    layers.push(
      name.endsWith('dw')
        ? { ...KERNEL, kind: 'depthwiseConv2d', depthMultiplier: 1, name, inputs }
        : { ...KERNEL, kind: 'conv2d', filters: 3, name, inputs },
    );
  }
  return { name: 'model', family: 'model', layers, output: names.at(-1) ?? '', pretrained: new Set(names) };
}

const NETWORK = networkOf('stem', 'outer/first/conv', 'outer/second/conv', 'outer/second/dw', 'other/conv');

describe('the name of a tensor within models within one another', () => {
  it.each([
    ['stem/kernel', 'stem/kernel'],
    ['dw/kernel', 'outer/second/dw/depthwise_kernel'],
    ['first/conv/kernel', 'outer/first/conv/kernel'],
    ['outer/second/conv/bias', 'outer/second/conv/bias'],
    ['other/conv/kernel', 'other/conv/kernel'],
    // Two layers could be meant, or none.
    ['outer/conv/kernel', 'outer/conv/kernel'],
    ['conv/kernel', 'conv/kernel'],
    ['second/first/conv/kernel', 'second/first/conv/kernel'],
    ['elsewhere/kernel', 'elsewhere/kernel'],
  ])('%s is %s', (stored, name) => {
    expect(modelNames(NETWORK, [stored])(stored)).toBe(name);
  });
});
