import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { freezePlan, type FreezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { parseRule } from '../../../src/engine/freeze/rule.ts';
import { compileProgram } from '../../../src/engine/graph/program.ts';
import type { Program } from '../../../src/engine/graph/program-description.ts';
import type { Layer, Network } from '../../../src/engine/network/layer.ts';
import { scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';
import { networkTensors } from '../../../src/engine/network/shape.ts';
import { Session, type Feed } from '../../../src/engine/runtime/session.ts';
import { frozenTensors, proveFrozen } from '../../../src/engine/training/proof.ts';
import { tensorHash } from '../../../src/engine/training/tensor-hash.ts';
import { initialValues } from '../../../src/engine/weights/initialise.ts';
import { openTensorFlowCheckpoint } from '../../../src/engine/weights/tensorflow-checkpoint.ts';
import type { FreezeRule } from '../../../src/shared/contract/plan.ts';
import { fedFeatures } from '../../support/fed-features.ts';
import { branchedNetwork } from '../../support/small-network.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'thaw-statistics-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The branched network without chance and without kinks, so that differences are gradients. */
const network: Network = (() => {
  const whole = branchedNetwork();
  const layers = whole.layers.map((layer): Layer => {
    if (layer.kind === 'dropout') return { ...layer, rate: 0 };
    return layer.kind === 'activation' ? { ...layer, activation: 'sigmoid' } : layer;
  });
  return { ...whole, layers };
})();
const BATCH = 6;
const pixels = Uint8Array.from({ length: BATCH * 8 * 8 * 3 }, (_, index) => (index * 7919 + (index >> 4) * 31) % 256);
const labels = Int32Array.from({ length: BATCH }, (_, index) => index % 2);

const rules = (...texts: readonly (readonly [FreezeRule['action'], string])[]): readonly FreezeRule[] =>
  texts.map(([action, pattern]) => parseRule(pattern, action));

interface State {
  readonly name: string;
  readonly rules: readonly FreezeRule[];
  readonly changes: { readonly affine: boolean; readonly statistics: boolean };
}
const STATES: readonly State[] = [
  { name: 'thawed and moving', rules: [], changes: { affine: true, statistics: true } },
  {
    name: 'thawed and kept',
    rules: rules(['freezeStatistics', 'stem_bn']),
    changes: { affine: true, statistics: false },
  },
  {
    name: 'frozen and moving',
    rules: rules(['freeze', 'stem_bn'], ['thawStatistics', 'stem_bn']),
    changes: { affine: false, statistics: true },
  },
  { name: 'frozen and kept', rules: rules(['freeze', 'stem_bn']), changes: { affine: false, statistics: false } },
];

interface Loaded {
  readonly plan: FreezePlan;
  readonly program: Program;
  readonly session: Session;
  readonly own: string;
}
let programs = 0;

function load(plan: FreezePlan): Loaded {
  const optimizer = { kind: 'sgd', learningRate: 1, momentum: 0, nesterov: false } as const;
  const program = compileProgram({ network, plan, preprocessing: scaleToUnitRange(8, 8), optimizer });
  const own = path.join(directory, String(++programs));
  return { plan, program, session: Session.load(own, program.savedModel, program.signatures), own };
}

/** Random values, statistics and gamma among them, so that each state gives other outputs. */
function startValues(): Map<string, Float32Array> {
  return new Map(
    [...initialValues(network, 3)].map(([name, values]) => [
      name,
      values.map((value, index) => (name.startsWith('stem_bn/') ? 0.6 + 0.1 * index + value : value)),
    ]),
  );
}

function step({ session, program }: Loaded, learningRate: number): number {
  const images: Feed = { data: [pixels], shape: [] };
  const feeds: Record<string, Feed> = { labels: { data: labels, shape: [BATCH] } };
  if (program.cut.length === 0) feeds['images'] = images;
  else {
    const features = session.run('features', { images });
    feeds['rows'] = { data: Int32Array.from(labels.keys()), shape: [BATCH] };
    const layers = program.cut.map(({ name }) => name);
    Object.assign(feeds, fedFeatures(layers, features));
  }
  const output = session.run('train', {
    ...feeds,
    learning_rate: { data: Float32Array.of(learningRate), shape: [] },
    dropout_seed: { data: Int32Array.of(1, 2), shape: [2] },
  });
  return output['loss']?.data[0] as number;
}

async function written({ session, own }: Loaded): Promise<{ prefix: string; values: Map<string, Float32Array> }> {
  const prefix = path.join(own, 'checkpoint');
  session.run('save', { prefix: { data: [Buffer.from(prefix)], shape: [] } });
  const file = await openTensorFlowCheckpoint(prefix);
  const values = new Map(networkTensors(network).map(({ name }) => [name, file.read(name)]));
  file.close();
  return { prefix, values };
}

describe.each(STATES)('a BatchNorm that is $name', ({ rules: own, changes }) => {
  const plan = freezePlan(network, 'finetune', own);

  it('changes in training what its state says, and what is frozen stays to the bit', async () => {
    const loaded = load(plan);
    const before = startValues();
    loaded.session.run('assign', loaded.program.assignFeeds(before));
    for (let count = 0; count < 5; count += 1) step(loaded, 0.1);
    const { prefix, values } = await written(loaded);
    loaded.session.dispose();

    const changed = [...before].filter(([name, value]) => tensorHash(value) !== tensorHash(values.get(name) ?? value));
    const expected = networkTensors(network).filter(({ layer, role }) => {
      if (layer !== 'stem_bn') return true;
      return role.startsWith('moving_') ? changes.statistics : changes.affine;
    });
    expect(changed.map(([name]) => name)).toEqual(expected.map(({ name }) => name));

    const frozen = frozenTensors(network, plan);
    expect(frozen).toEqual([...before.keys()].filter((name) => !changed.some(([other]) => other === name)));
    const hashes = Object.fromEntries(frozen.map((name) => [name, tensorHash(before.get(name) ?? new Float32Array())]));
    expect((await proveFrozen(prefix, hashes)).unchanged).toBe(true);
  });

  it('lets gradients through that are those of finite differences', async () => {
    const loaded = load(plan);
    const start = startValues();
    const lossAt = (values: ReadonlyMap<string, Float32Array>): number => {
      loaded.session.run('assign', loaded.program.assignFeeds(values));
      return step(loaded, 0);
    };
    // A step of plain gradient descent at a rate of 1 subtracts the gradient itself.
    loaded.session.run('assign', loaded.program.assignFeeds(start));
    step(loaded, 1);
    const { values: after } = await written(loaded);
    const moved = ['stem/kernel', ...(changes.affine ? ['stem_bn/gamma', 'stem_bn/beta'] : []), 'branch_a/kernel'];
    for (const name of moved) {
      const own = start.get(name) ?? new Float32Array();
      const gradient = own.map((value, index) => value - (after.get(name)?.[index] ?? NaN));
      const largest = Math.max(...gradient.map(Math.abs));
      expect(largest, name).toBeGreaterThan(1e-5);
      for (const index of [0, 1, own.length - 1]) {
        const at = (distance: number): number =>
          lossAt(new Map([...start, [name, own.with(index, (own[index] ?? 0) + distance)] as const]));
        const numeric = (at(0.05) - at(-0.05)) / 0.1;
        expect(Math.abs((gradient[index] ?? NaN) - numeric), `${name}[${index}]`).toBeLessThan(0.03 * largest + 2e-5);
      }
    }
    loaded.session.dispose();
  });

  it('normalises by the batch only where its statistics move', () => {
    const loaded = load(plan);
    loaded.session.run('assign', loaded.program.assignFeeds(startValues()));
    const images: Feed = { data: [pixels], shape: [] };
    const evaluated = loaded.session.run('evaluate', { images, labels: { data: labels, shape: [BATCH] } });
    const inference = (evaluated['loss_sum']?.data[0] as number) / BATCH;
    const training = step(loaded, 0);
    loaded.session.dispose();
    if (changes.statistics) expect(Math.abs(training - inference)).toBeGreaterThan(1e-4);
    else expect(training).toBeCloseTo(inference, 6);
  });
});

it('an adapting BatchNorm stands in the train step, above the features that are cached', () => {
  const plan = freezePlan(network, 'features', rules(['thawStatistics', 'stem_bn']));
  expect(plan.cut).toEqual(['stem']);
  const loaded = load(plan);
  loaded.session.run('assign', loaded.program.assignFeeds(startValues()));
  expect(loaded.program.trainOperations).toContain('train/stem_bn');
  expect(loaded.program.trainOperations).not.toContain('train/stem');
  expect(step(loaded, 0.1)).toBeGreaterThan(step(loaded, 0.1));
  loaded.session.dispose();
});
