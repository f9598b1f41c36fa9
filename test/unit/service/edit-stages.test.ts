import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { enqueueRun, takeNextWaiting } from '../../../src/engine/experiment/queue.ts';
import { setStatus } from '../../../src/engine/experiment/run-life.ts';
import { readPlan } from '../../../src/engine/experiment/run-reader.ts';
import { writeParts } from '../../../src/engine/experiment/run-writer.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { completePlan } from '../../../src/engine/service/default-plan.ts';
import { editStages } from '../../../src/engine/service/edit-stages.ts';
import type { ResolvedPlanRequest } from '../../../src/engine/service/resolve-references.ts';
import { INITIAL_STATE } from '../../../src/engine/training/checkpoint.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let context: ServiceContext;
beforeEach(() => {
  const home = temporaryFolder();
  context = new ServiceContext({ home, cache: path.join(home, 'cache') });
});
afterEach(() => context.close());

const HEAD = { name: 'head', strategy: 'features' } as const;
const ALL = { name: 'all', strategy: 'finetune' } as const;
const SLOWER = { ...ALL, learningRate: 0.0001 };
const SCRATCH = { name: 'anew', strategy: 'scratch' } as const;

function staged(changes: Partial<ResolvedPlanRequest> = {}) {
  return completePlan({ network: 'mobilenet_v1_0.25_96', epochs: 2, stages: [HEAD, ALL], ...changes });
}

/** A checkpoint of which only the state is of interest. */
function writeState(runId: string, stage: number): void {
  const checkpoints = path.join(context.runDirectory(runId), 'checkpoints');
  const folder = path.join(checkpoints, 'step-8');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(checkpoints, 'index.json'), JSON.stringify({ schemaVersion: 1, last: 'step-8', best: null }));
  writeFileSync(path.join(folder, 'state.json'), JSON.stringify({ ...INITIAL_STATE, epoch: 2, step: 8, stage }));
  writeFileSync(path.join(folder, 'checkpoint.index'), '');
}

describe('the stages of a run that waits', () => {
  it.each([
    {
      what: 'from scratch in place of its weights',
      plan: () => staged(),
      first: SCRATCH,
      words: "begin from scratch, by the strategy 'scratch'",
    },
    {
      what: 'with weights in place of none',
      plan: () => staged({ stages: [SCRATCH, HEAD] }),
      first: HEAD,
      words: "begin with weights, by the strategy 'features'",
    },
  ])('do not have it begin $what', async ({ plan, first, words }) => {
    const before = plan();
    const runId = enqueueRun(context.log, before, null);
    await expectError(() => editStages(context, { runId, stages: [first] }), 'usage.invalid', words);
    expect(readPlan(context.log, runId)).toEqual(before);
    const { plan: edited } = await editStages(context, { runId, from: 1, stages: [SLOWER] });
    expect(readPlan(context.log, runId)).toEqual(edited);
  });

  it('are kept once its turn has come, as its plan has been read', async () => {
    const plan = staged();
    const runId = enqueueRun(context.log, plan, null);
    expect(takeNextWaiting(context.log)).toBe(runId);
    await expectError(() => editStages(context, { runId, stages: [HEAD] }), 'run.state', 'just beginning');
    expect(readPlan(context.log, runId)).toEqual(plan);
  });

  it('begin after that of the checkpoint from which it continues', async () => {
    const source = createRun(context.log, staged(), null);
    writeState(source, 1);
    releaseTrainerLock(context.log, source);
    const runId = enqueueRun(context.log, staged(), { runId: source, relation: 'continued', step: 8 });
    for (const from of [0, 1]) {
      await expectError(
        () => editStages(context, { runId, from, stages: [HEAD] }),
        'run.state',
        `stage ${from + 1} of`,
      );
    }
    const { plan } = await editStages(context, { runId, stages: [SLOWER] });
    expect(plan.stages.map(({ learningRate }) => learningRate)).toEqual([0.005, 0.005, 0.0001]);
  });

  it('are those of the network where each layer has its own, and fit what it learns', async () => {
    const network = 'dense_30-20_14';
    const layers = { network, task: { kind: 'autoencoder', layerwise: true, noise: 0 } as const, epochs: 2 };
    const layerwise = enqueueRun(context.log, completePlan(layers), null);
    await expectError(() => editStages(context, { runId: layerwise, stages: [] }), 'usage.invalid', 'Layer by layer');
    const whole = completePlan({ network, task: { ...layers.task, layerwise: false }, stages: [SCRATCH, SLOWER] });
    const runId = enqueueRun(context.log, whole, null);
    const earlyStopping = { monitor: 'val_accuracy', patience: 2 } as const;
    await expectError(
      () => editStages(context, { runId, from: 1, stages: [{ ...SLOWER, earlyStopping }] }),
      'usage.invalid',
      'val_accuracy',
    );
  });
});

it('stages to come of a run under way are refused where they cannot fit into the memory', async () => {
  const plan = staged({ stages: [HEAD], batchSize: 65_536 });
  const runId = createRun(context.log, plan, null);
  setStatus(context.log, runId, 'running');
  writeParts(context.log, runId, {
    dataset: {
      root: '/',
      classes: ['a', 'b'],
      train: 1e6,
      validation: 100,
      test: 0,
      version: 'cd'.repeat(32),
      skipped: [],
    },
    loadReport: null,
    layers: [],
    parameters: { trainable: 1, frozen: 1 },
    environment: {
      thaw: '0',
      node: '24',
      tensorflow: '2',
      tensorflowOrigin: 'wheel',
      device: 'CPU',
      cpu: 'any',
      cores: 2,
      os: 'any',
    },
  });
  await expectError(() => editStages(context, { runId, from: 1, stages: [ALL] }), 'memory.full', 'batch 65536');
  expect(readPlan(context.log, runId)).toEqual(plan);
});
