import { describe, expect, it } from 'vitest';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { networkTensors } from '../../../src/engine/network/shape.ts';
import { matchWeights } from '../../../src/engine/weights/load.ts';
import { withNetworkNames } from '../../../src/engine/weights/network-names.ts';
import type { WeightsFile } from '../../../src/engine/weights/weights-file.ts';

const inception = findNetwork('inception_v3_75').build();

/** A file of that network in which every layer has the name that `rename` gives it; a tensor's one value tells its place. */
function fileOf(rename: (layer: string) => string): WeightsFile {
  const tensors = networkTensors(inception).map(({ layer, role, shape }) => ({
    name: `${rename(layer)}/${role}`,
    shape,
  }));
  return {
    path: 'inception.h5',
    format: 'keras-h5',
    framework: 'keras',
    sha256: '',
    tensors: new Map(
      tensors.map(({ name, shape }) => [name, { shape, dtype: 'float32', storedName: `${name}:0` }] as const),
    ),
    read: (wanted) => Float32Array.of(tensors.findIndex(({ name }) => name === wanted)),
    close: () => undefined,
  };
}

/** `conv2d_7` becomes `conv2d_<7 + more>`, as in a program that has made other networks before. */
const countedOn =
  (more: number) =>
  (layer: string): string => {
    const [, kind = '', count = '0'] = /^(.*?)(?:_(\d+))?$/.exec(layer) ?? [];
    return `${kind}_${Number(count) + more}`;
  };

describe('layers that Keras has named by counting', () => {
  it.each([
    ['from 1, as the published weights do', 1],
    ['on from another network', 94],
  ])('are found by their place where the file counts %s', (_, more) => {
    const file = fileOf(countedOn(more));
    const { loaded, missing, skippedByShape, unexpected } = matchWeights(inception, file);
    expect([loaded.length, missing, skippedByShape, unexpected]).toEqual([376, [], [], []]);
    const named = withNetworkNames(inception, file);
    const wanted = networkTensors(inception);
    expect(named.tensors.get('conv2d_93/kernel')?.storedName).toBe(`conv2d_${93 + more}/kernel:0`);
    expect(wanted.map(({ name }) => named.read(name)[0])).toEqual(wanted.map((__, place) => place));
  });

  it('keep their names where they are those of the network', () => {
    const file = fileOf((layer) => layer);
    expect(withNetworkNames(inception, file)).toBe(file);
  });

  it('are taken by their own word where the file has more of them: nothing tells which are whose', () => {
    const file = fileOf(countedOn(1));
    const more = new Map([
      ...file.tensors,
      ['conv2d_200/kernel', { shape: [1], dtype: 'float32', storedName: '' }] as const,
    ]);
    const report = matchWeights(inception, { ...file, tensors: more });
    expect(report.missing).toContain('conv2d/kernel');
    expect(report.unexpected).toContain('conv2d_200/kernel');
  });
});
