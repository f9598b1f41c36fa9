import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { parseRule } from '../../../src/engine/freeze/rule.ts';
import { compileProgram, featureFeed } from '../../../src/engine/graph/program.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import type { Layer, Network } from '../../../src/engine/network/layer.ts';
import { Session, type Feed } from '../../../src/engine/runtime/session.ts';
import { initialValues } from '../../../src/engine/weights/initialise.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SIZE = 12;
const LABELS = Int32Array.of(1, 0, 1, 0);

type Unnamed<Each> = Each extends Layer ? Omit<Each, 'name' | 'inputs' | 'block'> : never;
const convolution = {
  kind: 'conv2d',
  filters: 12,
  kernelSize: [3, 3],
  strides: [1, 1],
  padding: 'same',
  useBias: false,
  kernelInitializer: { kind: 'glorotUniform' },
} as const;
const batchNorm = { kind: 'batchNorm', epsilon: 1e-3, momentum: 0.9, scale: true, center: true } as const;

/** Every kind of layer that the families do not use yet, one after the other; a second input is named behind a layer. */
const chain: readonly (readonly [string, Unnamed<Layer>, string?])[] = [
  ['stem', { ...convolution, strides: [2, 2] }],
  ['stem_bn', batchNorm],
  ['stem_act', { kind: 'activation', activation: 'hard_swish' }],
  ['grouped', { ...convolution, groups: 4 }],
  ['grouped_bn', batchNorm],
  ['grouped_act', { kind: 'activation', activation: 'swish' }],
  ['squeeze', { kind: 'globalAveragePooling2d', keepDimensions: true }],
  ['excite', { ...convolution, kernelSize: [1, 1], useBias: true }],
  ['gate', { kind: 'activation', activation: 'hard_sigmoid' }],
  ['gated', { kind: 'multiply' }, 'grouped_act'],
  ['response', { kind: 'localResponseNorm', depthRadius: 2, bias: 1, alpha: 0.1, beta: 0.75 }],
  ['apart', { ...convolution, kind: 'separableConv2d', depthMultiplier: 2, useBias: true }],
  ['dilated', { ...convolution, dilations: [2, 2], groups: 3 }],
  ['dilated_act', { kind: 'activation', activation: 'leaky_relu' }],
  ['mirror', { kind: 'reflectionPadding2d', padding: { top: 1, bottom: 1, left: 2, right: 0 } }],
  ['pool', { kind: 'averagePool2d', poolSize: [3, 3], strides: [2, 2], padding: { top: 1, bottom: 1, left: 1, right: 1 }, countPadding: false }], // prettier-ignore
  ['norm', { kind: 'layerNorm', epsilon: 1e-6, scale: true, center: true }],
  ['norm_act', { kind: 'activation', activation: 'gelu' }],
  ['up', { ...convolution, kind: 'conv2dTranspose', strides: [2, 2], useBias: true }],
  ['up_act', { kind: 'activation', activation: 'elu' }],
  ['half', { kind: 'resizing', height: 4, width: 4, interpolation: 'bilinear' }],
  ['swapped', { kind: 'permute', order: [1, 0, 2] }],
  ['part', { kind: 'slice', begin: [0, 1, 0], size: [4, 3, 10] }],
  ['part_act', { kind: 'activation', activation: 'tanh' }],
];

const folder = temporaryFolder();

function network(): Network {
  const input: Layer = { kind: 'input', shape: [SIZE, SIZE, 3], name: 'input', inputs: [], block: 'input' };
  const layers = chain.map(([name, layer, second], index): Layer => {
    const below = chain[index - 1]?.[0] ?? 'input';
    return { ...layer, name, inputs: second === undefined ? [below] : [below, second], block: name };
  });
  const base = {
    name: 'all',
    family: 'test',
    layers: [input, ...layers],
    output: 'part_act',
    pretrained: new Set(chain.map(([name]) => name)),
  };
  return withHead(base, { classes: 2, dropout: 0 });
}

describe('a network of every kind of layer', () => {
  it.each([
    { frozen: 'nothing', thawed: '/./', cut: [] },
    { frozen: 'the layers below its gate', thawed: '/^(excite|dilated|norm|up)$/', cut: ['grouped_act'] },
    { frozen: 'all below its normalisation', thawed: '/^(norm|up)$/', cut: ['pool'] },
  ])('gives the loss of prediction and learns, $frozen frozen', ({ thawed, cut }) => {
    const whole = network();
    const rules = [parseRule(thawed, 'thaw'), parseRule('/./', 'freezeStatistics')];
    const plan = freezePlan(whole, 'features', rules);
    expect(plan.cut).toEqual(cut);
    const preprocessing = {
      height: SIZE,
      width: SIZE,
      channelOrder: 'rgb',
      resize: 'stretch',
      kernel: 'bilinear',
      scale: 1 / 127.5,
      offset: -1,
    } as const;
    const optimizer = { kind: 'sgd', learningRate: 1, momentum: 0, nesterov: false } as const;
    const program = compileProgram({ network: whole, plan, preprocessing, optimizer });
    using session = Session.load(path.join(folder, thawed.replace(/\W/g, '')), program.savedModel, program.signatures);
    session.run('assign', program.assignFeeds(initialValues(whole, 5)));
    const pixels = Uint8Array.from(
      { length: LABELS.length * SIZE * SIZE * 3 },
      (_, at) => (at * 7919 + (at >> 5)) % 256,
    );
    const images: Feed = { data: [pixels], shape: [] };
    const lossOfPrediction = (): number => {
      const probabilities = session.run('predict', { images })['probabilities'];
      const ofLabels = [...LABELS].map((label, row) => Math.log(probabilities?.data[row * 2 + label] as number));
      return -ofLabels.reduce((sum, value) => sum + value, 0) / LABELS.length;
    };
    const features = cut.length > 0 ? session.run('features', { images }) : {};
    const fed: Readonly<Record<string, Feed>> =
      cut.length > 0
        ? {
            ...Object.fromEntries(cut.map((layer) => [featureFeed(layer), features[featureFeed(layer)] ?? images])),
            rows: { data: Int32Array.from(LABELS.keys()), shape: [LABELS.length] },
          }
        : { images };
    const step = (learningRate: number): number => {
      const output = session.run('train', {
        ...fed,
        labels: { data: LABELS, shape: [LABELS.length] },
        learning_rate: { data: Float32Array.of(learningRate), shape: [] },
        dropout_seed: { data: Int32Array.of(1, 2), shape: [2] },
      });
      return output['loss']?.data[0] as number;
    };
    const before = lossOfPrediction();
    expect(step(0.05)).toBeCloseTo(before, 4);
    for (let count = 0; count < 20; count += 1) step(0.05);
    const after = lossOfPrediction();
    expect(after).toBeLessThan(before - 0.01);
    expect(step(0)).toBeCloseTo(after, 4);
  });
});
