import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { assignFromVector, concatenated } from '../../src/engine/graph/assign.ts';
import { foldBatchNorms, foldedValues } from '../../src/engine/graph/fold.ts';
import { Graph } from '../../src/engine/graph/graph.ts';
import { lower } from '../../src/engine/graph/lower.ts';
import { encodeSavedModel } from '../../src/engine/graph/saved-model.ts';
import type { TensorSpecification } from '../../src/engine/network/layer.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { elementCount, isStatistic, networkTensors } from '../../src/engine/network/shape.ts';
import { Session } from '../../src/engine/runtime/session.ts';
import {
  distance,
  filledTensor,
  readReference,
  readReferenceFile,
  referenceInput,
  type Reference,
} from '../support/reference.ts';
import { describeShared } from '../support/shared.ts';

const CASES = [
  { reference: 'keras-MobileNet', network: 'mobilenet_v1_1.0_224' },
  { reference: 'keras-MobileNet@0.25', network: 'mobilenet_v1_0.25_224' },
  { reference: 'keras-MobileNetV2', network: 'mobilenet_v2_1.0_224' },
  { reference: 'keras-ResNet50', network: 'resnet50_224' },
  { reference: 'keras-InceptionV3', network: 'inception_v3_299' },
  { reference: 'keras-VGG16', network: 'vgg16_224' },
] as const;

const directory = mkdtempSync(path.join(tmpdir(), 'thaw-parity-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('Networks of Keras Applications', () => {
  it.each([
    ['mobilenet_v1_0.25_224', 218_544],
    ['mobilenet_v1_0.5_224', 829_536],
    ['mobilenet_v1_0.75_160', 1_832_976],
    ['mobilenet_v1_1.0_128', 3_228_864],
    ['resnet50_224', 23_587_712],
    ['inception_v3_299', 21_802_784],
    ['mobilenet_v2_0.35_224', 410_208],
    ['mobilenet_v2_0.5_96', 706_224],
    ['mobilenet_v2_0.75_160', 1_382_064],
    ['mobilenet_v2_1.0_224', 2_257_984],
    ['mobilenet_v2_1.3_224', 3_766_048],
    ['mobilenet_v2_1.4_224', 4_363_712],
    ['vgg16_224', 14_714_688],
  ])('%s has as many parameters without top as Keras says', (name, parameters) => {
    const tensors = networkTensors(findNetwork(name).build());
    expect(tensors.reduce((sum, tensor) => sum + elementCount(tensor.shape), 0)).toBe(parameters);
  });

  it.each([
    ['mobilenet_v2_0.35_96', 1_677_128, 14_080],
    ['mobilenet_v2_1.0_224', 3_504_872, 34_112],
    ['mobilenet_v2_1.4_224', 6_108_776, 47_936],
    ['vgg16_224', 138_357_544, 0],
  ])('%s with top has as many that train, and as many statistics, as Keras says', (name, trainable, statistics) => {
    const tensors = networkTensors(findNetwork(name).buildWithTop(1000));
    const count = (wanted: readonly TensorSpecification[]): number =>
      wanted.reduce((sum, tensor) => sum + elementCount(tensor.shape), 0);
    expect(count(tensors.filter((tensor) => !isStatistic(tensor)))).toBe(trainable);
    expect(count(tensors.filter(isStatistic))).toBe(statistics);
  });
});

