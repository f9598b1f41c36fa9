import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { assertAccepted } from '../../../src/engine/export/assert-accepted.ts';
import type { ExportedNetwork } from '../../../src/engine/export/exported-network.ts';
import { frozenGraph } from '../../../src/engine/export/frozen-graph.ts';
import { PB_FORMAT } from '../../../src/engine/export/pb-format.ts';
import { testImages } from '../../../src/engine/export/reference-images.ts';
import { TFJS_GRAPH_FORMAT } from '../../../src/engine/export/tfjs/graph-format.ts';
import { graphNodes } from '../../../src/engine/export/tfjs/graph-nodes.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import type { Network } from '../../../src/engine/network/layer.ts';
import { scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { INITIAL_STATE } from '../../../src/engine/training/checkpoint.ts';
import { initialValues } from '../../../src/engine/weights/initialise.ts';
import type { Quantisation } from '../../../src/shared/contract/model-export.ts';
import { ALL_LAYERS_SIZE, allLayersNetwork } from '../../support/all-layers-network.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();

/** Values of every tensor that decide what comes out: drawn ones have heads and statistics of nothing. */
function modelOf(network: Network, preprocessing: ExportedNetwork['preprocessing'], gain = 2): ExportedNetwork {
  let state = 7;
  const drawn = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const values = [...initialValues(network, 3)].map(([name, own]): [string, Float32Array] => {
    if (/gamma|variance/.test(name)) return [name, own.map(() => 1 + drawn() / 2)];
    return [name, own.map((value) => (value === 0 ? drawn() / 3 : value * gain))];
  });
  return { network, preprocessing, classes: ['ants', 'bees'], values: new Map(values) };
}

function known(name: string, gain?: number): ExportedNetwork {
  const { build, preprocessing } = findNetwork(name);
  return modelOf(withHead(build(), { classes: 2, dropout: 0.2, head: 'softmax' }), preprocessing, gain);
}

async function compared(model: ExportedNetwork, name: string, quantisation: Quantisation | null = null) {
  const folder = path.join(root, name);
  mkdirSync(folder);
  assertAccepted('tfjs-graph', model, quantisation);
  await PB_FORMAT.write(model, folder, INITIAL_STATE, null);
  await TFJS_GRAPH_FORMAT.write(model, folder, INITIAL_STATE, quantisation);
  const images = await testImages([], model.preprocessing);
  const expected = (await PB_FORMAT.test(folder, images, model)).probabilities ?? new Float32Array();
  const { probabilities: found, runtime } = await TFJS_GRAPH_FORMAT.test(folder, images, model);
  expect(runtime).toMatch(/^TensorFlow\.js 4\S+ \(wasm\)$/);
  expect(found).toHaveLength(expected.length);
  // Images that a network tells apart, so that a weight which is wrong shows.
  expect(new Set(expected).size).toBeGreaterThan(4);
  const difference = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - (found?.[at] ?? NaN))), 0);
  return { difference, folder };
}

describe('a graph model of TensorFlow.js', () => {
  it.each([
    ['mobilenet_v1_0.25_32', 2],
    ['mobilenet_v3_small_1.0_32@torch', 2],
    ['squeezenet1_1_32@torch', 1],
  ])('predicts what TensorFlow does as %s', async (name, gain) => {
    expect((await compared(known(name, gain), name)).difference).toBeLessThan(1e-5);
  });

  it('does so of inverted residuals, in pieces of 4 MiB', async () => {
    const { difference, folder } = await compared(known('mobilenet_v2_1.0_32@torch'), 'pieces');
    expect(difference).toBeLessThan(1e-5);
    const shards = readdirSync(folder).filter((name) => name.endsWith('.bin'));
    expect(shards).toContain(`group1-shard1of${shards.length}.bin`);
    const sizes = shards.map((name) => statSync(path.join(folder, name)).size);
    expect(sizes.filter((size) => size !== 4 << 20)).toHaveLength(1);
  });

  it('does so for every kind of layer in one network', async () => {
    const model = modelOf(allLayersNetwork(), scaleToUnitRange(ALL_LAYERS_SIZE, ALL_LAYERS_SIZE));
    expect((await compared(model, 'all')).difference).toBeLessThan(1e-5);
  });

  it.each([
    ['float16', 1e-3],
    ['uint8', 1e-2],
  ] as const)('predicts nearly the same with weights of %s', async (quantisation, most) => {
    const { difference, folder } = await compared(known('mobilenet_v2_0.35_32'), quantisation, quantisation);
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(most);
    const document = JSON.parse(readFileSync(path.join(folder, 'model.json'), 'utf8')) as {
      weightsManifest: { weights: { quantization?: { dtype: string } }[] }[];
    };
    const stored = document.weightsManifest.flatMap(({ weights }) => weights.map((one) => one.quantization?.dtype));
    expect(stored).toContain(quantisation);
  });

  it('has BatchNorms, biases and activations in the convolutions before them', () => {
    const { graph } = frozenGraph(known('mobilenet_v1_0.25_32'), { fold: true });
    const ops = graphNodes(graph).nodes.map(({ op }) => op);
    expect(ops).toEqual(expect.arrayContaining(['_FusedConv2D', 'FusedDepthwiseConv2dNative', '_FusedMatMul']));
    for (const apart of ['FusedBatchNormV3', 'BiasAdd', 'Relu6']) expect(ops).not.toContain(apart);
  });
});
