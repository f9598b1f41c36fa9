import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { parseRule } from '../../../src/engine/freeze/rule.ts';
import { compileProgram } from '../../../src/engine/graph/program.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { Session, type Feed } from '../../../src/engine/runtime/session.ts';
import { initialValues } from '../../../src/engine/weights/initialise.ts';
import { fedFeatures } from '../../support/fed-features.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'thaw-branched-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const LABELS = Int32Array.of(1, 0, 1);

/** The features of a frozen prefix, and training above them, of the smallest inputs that the families take. */
describe('a frozen prefix', () => {
  it.each([
    {
      name: 'resnet50_32',
      head: 'sigmoid',
      thawed: 'conv5_block1_0_conv',
      cut: ['conv4_block6_out', 'conv5_block1_3_bn'],
      // Sums without trained weights grow large, and gradients with them.
      learningRate: 1e-6,
    },
    {
      name: 'mobilenet_v2_1.0_33',
      head: 'sigmoid',
      thawed: 'block_15_project',
      cut: ['block_14_add', 'block_15_depthwise_relu'],
      learningRate: 1e-3,
    },
    {
      name: 'vgg16_32',
      head: 'softmax',
      thawed: 'block5_conv3',
      cut: ['block5_conv2'],
      learningRate: 1e-2,
    },
    {
      name: 'inception_v3_75',
      head: 'softmax',
      thawed: 'conv2d_93',
      cut: ['average_pooling2d_8', 'activation_85', 'mixed9_1', 'concatenate_1'],
      learningRate: 1e-3,
    },
  ] as const)(
    '$name cut below $thawed gives the loss of the whole, and learns above it',
    ({ name, head, thawed, cut, learningRate }) => {
      const { build, preprocessing } = findNetwork(name);
      const network = withHead(build(), { classes: 2, dropout: 0, head });
      // With all statistics kept a step's loss is that of prediction.
      const hasStatistics = network.layers.some(({ kind }) => kind === 'batchNorm');
      const rules = [parseRule(thawed, 'thaw'), ...(hasStatistics ? [parseRule('/./', 'freezeStatistics')] : [])];
      const plan = freezePlan(network, 'features', rules);
      expect(plan.cut).toEqual(cut);
      const optimizer = { kind: 'sgd', learningRate: 1, momentum: 0, nesterov: false } as const;
      const program = compileProgram({ network, plan, preprocessing, optimizer });
      const inPrefix = new Set(plan.prefix.map((layer) => `train/${layer}`));
      expect(program.trainOperations.filter((operation) => inPrefix.has(operation))).toEqual([]);

      using session = Session.load(path.join(directory, `${name}-${thawed}`), program.savedModel, program.signatures);
      session.run('assign', program.assignFeeds(initialValues(network, 5)));
      const { height, width } = preprocessing;
      const pixels = Uint8Array.from(
        { length: LABELS.length * height * width * 3 },
        (_, at) => (at * 7919 + (at >> 5)) % 256,
      );
      const images: Feed = { data: [pixels], shape: [] };
      const lossOfPrediction = (): number => {
        const probabilities = session.run('predict', { images })['probabilities'];
        expect(probabilities?.shape).toEqual([LABELS.length, 2]);
        const ofLabels = [...LABELS].map((label, row) => Math.log(probabilities?.data[row * 2 + label] as number));
        return -ofLabels.reduce((sum, value) => sum + value, 0) / LABELS.length;
      };

      const features = session.run('features', { images });
      const cached = fedFeatures(cut, features);
      const step = (learningRate: number): number => {
        const output = session.run('train', {
          ...cached,
          labels: { data: LABELS, shape: [LABELS.length] },
          rows: { data: Int32Array.from(LABELS.keys()), shape: [LABELS.length] },
          learning_rate: { data: Float32Array.of(learningRate), shape: [] },
          dropout_seed: { data: Int32Array.of(1, 2), shape: [2] },
        });
        return output['loss']?.data[0] as number;
      };
      const before = lossOfPrediction();
      expect(step(learningRate)).toBeCloseTo(before, 4);
      const after = lossOfPrediction();
      expect(after).toBeLessThan(before);
      expect(step(0)).toBeCloseTo(after, 4);
    },
    // Ninety megabytes of weights are drawn, on machines that may do other things too.
    120_000,
  );
});
