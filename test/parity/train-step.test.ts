import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { optimizerPlan, trainingPlan, type FreezeRule } from '../../src/shared/contract/plan.ts';
import { freezePlan } from '../../src/engine/freeze/freeze-plan.ts';
import { compileProgram } from '../../src/engine/graph/program.ts';
import type { Program } from '../../src/engine/graph/program-description.ts';
import type { Layer, Network } from '../../src/engine/network/layer.ts';
import { networkTensors } from '../../src/engine/network/shape.ts';
import { Session, type Feed } from '../../src/engine/runtime/session.ts';
import { openTensorFlowCheckpoint } from '../../src/engine/weights/tensorflow-checkpoint.ts';
import { fedFeatures } from '../support/fed-features.ts';

const numbers = z.array(z.number());
const fixture = z.object({
  optimizer: optimizerPlan,
  regularization: trainingPlan.pick({ weightDecay: true, l1: true, gradientClipping: true }),
  objective: trainingPlan.pick({ loss: true, labelSmoothing: true }).extend({ classWeights: numbers.nullable() }),
  preprocessing: z.object({ scale: z.number(), offset: z.number() }),
  // Written by a script of ours in the layer vocabulary itself.
  layers: z.custom<readonly Layer[]>((value) => Array.isArray(value)),
  initial: z.record(z.string(), z.object({ shape: z.array(z.int()), values: numbers })),
  batches: z.array(z.object({ pixels: z.array(z.int()), labels: z.array(z.int()) })),
  cases: z.array(
    z.object({
      name: z.string(),
      frozen: z.array(z.string()),
      // BatchNorms whose statistics stay, all others' moving; null for those that are frozen.
      kept: z.array(z.string()).nullable(),
      losses: numbers,
      hits: z.array(z.int()),
      final: z.record(z.string(), numbers),
      logits: z.array(numbers),
    }),
  ),
});
type Fixture = z.infer<typeof fixture>;

const FILES = [
  'train-step',
  'train-step-branched',
  'train-step-decayed',
  'train-step-penalised',
  'train-step-smoothed',
  'train-step-squared',
];

const cases = FILES.flatMap((file) => {
  const text = readFileSync(path.resolve(import.meta.dirname, '../fixtures', `${file}.json`), 'utf8');
  const made = fixture.parse(JSON.parse(text));
  return made.cases.map((expected) => ({ name: expected.name, made, expected }));
});

function networkOf({ layers }: Fixture): Network {
  const pretrained = new Set(layers.map((layer) => layer.name));
  return { name: 'train-step', family: 'test', layers, output: 'logits', pretrained };
}

function rulesOf(network: Network, { frozen, kept }: Fixture['cases'][number]): readonly FreezeRule[] {
  const withTensors = new Set(networkTensors(network).map(({ layer }) => layer));
  const freezing = frozen
    .filter((layer) => withTensors.has(layer))
    .map((pattern) => ({ action: 'freeze', pattern }) as const);
  if (kept === null) return freezing;
  const statistics = network.layers
    .filter(({ kind }) => kind === 'batchNorm')
    .map(
      ({ name }) => ({ action: kept.includes(name) ? 'freezeStatistics' : 'thawStatistics', pattern: name }) as const,
    );
  return [...freezing, ...statistics];
}

const directory = mkdtempSync(path.join(tmpdir(), 'thaw-train-step-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Feeds one batch in the way the program wants it: pixels, or the features of its rows. */
function batchFeeds(session: Session, program: Program, batch: Fixture['batches'][number]): Record<string, Feed> {
  const images: Feed = { data: [Uint8Array.from(batch.pixels)], shape: [] };
  const labels: Feed = { data: Int32Array.from(batch.labels), shape: [batch.labels.length] };
  if (program.cut.length === 0) return { images, labels };
  const features = session.run('features', { images });
  const feeds: Record<string, Feed> = {
    labels,
    rows: { data: Int32Array.from(batch.labels.keys()), shape: [batch.labels.length] },
  };
  const layers = program.cut.map(({ name }) => name);
  return { ...feeds, ...fedFeatures(layers, features) };
}

function closeTo(found: ArrayLike<number>, expected: readonly number[], tolerance: number, what: string): void {
  expect(found.length, what).toBe(expected.length);
  expected.forEach((value, index) => {
    expect(Math.abs((found[index] ?? NaN) - value), `${what}[${index}]`).toBeLessThanOrEqual(tolerance);
  });
}

describe.each(cases)('Ten steps with $name', ({ name: own, made, expected }) => {
  it('end where Keras ends: losses, hits, every tensor and the logits', async () => {
    const network = networkOf(made);
    const plan = freezePlan(network, 'finetune', rulesOf(network, expected));
    const program = compileProgram({
      network,
      plan,
      preprocessing: {
        ...made.preprocessing,
        height: 8,
        width: 8,
        resize: 'stretch',
        kernel: 'bilinear',
        channelOrder: 'rgb',
      },
      optimizer: made.optimizer,
      regularization: made.regularization,
      objective: made.objective,
      classWeights: made.objective.classWeights,
    });
    const folder = path.join(directory, own);
    using session = Session.load(folder, program.savedModel, program.signatures);
    const initial = Object.entries(made.initial).map(
      ([name, { values }]) => [name, Float32Array.from(values)] as const,
    );
    session.run('assign', program.assignFeeds(new Map(initial)));
    const steps = made.batches.map((batch, step) =>
      session.run('train', {
        ...batchFeeds(session, program, batch),
        learning_rate: { data: Float32Array.of(made.optimizer.learningRate), shape: [] },
        dropout_seed: { data: Int32Array.of(1, step), shape: [2] },
      }),
    );
    closeTo(
      steps.map((output) => output['loss']?.data[0] ?? NaN),
      expected.losses,
      2e-5,
      'loss',
    );
    expect(steps.map((output) => output['hits']?.data[0])).toEqual(expected.hits);

    const first = made.batches[0];
    const images = { data: [Uint8Array.from(first?.pixels ?? [])], shape: [] };
    const logits = session.run('predict', { images })['logits']?.data ?? [];
    closeTo(logits, expected.logits.flat(), 1e-4, 'logits');

    const prefix = path.join(folder, 'checkpoint');
    session.run('save', { prefix: { data: [Buffer.from(prefix)], shape: [] } });
    const checkpoint = await openTensorFlowCheckpoint(prefix);
    for (const [name, values] of Object.entries(expected.final)) closeTo(checkpoint.read(name), values, 2e-5, name);
    checkpoint.close();
  });
});
