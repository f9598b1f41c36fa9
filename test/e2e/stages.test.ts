import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService, type Service } from '../../src/engine/service/create-service.ts';
import type { RunEventBody } from '../../src/shared/contract/event.ts';
import type { TrainingPlanRequest, TrainingStageRequest } from '../../src/shared/contract/plan-request.ts';
import { runDetail, runResult, type RunDetail } from '../../src/shared/contract/run.ts';
import { expectError } from '../support/expect-error.ts';
import { damage, trainerProcess } from '../support/run-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startThaw, thaw } from '../support/thaw-command.ts';
import { computed } from '../support/training-job.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const dataset = path.join(root, 'stripes');
let service: Service;
let engine: Service['transport'];

beforeAll(async () => {
  await writeTinyDataset(dataset, { train: 6, val: 4, test: 4 });
  service = createService({ home: path.join(root, 'home'), cache: path.join(root, 'cache') });
  engine = service.transport;
});
afterAll(() => service.close());

const HEAD: TrainingStageRequest = { name: 'head', strategy: 'features', epochs: 2, learningRate: 0.01 };
const LAST: TrainingStageRequest = {
  name: 'last',
  strategy: 'features',
  rules: [{ action: 'thaw', pattern: 'from:block_13' }],
  epochs: 2,
  learningRate: 0.001,
};
const ALL: TrainingStageRequest = { name: 'all', strategy: 'finetune', epochs: 1, learningRate: 0.0001 };
/** More epochs than a machine does while others of a run's stages are edited. */
const LONG = 90_000;
/** Never better than what it begins with: nothing but rounding moves. */
const STILL = 1e-30;

function plan(stages: TrainingStageRequest[], changes: TrainingPlanRequest = {}): TrainingPlanRequest {
  return {
    dataset: { kind: 'folder', path: dataset },
    network: 'mobilenet_v1_0.25_96',
    batchSize: 6,
    seed: 11,
    introspectionInterval: 2,
    stages,
    ...changes,
  };
}

async function finished(runId: string): Promise<RunDetail> {
  const result = await engine.invoke('training.wait', { runId });
  expect(result).toMatchObject({ status: 'finished', error: null, frozenUnchanged: true });
  return runDetail.parse(await engine.invoke('runs.show', { runId }));
}

async function trained(stages: TrainingStageRequest[], changes: TrainingPlanRequest = {}): Promise<RunDetail> {
  const { runId } = await engine.invoke('training.start', plan(stages, changes));
  return finished(runId);
}

/** Waits for the first of a run's events that fits. */
function heard(runId: string, fits: (body: RunEventBody) => boolean): Promise<RunEventBody> {
  const found = Promise.withResolvers<RunEventBody>();
  const unsubscribe = engine.subscribe('run', (event) => {
    if (event.runId !== runId || !fits(event.body)) return;
    unsubscribe();
    found.resolve(event.body);
  });
  return found.promise;
}

