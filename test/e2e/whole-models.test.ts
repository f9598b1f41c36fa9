import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointPrefix } from '../../src/engine/training/checkpoint.ts';
import { openTensorFlowCheckpoint } from '../../src/engine/weights/tensorflow-checkpoint.ts';
import { runResult, type EpochMetrics, type RunResult } from '../../src/shared/contract/run.ts';
import { epochsLogged, trainerProcess } from '../support/run-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { smallModel, writeTfjsModel } from '../support/tfjs-model.ts';
import { startThaw, thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
/** Enough that a run is still at work whenever a busy machine gets round to killing it. */
const EPOCHS = 300;
const ARGUMENTS = [
  ...['train', '--model', 'model', '--dataset', 'stripes', '--strategy', 'finetune', '--input-size', '64'],
  ...['--batch', '6', '--epochs', String(EPOCHS), '--seed', '5', '--json'],
];
const PATIENCE = { timeout: 120_000, interval: 20 };

beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
});

function command(home: string, ...parameters: readonly string[]): Promise<CommandResult> {
  return thaw(parameters, { home, cwd: root });
}

/** What an epoch computed, the time that it took apart. */
function values({ epoch, loss, accuracy, val_loss, val_accuracy }: EpochMetrics): (number | null)[] {
  return [epoch, loss, accuracy, val_loss, val_accuracy];
}

/** The weights that a run has left, optimizer slots included, by name. */
async function left(home: string, runId: string): Promise<ReadonlyMap<string, Float32Array>> {
  const file = await openTensorFlowCheckpoint(await checkpointPrefix(path.join(home, 'runs', runId), 'last'));
  try {
    return new Map([...file.tensors.keys()].sort().map((name) => [name, file.read(name)]));
  } finally {
    file.close();
  }
}

describe('a run on a whole model', () => {
  const model = path.join(root, 'model');

  async function finish({ code, stdout, stderr }: CommandResult): Promise<RunResult> {
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const result = runResult.parse(JSON.parse(stdout));
    expect(result).toMatchObject({ status: 'finished', frozenUnchanged: true, error: null });
    return Promise.resolve(result);
  }

  it('that was killed goes on without the file that it came from, to the values of one that was not', async () => {
    writeTfjsModel(model, smallModel(null));
    const kept = path.join(root, 'kept');
    cpSync(model, kept, { recursive: true });
    const home = path.join(root, 'cut-short');
    const running = startThaw(ARGUMENTS, { home, cwd: root });
    await expect.poll(running.errors, PATIENCE).toMatch(new RegExp(` 5/${EPOCHS} `));
    await expect.poll(() => epochsLogged(home), PATIENCE).toBeGreaterThan(0);
    const trainer = trainerProcess(home);
    if (trainer === null) throw new Error('No trainer is noted in the log.');
    process.kill(trainer, 'SIGKILL');
    const cut = runResult.parse(JSON.parse((await running.done).stdout));
    expect(cut).toMatchObject({ status: 'interrupted', error: { code: 'training.process' } });
    rmSync(model, { recursive: true });

    const resumed = await finish(await command(home, 'runs', 'resume', cut.runId, '--json'));
    cpSync(kept, model, { recursive: true });
    const whole = path.join(root, 'whole');
    const uninterrupted = await finish(await command(whole, ...ARGUMENTS));

    expect(resumed.history).toHaveLength(EPOCHS);
    expect(resumed.history.map(values)).toEqual(uninterrupted.history.map(values));
    const [ours, theirs] = [await left(home, resumed.runId), await left(whole, uninterrupted.runId)];
    expect([...ours.keys()]).toEqual([...theirs.keys()]);
    expect([...ours.keys()].some((name) => name.includes('stem/kernel'))).toBe(true);
    for (const [name, tensor] of ours) expect(tensor, name).toEqual(theirs.get(name));
  });
});
