import { describe, expect, it } from 'vitest';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { elementCount, layerShapes, networkTensors } from '../../../src/engine/network/shape.ts';
import { expectError } from '../../support/expect-error.ts';

describe('a network that its name describes', () => {
  it.each<[string, readonly number[], number]>([
    ['dense_300-50-50-50-50_28', [50], 2352 * 300 + 300 + 300 * 50 + 50 + 3 * (50 * 50 + 50)],
    ['conv_32-64_64', [16, 16, 64], 9 * 3 * 32 + 32 + 9 * 32 * 64 + 64],
    ['dense_10_1', [10], 40],
  ])('%s ends in %o and has %i parameters', (name, shape, parameters) => {
    const network = findNetwork(name).build();
    expect(layerShapes(network).get(network.output)).toEqual(shape);
    expect(networkTensors(network).reduce((sum, tensor) => sum + elementCount(tensor.shape), 0)).toBe(parameters);
  });

  it.each([
    ['dense_0_28', 'a layer of nothing'],
    ['dense_100000-100000_28', 'weights'],
    ['conv_8-8-8_4', 'where it takes 8 to 1024'],
    ['conv_8_5000', '5000 pixels'],
    [`dense_${Array.from({ length: 101 }, () => '2').join('-')}_8`, '101 layers'],
  ])('%s cannot be built', async (name, told) => {
    await expectError(() => findNetwork(name), 'network.unknown', told);
  });

  it.each(['dense_28', 'conv__8', 'dense_a_28'])('%s is none', async (name) => {
    await expectError(() => findNetwork(name), 'network.unknown', 'thaw networks');
  });
});