describe('a run in stages', () => {
  it('is told stage by stage: mask, parameters, epochs, best, ending and proof', async () => {
    const detail = await trained([HEAD, LAST, ALL]);
    expect(detail.plan).toMatchObject({ strategy: 'features', rules: [], epochs: 5 });
    expect(
      detail.stages.map(({ name, firstEpoch, lastEpoch, ending }) => [name, firstEpoch, lastEpoch, ending]),
    ).toEqual([
      ['head', 1, 2, 'finished'],
      ['last', 3, 4, 'finished'],
      ['all', 5, 5, 'finished'],
    ]);
    const trains = detail.stages.map(({ layers }) => layers.filter(({ state }) => state === 'trainable').length);
    expect(trains).toEqual([...trains].sort((a, b) => a - b));
    expect(new Set(trains).size).toBe(3);
    for (const { layers, parameters, proof, bestEpoch, firstEpoch, lastEpoch } of detail.stages) {
      expect(proof.length > 0).toBe(layers.some(({ state, parameters: own }) => state === 'frozen' && own > 0));
      expect(parameters.trainable).toBeGreaterThan(0);
      expect(bestEpoch).toBeGreaterThanOrEqual(firstEpoch);
      expect(bestEpoch).toBeLessThanOrEqual(lastEpoch ?? 0);
    }
    expect(detail.layers).toEqual(detail.stages[2]?.layers);
    const page = await thaw(['runs', 'show', detail.summary.runId], { home: path.join(root, 'home'), cwd: root });
    expect(page.stdout).toMatch(/1 head\s+epochs 1 to 2\s+rate 0\.01/);
    expect(page.stdout).toMatch(/3 all\s+epochs 5 to 5/);
  });

  it('goes on with other stages while it runs, and keeps those that have begun', async () => {
    const { runId } = await engine.invoke('training.start', plan([{ ...HEAD, epochs: LONG }, LAST, ALL]));
    await heard(runId, ({ kind }) => kind === 'epoch');
    await expectError(
      () =>
        engine.invoke('training.editStages', {
          runId,
          stages: [{ name: 'x', epochs: 1, rules: [{ action: 'thaw', pattern: 'x9' }] }],
        }),
      'usage.noMatch',
      "In stage 2 'x'",
    );
    await expectError(() => engine.invoke('training.editStages', { runId, from: 0, stages: [ALL] }), 'run.state');
    const told = heard(runId, ({ kind }) => kind === 'stages');
    const { plan: edited } = await engine.invoke('training.editStages', { runId, stages: [{ ...LAST, epochs: 1 }] });
    expect(edited).toMatchObject({ epochs: LONG + 1, stages: [{ name: 'head' }, { name: 'last', epochs: 1 }] });
    expect(await told).toMatchObject({ epochs: LONG + 1 });
    await engine.invoke('training.stop', { runId });
    expect((await engine.invoke('training.wait', { runId })).status).toBe('stopped');
    expect((await engine.invoke('runs.show', { runId })).plan).toEqual(edited);
    const { lines } = await engine.invoke('runs.lines', { runId, from: 1, limit: 1000 });
    expect(lines.map(({ text }) => text).join('\n')).toContain(
      `The stages to come were changed: head (${LONG.toLocaleString('en')}), last (1)`,
    );
    // A run that was stopped may be changed as well, and goes on so.
    const again = await engine.invoke('training.editStages', { runId, stages: [{ ...ALL, name: 'end' }] });
    expect(again.plan.stages.map(({ name }) => name)).toEqual(['head', 'end']);
  });

  it('that waits takes other stages, from its first on', async () => {
    const { runId } = await engine.invoke('queue.add', plan([HEAD, LAST]));
    const { plan: edited } = await engine.invoke('training.editStages', { runId, stages: [{ ...HEAD, epochs: 1 }] });
    expect(edited).toMatchObject({ epochs: 1, stages: [{ name: 'head', epochs: 1 }] });
    await engine.invoke('queue.cancel', { runIds: [runId] });
  });

  it('of one piece has no stages to change', async () => {
    const { runId } = await engine.invoke('training.start', { ...plan([]), epochs: 1 });
    const { stages } = await finished(runId);
    expect(stages).toEqual([]);
    await expectError(() => engine.invoke('training.editStages', { runId, stages: [ALL] }), 'run.state');
  });

  it('branches off in the stage of the checkpoint, and what it began with stays the best until an epoch is better', async () => {
    // No statistics move, so that a rate of next to nothing leaves all as it is.
    const rules = [...(LAST.rules ?? []), { action: 'freezeStatistics', pattern: '/./' } as const];
    const { summary } = await trained([HEAD, { ...LAST, rules }]);
    // Another optimizer, as the velocity of the one before would go on.
    const branch: TrainingPlanRequest = { epochs: 1, optimizer: { kind: 'adam', learningRate: STILL } };
    const { runId } = await engine.invoke('runs.branch', { runId: summary.runId, plan: branch });
    const { plan: branched, result } = await finished(runId);
    expect(branched).toMatchObject({ stages: [], rules, evaluateFirst: true, epochs: 1 });
    expect(result.bestEpoch).toBe(0);
    expect(result.bestValAccuracy).toBe(result.baseline?.val_accuracy);
    expect(result.testAccuracy).toBeGreaterThanOrEqual(0);
    expect(result.warnings.join()).toContain('No epoch became better than what the run began with');
    // What is predicted with is what it began with.
    const checkpoints = await engine.invoke('runs.checkpoints', { runId });
    expect(checkpoints.find(({ kinds }) => kinds.includes('best'))).toMatchObject({ step: 0, epoch: 0 });
  });

  it('is continued in its last stage, with what was before', async () => {
    const { summary, stages } = await trained([HEAD, LAST]);
    const { runId } = await engine.invoke('runs.continue', { runId: summary.runId, epochs: 2 });
    const detail = await finished(runId);
    expect(detail.plan.stages.map(({ epochs }) => epochs)).toEqual([2, 4]);
    expect(detail.result.history).toHaveLength(6);
    expect(detail.stages[0]).toEqual(stages[0]);
    expect(detail.stages[1]).toMatchObject({ firstEpoch: 3, lastEpoch: 6, ending: 'finished' });
  });
});

describe('a run in stages that is killed', () => {
  /** Enough that a run is still in its second stage whenever a busy machine gets round to killing it. */
  const EPOCHS = 300;

  it('in its second stage goes on there, to the last bit as if nothing had happened', async () => {
    const home = path.join(root, 'killed');
    const flags = ['--network', 'mobilenet_v1_0.25_96', '--dataset', 'stripes', '--batch', '6', '--seed', '3'];
    const ask = ['train', ...flags, '--epochs', String(EPOCHS), '--lr', '0.01', '--gradual-unfreezing', '1', '--json'];
    const running = startThaw(ask, { home, cwd: root });
    const patience = { timeout: 120_000, interval: 20 };
    await expect.poll(running.errors, patience).toMatch(new RegExp(` ${EPOCHS + 3}/${2 * EPOCHS} `));
    const trainer = trainerProcess(home);
    if (trainer === null) throw new Error('No trainer is noted in the log.');
    process.kill(trainer, 'SIGKILL');
    const { stdout } = await running.done;
    const { runId, status } = runResult.parse(JSON.parse(stdout));
    expect(status).toBe('interrupted');
    expect(damage(home)).toEqual([]);
    const resumed = await thaw(['runs', 'resume', runId, '--json'], { home, cwd: root });
    const result = runResult.parse(JSON.parse(resumed.stdout));
    expect(result).toMatchObject({ status: 'finished', frozenUnchanged: true, error: null });
    const whole = await thaw(ask, { home: path.join(root, 'whole'), cwd: root });
    const undisturbed = runResult.parse(JSON.parse(whole.stdout));
    expect(computed(result.history)).toEqual(computed(undisturbed.history));
    expect([result.bestEpoch, result.testAccuracy]).toEqual([undisturbed.bestEpoch, undisturbed.testAccuracy]);
    const shown = await thaw(['runs', 'show', runId, '--json'], { home, cwd: root });
    const { stages } = runDetail.parse(JSON.parse(shown.stdout));
    expect(stages).toMatchObject([
      { name: 'head', firstEpoch: 1, lastEpoch: EPOCHS, ending: 'finished' },
      { firstEpoch: EPOCHS + 1, lastEpoch: 2 * EPOCHS, ending: 'finished' },
    ]);
  });
});