/** Holds a network with its published classifier to what Keras computed. */
function describeNetwork(name: string, reference: Reference): void {
  describe(name, () => {
    const network = findNetwork(name).buildWithTop(1000);
    const tensors = networkTensors(network);

    it('has the tensors Keras lists, in its order', () => {
      expect(tensors.map((tensor) => [tensor.name, [...tensor.shape]])).toEqual(reference.tensors);
      expect(tensors.reduce((sum, tensor) => sum + elementCount(tensor.shape), 0)).toBe(reference.parameters);
    });

    const hasBatchNorm = network.layers.some(({ kind }) => kind === 'batchNorm');
    it.each([
      { how: hasBatchNorm ? 'BatchNorm kept' : 'there being no BatchNorm', fold: false },
      ...(hasBatchNorm ? [{ how: 'BatchNorm folded', fold: true }] : []),
    ])('gives the outputs Keras gives, $how', ({ fold }) => {
      const graph = new Graph();
      const variables = new Map(tensors.map((tensor) => [tensor.name, graph.variable(tensor.name, tensor.shape)]));
      const folded = foldBatchNorms(graph, fold ? network.layers : [], new Set(), variables);
      const values = new Map(tensors.map((tensor) => [tensor.name, filledTensor(tensor)]));
      for (const convolution of folded) {
        const { kernel, bias } = foldedValues(convolution, values);
        values.set(convolution.kernel.name, kernel).set(convolution.bias.name, bias);
      }
      const assigned = [...variables.values(), ...folded.flatMap(({ kernel, bias }) => [kernel, bias])];
      const vector = concatenated(
        assigned.map(({ name }) => name),
        values,
      );
      const feed = graph.placeholder('values', 'float32', [vector.length]);
      const done = graph.group('done', assignFromVector(graph, 'assign', feed, assigned));
      const images = graph.placeholder('images', 'float32', [-1, reference.size, reference.size, 3]);
      const { outputs } = lower(network.layers, new Map([['input_1', images]]), {
        graph,
        scope: 'predict',
        variables,
        folded,
        movingStatistics: new Set(),
        dropoutSeed: null,
        precision: 'float32',
        output: '',
      });
      // A checkpoint is what leaves the layer of that name: folding moves BatchNorm into the convolution before it. Keras'
      // last layer is an activation that the references leave out; ours is the loss's or the reader's.
      const wanted = Object.entries(reference.checkpoints)
        .filter(([layer]) => !folded.some(({ convolution }) => convolution.name === layer))
        .map(([layer, summary]) => [layer === 'predictions' ? network.output : layer, summary] as const);
      const signatures = {
        assign: { inputs: { values: feed }, outputs: { done } },
        predict: {
          inputs: { images },
          outputs: Object.fromEntries(
            [...wanted.map(([layer]) => layer), network.output].flatMap((layer) => {
              const output = outputs.get(layer);
              return output ? [[layer, output] as const] : [];
            }),
          ),
        },
      };
      const target = path.join(directory, `${name}-${String(fold)}`);
      using session = Session.load(target, encodeSavedModel(graph, signatures), signatures);
      session.run('assign', { values: { data: vector, shape: [vector.length] } });
      const data = referenceInput(reference.size);
      const results = session.run('predict', { images: { data, shape: [2, reference.size, reference.size, 3] } });
      const read = (layer: string): Float32Array => {
        const output = results[layer]?.data;
        if (!(output instanceof Float32Array)) throw new TypeError(`no output '${layer}'`);
        return output;
      };
      for (const [layer, expected] of wanted) {
        expect(distance(read(layer), expected), `checkpoint ${layer}`).toBeLessThan(1);
      }
      const logits = read(network.output);
      expect(distance(logits, reference.output)).toBeLessThan(1);
      const allowed = 1e-3 * reference.output.std + 1e-4;
      reference.output.logits.forEach((row, image) =>
        row.forEach((value, index) => {
          expect(Math.abs((logits[image * 1000 + index] ?? NaN) - value)).toBeLessThan(allowed);
        }),
      );
    });
  });
}

describeShared('Networks against Keras', () => {
  for (const { reference, network } of CASES) describeNetwork(network, readReference(reference));
});

describe('A network against Keras, wider than the paper and of an odd size', () => {
  const name = 'mobilenet_v2_1.4_97';
  describeNetwork(name, readReferenceFile(path.join(import.meta.dirname, `../fixtures/keras-${name}.json`)));
});
