import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileHeatMaps, heatMapSignature, logitWeights } from '../../../src/engine/graph/heat-map-program.ts';
import { Graph, type Tensor } from '../../../src/engine/graph/graph.ts';
import { lower } from '../../../src/engine/graph/lower.ts';
import { imagesFromBytes } from '../../../src/engine/graph/ops/images-from-bytes.ts';
import type { Network } from '../../../src/engine/network/layer.ts';
import { scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';
import { layerShapes, networkTensors } from '../../../src/engine/network/shape.ts';
import { assignValues } from '../../../src/engine/runtime/assign-values.ts';
import { Session } from '../../../src/engine/runtime/session.ts';
import { mappedLayers } from '../../../src/engine/training/explain/mapped-layers.ts';
import { initialValues } from '../../../src/engine/weights/initialise.ts';
import { elementsOf, floats, loadGraph, randomValues, stateSignatures } from '../../support/graph-session.ts';
import { branchedNetwork } from '../../support/small-network.ts';

const PREPROCESSING = scaleToUnitRange(8, 8);
const PIXELS = Uint8Array.from(randomValues(8 * 8 * 3, 5), (value) => Math.round((value + 1) * 127));

/** Values under which the logits depend on every layer. */
function valuesOf(network: Network): Map<string, Float32Array> {
  const values = new Map(initialValues(network, 3));
  values.set('stem_bn/moving_mean', Float32Array.of(0.1, -0.2, 0.05, 0.3));
  values.set('stem_bn/gamma', Float32Array.of(1.5, 0.7, 1.1, 0.9));
  values.set('logits/bias', randomValues(elementsOf([logitsOf(network)]), 9));
  return values;
}

const logitsOf = (network: Network): number => layerShapes(network).get('logits')?.[0] ?? 0;

/** The network with one logit, the second class'. */
function sigmoidNetwork(): Network {
  const network = branchedNetwork();
  return {
    ...network,
    layers: network.layers.map((layer) => (layer.kind === 'dense' ? { ...layer, units: 1 } : layer)),
  };
}

function heatMaps(network: Network) {
  const layers = mappedLayers(network).map(({ name }) => name);
  const program = compileHeatMaps(network, PREPROCESSING, layers);
  const directory = mkdtempSync(path.join(tmpdir(), 'thaw-heat-map-'));
  const session = Session.load(directory, program.savedModel, program.signatures);
  rmSync(directory, { recursive: true });
  assignValues(session, program, new Map([...valuesOf(network)].map(([name, value]) => [name, value.slice()])));
  const ask = (layer: string, weights: Float32Array, predicted: number, images = [PIXELS]) =>
    session.run(heatMapSignature(layer), {
      images: { data: [Buffer.concat(images)], shape: [] },
      weights: floats([images.length, program.logits], weights),
      predicted: floats([], [predicted]),
    });
  return { program, ask, [Symbol.dispose]: () => session.dispose() };
}

/** Grad-CAM by central differences of a logit in float64: each channel of the feature map is moved. */
function mapByDifferences(network: Network, layer: string, weights: Float32Array): readonly number[] {
  const shape = layerShapes(network).get(layer) ?? [];
  const [height = 0, width = 0, channels = 0] = shape;
  const graph = new Graph();
  const variables = new Map(networkTensors(network).map(({ name, shape }) => [name, graph.variable(name, shape)]));
  const images = graph.placeholder('images', 'string', []);
  const input = imagesFromBytes(graph, 'pixels', images, { ...PREPROCESSING, channels: 3 });
  const features = graph.placeholder('features', 'float32', [-1, ...shape]);
  const common = {
    graph,
    variables,
    folded: [],
    movingStatistics: new Set<string>(),
    dropoutSeed: null,
    precision: 'float32' as const,
    output: network.output,
  };
  const outputOf = (scope: string, given: Map<string, Tensor>, name: string): Tensor => {
    const output = lower(network.layers, given, { ...common, scope }).outputs.get(name);
    if (!output) throw new Error(`There is no output of '${name}'.`);
    return output;
  };
  const below = outputOf('below', new Map([['input', input]]), layer);
  // What does not lie above the layer takes part as it is for the image, such as the other branch of a sum.
  const above = outputOf('above', new Map([['input', input]]).set(layer, features), network.output);
  const state = stateSignatures(graph, [...variables.values()]);
  using session = loadGraph(graph, {
    ...state,
    below: { inputs: { images }, outputs: { features: below } },
    above: { inputs: { images, features }, outputs: { logits: above } },
  });
  const feeds = Object.fromEntries(
    [...valuesOf(network)].map(([name, data]) => [name, { data, shape: variables.get(name)?.shape ?? [] }]),
  );
  session.run('assign', feeds);
  const pixels = { data: [Buffer.from(PIXELS)], shape: [] };
  const map = session.run('below', { images: pixels })['features']?.data ?? new Float32Array();
  const scoreOf = (data: Float32Array): number => {
    const logits = session.run('above', { images: pixels, features: { data, shape: [1, ...shape] } })['logits']?.data;
    return weights.reduce((sum, weight, index) => sum + weight * (logits?.[index] ?? NaN), 0);
  };
  const step = 2 ** -10;
  const moved = (channel: number, by: number): number =>
    scoreOf(Float32Array.from(map, (value, at) => (at % channels === channel ? value + by : value)));
  // A channel that is moved as a whole moves the logit by the sum of its gradients, which is their mean times the places.
  const means = Array.from(
    { length: channels },
    (_, channel) => (moved(channel, step) - moved(channel, -step)) / (2 * step) / (height * width),
  );
  return Array.from({ length: height * width }, (_, place) => {
    const sum = means.reduce((total, mean, channel) => total + mean * (map[place * channels + channel] ?? NaN), 0);
    return Math.max(0, sum);
  });
}

function expectNear(found: Iterable<number>, expected: readonly number[]): void {
  const values = [...found];
  expect(values).toHaveLength(expected.length);
  const largest = Math.max(...expected);
  expect(largest).toBeGreaterThan(0);
  const farthest = Math.max(...expected.map((value, place) => Math.abs(value - (values[place] ?? NaN))));
  expect(farthest / largest).toBeLessThan(5e-3);
}

describe('compileHeatMaps', () => {
  it.each([
    ['sum_relu', 0],
    ['shortcut', 1],
    ['sum', 1],
    ['branch_b', 0],
    ['stem_relu', 1],
  ])('gives the map of %s for class %i as differences of its logit do', (layer, classIndex) => {
    const network = branchedNetwork();
    using maps = heatMaps(network);
    const { map } = maps.ask(layer, logitWeights(2, classIndex), 0);
    expect(map?.shape).toEqual([1, 8, 8]);
    expectNear(map?.data ?? [], mapByDifferences(network, layer, logitWeights(2, classIndex)));
  });

  it.each([0, 1])('takes the only logit of two classes, negated for the first: class %i', (classIndex) => {
    const network = sigmoidNetwork();
    const weights = Float32Array.of(classIndex === 0 ? -1 : 1);
    expect(logitWeights(1, classIndex)).toEqual(weights);
    using maps = heatMaps(network);
    const { map, probabilities } = maps.ask('stem_bn', weights, 0);
    const [first = NaN, second = NaN] = probabilities?.data ?? [];
    expect(first + second).toBeCloseTo(1, 6);
    expectNear(map?.data ?? [], mapByDifferences(network, 'stem_bn', weights));
  });

  it.each([branchedNetwork(), sigmoidNetwork()])('asks for the predicted class of each image by itself', (network) => {
    using maps = heatMaps(network);
    const { logits } = maps.program;
    const others = [3, 4, 5, 6, 7].map((seed) =>
      Uint8Array.from(randomValues(8 * 8 * 3, seed), (value) => (seed % 2 === 0 ? 200 + value * 50 : 30 + value * 30)),
    );
    const images = [PIXELS, ...others];
    const { map, probabilities } = maps.ask('sum_relu', new Float32Array(images.length * logits), 1, images);
    images.forEach((image, row) => {
      const [first = NaN, second = NaN] = [...(probabilities?.data ?? [])].slice(row * 2, row * 2 + 2);
      const own = maps.ask('sum_relu', logitWeights(logits, second > first ? 1 : 0), 0, [image]);
      const rowOf = [...(map?.data ?? [])].slice(row * 64, row * 64 + 64);
      rowOf.forEach((value, place) => expect(value).toBeCloseTo(Number(own['map']?.data[place]), 5));
    });
  });
});
