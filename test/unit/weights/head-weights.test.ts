import { describe, expect, it } from 'vitest';
import { withHead } from '../../../src/engine/network/head.ts';
import type { Network } from '../../../src/engine/network/layer.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { elementCount, networkTensors } from '../../../src/engine/network/shape.ts';
import { torchTensor } from '../../../src/engine/network/torch/layout.ts';
import { headWeights } from '../../../src/engine/weights/head-weights.ts';
import { loadWeights, matchWeights } from '../../../src/engine/weights/load.ts';
import { mappingTable } from '../../../src/engine/weights/mapping/mapping-table.ts';
import type { TensorEntry, WeightsFile } from '../../../src/engine/weights/weights-file.ts';

/** The values of a tensor in memory, as different from one place to the next as can be. */
function counted(shape: readonly number[]): Float32Array {
  return Float32Array.from({ length: elementCount(shape) }, (_, index) => index);
}

/** A file of all tensors of a network, by its own names or PyTorch's, without its bytes. */
function fileOf(network: Network, asTorch = false): WeightsFile {
  const listed = new Map<string, TensorEntry>();
  for (const tensor of networkTensors(network)) {
    const { name, shape } = asTorch ? torchTensor(tensor) : tensor;
    listed.set(name, { shape, dtype: 'float32', storedName: name });
  }
  return {
    ...{ path: 'theirs.safetensors', format: 'safetensors', framework: null, sha256: '' },
    tensors: listed,
    read: (name) => counted(listed.get(name)?.shape ?? []),
    close: () => undefined,
  };
}

function headed(name: string, classes = 7): Network {
  return withHead(findNetwork(name).build(), { classes, dropout: 0 });
}

const asked = { wanted: 7, own: null, anew: false } as const;

describe('a classifier that a file brings along', () => {
  it.each([
    ['a convolution of single pixels', 'mobilenet_v1_0.25_32', 'conv_preds'],
    ['a dense layer', 'resnet50_64', 'predictions'],
    ['a dense layer behind a pooling', 'densenet121_64', 'predictions'],
    ["slim's convolution", 'resnet_v2_50_64@slim', 'resnet_v2_50/logits'],
  ])('fills the head: %s', (_, name, classifier) => {
    const file = fileOf(findNetwork(name).buildWithTop(7));
    const network = headed(name);
    const head = headWeights(network, file, asked);
    const report = matchWeights(network, file, head);

    expect(head).toMatchObject({ kept: true, uncertain: true });
    expect(head.tensors.get('logits/kernel')?.read()).toEqual(file.read(`${classifier}/kernel`));
    expect(head.tensors.get('logits/bias')?.read()).toEqual(file.read(`${classifier}/bias`));
    expect(report.loaded).toHaveLength(networkTensors(network).length);
    expect(report).toMatchObject({ missing: [], newlyInitialised: [], unexpected: [] });
    const rows = mappingTable(network, file, head);
    expect(rows.every(({ state }) => state === 'loaded')).toBe(true);
    expect(rows.at(-1)).toMatchObject({ tensor: 'logits/bias', stored: { name: `${classifier}/bias`, shape: [7] } });
  });

  it("is turned where its framework lays it out another way: PyTorch's [classes, features]", () => {
    const file = fileOf(findNetwork('resnet18_64@torch').buildWithTop(7), true);
    const kernel = headWeights(headed('resnet18_64@torch'), file, asked).tensors.get('logits/kernel')?.read();
    // Stored as 0, 1, 2, ...: feature f of class c at c * 512 + f.
    expect([kernel?.[0], kernel?.[1], kernel?.[7]]).toEqual([0, 512, 1]);
  });

  it('fills the head under the names of a run', () => {
    const network = headed('mobilenet_v1_0.25_32');
    const file = fileOf(network);
    const { tensors, report } = loadWeights(network, file, headWeights(network, file, asked));
    expect(tensors.get('logits/kernel')).toEqual(file.read('logits/kernel'));
    expect(report.newlyInitialised).toEqual([]);
  });

  it.each([
    ['of other classes', 'mobilenet_v1_0.25_32', 5, /5 outputs/],
    ['with hidden layers', 'vgg16_32', 7, /no classifier/],
    ['with a ReLU behind it', 'squeezenet1_1_64@torch', 7, /no classifier/],
    ['that stands on other features', 'mobilenet_v3_large_1.0_64', 7, /no classifier/],
  ])('leaves the head anew: %s', (_, name, classes, told) => {
    const file = fileOf(findNetwork(name).buildWithTop(classes));
    const network = headed(name);
    const head = headWeights(network, file, asked);
    expect(head.kept).toBe(false);
    expect(head.reason).toMatch(told);
    const report = matchWeights(network, file, head);
    expect(report.newlyInitialised).toEqual(['logits/kernel', 'logits/bias']);
    expect(report.unexpected.length).toBeGreaterThan(0);
  });

  it('is not there in weights without one, and not taken where the head is to begin anew', () => {
    const network = headed('mobilenet_v1_0.25_32');
    const without = fileOf(findNetwork('mobilenet_v1_0.25_32').build());
    const within = fileOf(findNetwork('mobilenet_v1_0.25_32').buildWithTop(7));
    expect(headWeights(network, without, asked).reason).toMatch(/no classifier/);
    const anew = headWeights(network, within, { ...asked, anew: true });
    expect([anew.kept, anew.tensors.size]).toEqual([false, 0]);
  });
});
