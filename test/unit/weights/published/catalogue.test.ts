import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findNetwork } from '../../../../src/engine/network/registry.ts';
import { findPublishedWeights, readCatalogue, weightsOf } from '../../../../src/engine/weights/published/catalogue.ts';
import { RESOURCES } from '../../../../src/engine/training/resources.ts';
import { expectError } from '../../../support/expect-error.ts';

const catalogue = readCatalogue(path.join(RESOURCES, 'weights.json'));

describe('the catalogue of published weights', () => {
  it('names files once, each of a network of the registry by its canonical name', () => {
    expect(new Set(catalogue.map(({ name }) => name)).size).toBe(catalogue.length);
    for (const { network } of catalogue) expect(findNetwork(network).name).toBe(network);
  });

  it('has digests of the length that their algorithm gives, or the first digits of one', () => {
    for (const { hash } of catalogue) {
      if (hash?.algorithm === 'md5') expect(hash.hex).toHaveLength(32);
      if (hash?.algorithm === 'sha256') expect([8, 64]).toContain(hash.hex.length);
    }
  });

  it('gives the files of a network by any of its names', () => {
    const own = weightsOf(catalogue, 'VGG16');
    expect(own.map(({ network, classes }) => [network, classes])).toEqual([
      ['vgg16_224', 1000],
      ['vgg16_224', null],
    ]);
  });

  it('finds a file by its name, and by that of a network that has one', () => {
    const [only] = weightsOf(catalogue, 'resnet18@torch');
    expect(findPublishedWeights(catalogue, 'resnet18@torch')).toBe(only);
    expect(findPublishedWeights(catalogue, only?.name ?? '')).toBe(only);
  });

  it('names the files where a network has several, and what was meant where a name is mistyped', async () => {
    const first = weightsOf(catalogue, 'vgg16')[0]?.name ?? '';
    await expectError(() => findPublishedWeights(catalogue, 'vgg16'), 'usage.noMatch', 'has 2', first);
    await expectError(
      () => findPublishedWeights(catalogue, first.replace('weights', 'weight')),
      'usage.noMatch',
      first,
    );
  });
});
