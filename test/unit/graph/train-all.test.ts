import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { compileProgram } from '../../../src/engine/graph/program.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { isStatistic, networkTensors } from '../../../src/engine/network/shape.ts';
import { filledTensor } from '../../../src/engine/reference/fill.ts';
import { Session } from '../../../src/engine/runtime/session.ts';
import { openTensorFlowCheckpoint } from '../../../src/engine/weights/tensorflow-checkpoint.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const LABELS = Int32Array.of(1, 0, 1, 0, 1, 1);
const STEPS = 2;

/** The smallest inputs that the families take, so that whole networks train within seconds. */
describe('a step that trains everything', () => {
  it.each([
    {
      name: 'mobilenet_v2_0.35_32',
      learningRate: 0.001,
      tensors: 262,
      statistics: 104,
      linear: /^(?:expanded_conv|block_\d+)_project_BN\/beta$/,
    },
    { name: 'vgg16_32', learningRate: 1e-6, tensors: 28, statistics: 0, linear: null },
    {
      name: 'mobilenet_v3_small_1.0_32@torch',
      learningRate: 0.001,
      tensors: 208,
      statistics: 68,
      linear: /^features\.(?:[1-3]\.block\.2|\d+\.block\.3)\.1\/beta$/,
    },
    { name: 'squeezenet1_1_32@torch', learningRate: 0.001, tensors: 52, statistics: 0, linear: null },
    { name: 'resnet_v1_50_32@slim', learningRate: 2e-6, tensors: 267, statistics: 106, linear: null },
  ])(
    'reaches every tensor of $name, and lowers the loss',
    async ({ name, learningRate, tensors: count, statistics, linear }) => {
      const { build, preprocessing, publisher } = findNetwork(name);
      const network = withHead(build(), { classes: 2, dropout: 0 });
      const optimizer = { kind: 'sgd', learningRate, momentum: 0, nesterov: false } as const;
      const program = compileProgram({ network, plan: freezePlan(network, 'finetune', []), preprocessing, optimizer });
      const folder = temporaryFolder();
      using session = Session.load(folder, program.savedModel, program.signatures);
      const tensors = networkTensors(network);
      const initial = new Map(tensors.map((tensor) => [tensor.name, filledTensor(publisher ?? 'keras', tensor)]));
      session.run('assign', program.assignFeeds(initial));
      const bytes = LABELS.length * preprocessing.height * preprocessing.width * 3;
      const pixels = Uint8Array.from({ length: bytes }, (_, at) => Math.imul(at + 1, 2654435761) >>> 24);
      const losses = Array.from({ length: STEPS }, (_, step) => {
        const output = session.run('train', {
          images: { data: [pixels], shape: [] },
          labels: { data: LABELS, shape: [LABELS.length] },
          learning_rate: { data: Float32Array.of(learningRate), shape: [] },
          dropout_seed: { data: Int32Array.of(1, step), shape: [2] },
        });
        return output['loss']?.data[0] as number;
      });
      expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);

      const prefix = path.join(folder, 'checkpoint');
      session.run('save', { prefix: { data: [Buffer.from(prefix)], shape: [] } });
      const checkpoint = await openTensorFlowCheckpoint(prefix);
      const unchanged = tensors.filter((tensor) => {
        const before = initial.get(tensor.name);
        return checkpoint.read(tensor.name).every((value, index) => value === before?.[index]);
      });
      checkpoint.close();
      expect([tensors.length, tensors.filter(isStatistic).length]).toEqual([count, statistics]);
      // What is added to the linear end of a block is taken away again by the next BatchNorm's mean: no gradient but rounding.
      expect(unchanged.map((tensor) => tensor.name).filter((tensor) => !linear?.test(tensor))).toEqual([]);
    },
    60_000,
  );
});
