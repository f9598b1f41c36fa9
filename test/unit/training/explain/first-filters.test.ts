import { describe, expect, it } from 'vitest';
import { withHead } from '../../../../src/engine/network/head.ts';
import { findNetwork } from '../../../../src/engine/network/registry.ts';
import { scaleToUnitRange, subtractCaffeMean } from '../../../../src/engine/network/preprocessing.ts';
import { filterPixels, firstConvolution } from '../../../../src/engine/training/explain/first-filters.ts';
import { branchedNetwork } from '../../../support/small-network.ts';

describe('filterPixels', () => {
  it('puts 0 in the middle where a kernel has both signs', () => {
    // [height, width, channels, count] of one place and two kernels.
    const kernel = Float32Array.of(-2, 10, 0, 20, 1, 30);
    expect([...filterPixels(kernel, [1, 1, 3, 2], 'rgb')]).toEqual([0, 128, 191, 0, 128, 255]);
  });

  it('shows the colours of a network that takes blue first', () => {
    expect([...filterPixels(Float32Array.of(1, 2, 3), [1, 1, 3, 1], 'bgr')]).toEqual([255, 128, 0]);
  });

  it('shows kernels of one channel in grey, and one that is the same everywhere in the middle', () => {
    expect([...filterPixels(Float32Array.of(1, 3), [1, 2, 1, 1], 'grey')]).toEqual([0, 0, 0, 255, 255, 255]);
    expect([...filterPixels(Float32Array.of(5, 5, 5), [1, 1, 3, 1], 'rgb')]).toEqual([128, 128, 128]);
  });
});

describe('firstConvolution', () => {
  it('is found behind paddings, and keeps the order of the channels', () => {
    const { preprocessing, build } = findNetwork('resnet50_224');
    const { layer, channelOrder } = firstConvolution(withHead(build(), { classes: 2, dropout: 0 }), preprocessing);
    expect([layer.name, layer.kernelSize, channelOrder]).toEqual(['conv1_conv', [7, 7], 'bgr']);
    expect(preprocessing.channelOrder).toBe(subtractCaffeMean(1, 1).channelOrder);
  });

  it('is of the first part of a fused network, whose pixels it prepares itself', () => {
    const { preprocessing, build } = findNetwork('fusion_resnet50_224+mobilenet_v1_0.25_96');
    const { layer, channelOrder } = firstConvolution(build(), preprocessing);
    expect([layer.name, channelOrder]).toEqual(['resnet50_224/conv1_conv', 'bgr']);
  });

  it('is refused where nothing looks at the image itself', () => {
    const network = branchedNetwork();
    const layers = network.layers.map((layer) =>
      layer.name === 'stem' ? ({ ...layer, kind: 'dropout', rate: 0 } as const) : layer,
    );
    expect(() => firstConvolution({ ...network, layers }, scaleToUnitRange(8, 8))).toThrow(
      'branched has none that Thaw sees',
    );
  });
});
