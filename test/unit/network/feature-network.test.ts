import { describe, expect, it } from 'vitest';
import { isFeatureNetwork } from '../../../src/shared/contract/features.ts';
import { featureNetworkName } from '../../../src/engine/network/feature-network.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import { findNetwork, listNetworks } from '../../../src/engine/network/registry.ts';
import { layerShapes } from '../../../src/engine/network/shape.ts';
import { expectError } from '../../support/expect-error.ts';

describe('a network of features alone', () => {
  it.each([
    [[1280], 'features_1280', [1, 1, 1280]],
    [[50, 384], 'features_50x384', [1, 50, 384]],
    [[7, 7, 512], 'features_7x7x512', [7, 7, 512]],
  ])('of the shape %j is called %s and takes them as a map', (shape, name, map) => {
    expect(featureNetworkName(shape)).toBe(name);
    expect(isFeatureNetwork(name)).toBe(true);
    const network = findNetwork(name).build();
    expect(findNetwork(name).build()).toBe(network);
    expect(layerShapes(network).get(network.output)).toEqual(map);
    const headed = withHead(network, { classes: 3, dropout: 0 });
    expect(layerShapes(headed).get(headed.output)).toEqual([3]);
  });

  it.each([[[]], [[0]], [[2, 2, 2, 2]], [[7, 0, 3]]])('has no name for the shape %j', (shape) => {
    expect(featureNetworkName(shape)).toBeNull();
  });

  it.each(['features_0', 'features_7x', 'features_1x2x3x4', 'features_-1'])('is not %s', async (name) => {
    await expectError(() => findNetwork(name), 'network.unknown', name);
  });

  it('is not listed, and none that is listed is one', () => {
    expect(listNetworks().filter(({ name }) => isFeatureNetwork(name))).toEqual([]);
  });
});
