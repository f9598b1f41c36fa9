import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LayerState } from '../../../src/shared/contract/run.ts';
import { withStages } from '../../../src/shared/contract/stages.ts';
import { openLog, type Log } from '../../../src/engine/experiment/log.ts';
import { createRun, rewritePlan } from '../../../src/engine/experiment/new-run.ts';
import { takeOverHistory } from '../../../src/engine/experiment/run-origin.ts';
import { readPlan, readRun } from '../../../src/engine/experiment/run-reader.ts';
import { latestStage, writeStageBegun, writeStageEnded } from '../../../src/engine/experiment/run-stages.ts';
import { writeProof } from '../../../src/engine/experiment/run-writer.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

let log: Log;
beforeEach(() => {
  log = openLog(temporaryFolder());
});
afterEach(() => log.close());

function layers(state: LayerState['state']): LayerState[] {
  const about = { kind: 'conv2d', block: 'stem', outputShape: [4, 4, 8], parameters: 12, statistics: null };
  return [{ name: 'conv1', ...about, state }];
}

const HASH = '0a'.repeat(32);
const proof = [{ tensor: 'conv1/kernel', before: HASH, after: HASH }];

/** A run whose head is over and whose next stage has begun. */
function stagedRun(): string {
  const runId = createRun(log, samplePlan(), null);
  releaseTrainerLock(log, runId);
  const head = { layers: layers('frozen'), parameters: { trainable: 1, frozen: 12 } };
  writeStageBegun(log, runId, { stage: 0, name: 'head', firstEpoch: 1, ...head });
  writeProof(log, runId, proof, 0);
  writeStageEnded(log, runId, { stage: 0, lastEpoch: 4, bestEpoch: 3, ending: 'stoppedEarly' });
  const all = { layers: layers('trainable'), parameters: { trainable: 13, frozen: 0 } };
  writeStageBegun(log, runId, { stage: 1, name: 'all', firstEpoch: 5, ...all });
  return runId;
}

describe('the stages of a run in the log', () => {
  it('come back, each with its mask and its proof, the layers of the run being those of the last', () => {
    const runId = stagedRun();
    const detail = readRun(log, runId);
    const head = { stage: 0, name: 'head', firstEpoch: 1, lastEpoch: 4, bestEpoch: 3, ending: 'stoppedEarly' };
    expect(detail.stages).toEqual([
      { ...head, parameters: { trainable: 1, frozen: 12 }, layers: layers('frozen'), proof },
      {
        ...{ stage: 1, name: 'all', firstEpoch: 5, lastEpoch: null, bestEpoch: null, ending: null },
        parameters: { trainable: 13, frozen: 0 },
        layers: layers('trainable'),
        proof: [],
      },
    ]);
    expect(detail.layers).toEqual(layers('trainable'));
    expect(detail.result.parameters).toEqual({ trainable: 13, frozen: 0 });
    expect(latestStage(log, runId)).toBe(1);
  });

  it('are told anew from the stage that a resumed run goes on in', () => {
    const runId = stagedRun();
    writeProof(log, runId, proof, 1);
    writeStageBegun(log, runId, {
      ...{ stage: 0, name: 'head', firstEpoch: 1 },
      layers: layers('frozen'),
      parameters: { trainable: 1, frozen: 12 },
    });
    writeProof(log, runId, proof, 0);
    const { stages, layers: own, proof: proved } = readRun(log, runId);
    expect(stages).toMatchObject([{ stage: 0, ending: null, proof }]);
    expect(own).toEqual(layers('frozen'));
    expect(proved).toEqual(proof);
  });

  it('that are over are those of a run that continues it too', () => {
    const from = stagedRun();
    const to = createRun(log, samplePlan(), { runId: from, relation: 'continued', step: 20 });
    takeOverHistory(log, to, { runId: from, step: 20 });
    expect(readRun(log, to).stages).toEqual(readRun(log, from).stages.slice(0, 1));
  });

  it('are none of a run of one piece', () => {
    const runId = createRun(log, samplePlan(), null);
    expect(readRun(log, runId).stages).toEqual([]);
    expect(latestStage(log, runId)).toBe(-1);
  });

  it('to come may be others, by which the run is then found', () => {
    const runId = stagedRun();
    const stage = { name: 'all', strategy: 'finetune', rules: [], epochs: 7, learningRate: 0.5 } as const;
    const rest = { learningRateRules: [], schedule: { kind: 'constant' }, warmupEpochs: 0, begins: 'last' } as const;
    const plan = withStages(samplePlan(), [
      { ...stage, ...rest, rules: [], learningRateRules: [], earlyStopping: null },
    ]);
    rewritePlan(log, runId, plan);
    expect(readPlan(log, runId)).toEqual(plan);
    expect(readRun(log, runId).summary.epochs).toBe(7);
    expect(() =>
      rewritePlan(log, runId, samplePlan(), () => {
        throw new Error('no more');
      }),
    ).toThrow('no more');
    expect(readPlan(log, runId)).toEqual(plan);
  });
});
