import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { parseRule } from '../../../src/engine/freeze/rule.ts';
import { compileProgram } from '../../../src/engine/graph/program.ts';
import { Session, type Feed } from '../../../src/engine/runtime/session.ts';
import { initialValues } from '../../../src/engine/weights/initialise.ts';
import { ALL_LAYERS_SIZE as SIZE, allLayersNetwork } from '../../support/all-layers-network.ts';
import { fedFeatures } from '../../support/fed-features.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const LABELS = Int32Array.of(1, 0, 1, 0);

const folder = temporaryFolder();

describe('a network of every kind of layer', () => {
  it.each([
    { frozen: 'nothing', thawed: '/./', cut: [] },
    { frozen: 'the layers below its gate', thawed: '/^(excite|dilated|norm|up)$/', cut: ['grouped_act'] },
    { frozen: 'all below its normalisation', thawed: '/^(norm|up)$/', cut: ['pool'] },
  ])('gives the loss of prediction and learns, $frozen frozen', ({ thawed, cut }) => {
    const whole = allLayersNetwork();
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
            ...fedFeatures(cut, features),
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
