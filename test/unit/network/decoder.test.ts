import { describe, expect, it } from 'vitest';
import { layerStages, networkOfStage, withDecoder, withLayerDecoders } from '../../../src/engine/network/decoder.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { layerShapes } from '../../../src/engine/network/shape.ts';
import { expectError } from '../../support/expect-error.ts';

const built = (name: string) => findNetwork(name).build();

describe('a decoder upon a whole network', () => {
  it.each([
    'dense_20-10_14',
    'conv_8-16_28',
    'conv_8-16-32_30',
    'mobilenet_v1_0.25_96',
    'resnet50_64',
    'inception_v3_139',
  ])('of %s gives images of the size that it takes, and leaves what lies below as it was', (name) => {
    const base = built(name);
    const network = withDecoder(base);
    const shapes = layerShapes(network);
    expect(network.layers.slice(0, base.layers.length)).toEqual(base.layers);
    expect(network.reconstructs).toBe(base.layers[0]?.name);
    expect(shapes.get(network.output)).toEqual(shapes.get(network.reconstructs ?? ''));
    const added = network.layers.slice(base.layers.length);
    expect(added.every(({ block }) => block === 'decoder')).toBe(true);
    expect(added.some(({ name: own }) => base.pretrained.has(own))).toBe(false);
  });

  it('mirrors the widths of dense layers', () => {
    const { layers } = withDecoder(built('dense_30-20-10_14'));
    const units = layers.flatMap((layer) => (layer.kind === 'dense' ? [layer.units] : []));
    expect(units).toEqual([30, 20, 10, 20, 30, 14 * 14 * 3]);
  });
});

describe('decoders of each layer', () => {
  it.each(['dense_20-10-5_14', 'conv_8-16_28', 'conv_4-8-8_30'])('of %s give the input of each again', (name) => {
    const base = built(name);
    const stages = layerStages(base);
    expect(stages.map((stage) => stage.name)).toEqual(
      base.layers.filter(({ kind }) => kind === 'dense' || kind === 'conv2d').map((layer) => layer.name),
    );
    const network = withLayerDecoders(base);
    stages.forEach(({ name: layer, trains }, stage) => {
      const own = networkOfStage(network, stage);
      const shapes = layerShapes(own);
      expect(shapes.get(own.output)).toEqual(shapes.get(own.reconstructs ?? ''));
      expect(trains).toEqual([layer, `decode_${layer}`]);
      expect(own.layers).toEqual(network.layers);
    });
    expect(networkOfStage(network, 0).reconstructs).toBe('input');
  });

  it('are refused of a network with branches, which is named', () =>
    expectError(() => withLayerDecoders(built('resnet50_64')), 'usage.invalid', 'of resnet50_64 does not'));
});

it('leaves any other network as it is in every stage', () => {
  const network = built('dense_20_14');
  expect(networkOfStage(network, 3)).toBe(network);
});
