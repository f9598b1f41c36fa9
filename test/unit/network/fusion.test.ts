import { describe, expect, it } from 'vitest';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { describeCutThroughBranches } from '../../../src/engine/freeze/boundary-branch.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import { layerShapes, networkTensors } from '../../../src/engine/network/shape.ts';
import { expectError } from '../../support/expect-error.ts';

const NAME = 'fusion_mobilenet_v1_0.25_32+resnet18_64@torch';

describe('a fused network', () => {
  const entry = findNetwork(NAME);
  const network = entry.build();

  it('has the layers of each part by their own names behind the part’s', () => {
    const names = networkTensors(network).map(({ name }) => name);
    for (const [prefix, part] of [
      ['mobilenet_v1_0.25_32', 'mobilenet_v1_0.25_32'],
      ['resnet18_64.torch', 'resnet18_64@torch'],
    ] as const) {
      const own = networkTensors(findNetwork(part).build()).map(({ name }) => `${prefix}/${name}`);
      expect(names.filter((name) => name.startsWith(`${prefix}/`))).toEqual(own);
    }
    expect(layerShapes(network).get(network.output)).toEqual([256 + 512]);
  });

  it('takes images of the largest part’s size and resizes them for the others', () => {
    expect(entry.preprocessing).toMatchObject({ height: 64, width: 64, scale: 1, offset: 0, channelOrder: 'rgb' });
    expect(layerShapes(network).get('image')).toEqual([64, 64, 3]);
    expect(layerShapes(network).get('mobilenet_v1_0.25_32/resized')).toEqual([32, 32, 3]);
    expect(network.layers.some(({ name }) => name === 'resnet18_64.torch/resized')).toBe(false);
  });

  it('has one boundary a part where its base is frozen, which no branch crosses', () => {
    const headed = withHead(network, { classes: 2, dropout: 0.2 });
    const { cut, trainable } = freezePlan(headed, 'features', []);
    expect(cut).toEqual(['mobilenet_v1_0.25_32/pooling', 'resnet18_64.torch/pooling']);
    expect([...trainable]).toEqual(['logits']);
    expect(describeCutThroughBranches(headed, cut)).toBeNull();
  });

  it('is called by the full names of its parts, and may have one twice', () => {
    expect(findNetwork('fusion_MobileNet@0.25+resnet18_64@torch').name).toBe(
      'fusion_mobilenet_v1_0.25_224+resnet18_64@torch',
    );
    const twice = findNetwork('fusion_mobilenet_v1_0.25_32+mobilenet_v1_0.25_32').build();
    expect(layerShapes(twice).get(twice.output)).toEqual([512]);
    expect(twice.layers.some(({ name }) => name === 'mobilenet_v1_0.25_32_2/conv1')).toBe(true);
  });

  it.each([
    ['fusion_resnet50', '1'],
    ['fusion_resnet50+', "''"],
    ['fusion_resnet50+resnet51', "'resnet50'"],
    ['fusion_resnet50+resnet50+resnet50+resnet50+resnet50', '5'],
    ['fusion_resnet50+features_8', 'features'],
  ])('%s is none', async (name, told) => {
    await expectError(() => findNetwork(name), 'network.unknown', told);
  });
});
