import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { predictResult } from '../../src/shared/contract/endpoint.ts';
import { runDetail, runResult } from '../../src/shared/contract/run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startThaw, thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const SMALL = ['--network', 'mobilenet_v1_0.25_32', '--strategy', 'scratch', '--batch', '6', '--dataset', 'stripes'];

beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'stripes'), { train: 12, val: 6, test: 4 });
});

function command(...parameters: string[]): Promise<CommandResult> {
  return thaw(parameters, { home, cwd: root });
}

describe('training from the command line', () => {
  it('prints one JSON document, keeps the rules in their order, and predicts with the run', async () => {
    const rules = ['--freeze', 'stem', '--thaw', '/bn$/', '--freeze', 'last:1', '--thaw', 'head'];
    const { code, stdout, stderr } = await command('train', ...SMALL, ...rules, '--epochs', '2', '--json');
    expect([code, stderr.match(/\n\s+at /)]).toEqual([0, null]);
    const result = runResult.parse(JSON.parse(stdout));
    expect(result).toMatchObject({ status: 'finished', frozenUnchanged: true, weights: null, error: null });
    expect(result.history).toHaveLength(2);
    expect(stderr).toContain('Training');

    const { runId } = result;
    const detail = runDetail.parse(JSON.parse((await command('runs', 'show', runId, '--json')).stdout));
    expect(detail.plan.rules.map(({ action, pattern }) => [action, pattern])).toEqual([
      ['freeze', 'stem'],
      ['thaw', '/bn$/'],
      ['freeze', 'last:1'],
      ['thaw', 'head'],
    ]);
    expect(detail.result).toEqual(result);

    const images = ['stripes/test/broad/000.png', 'stripes/nowhere.png'];
    const predicted = await command('predict', '--run', runId, '--json', ...images);
    expect(predicted.code).toBe(0);
    const { predictions } = predictResult.parse(JSON.parse(predicted.stdout));
    expect(predictions.map(({ path: file }) => file)).toEqual(images.map((image) => path.join(root, image)));
    expect(predictions[0]?.classes.map(({ name }) => name).sort()).toEqual(['broad', 'fine']);
    expect(predictions[1]).toMatchObject({ classes: [], problem: expect.stringContaining('nowhere.png') as string });
    expect((await command('predict', '--run', runId, 'stripes/nowhere.png')).code).toBe(1);
  });

  it('takes every choice of a plan, and ends where its monitor no longer improves', async () => {
    const choices = [
      ...['--nesterov', '--momentum', '0.5', '--flip', '--random-crop', '--head', 'sigmoid', '--lr', '1e-30'],
      ...['--early-stopping', '2', '--monitor', 'val_accuracy', '--epochs', '50'],
      ...['--weight-decay', '0.001', '--clip-global-norm', '5', '--warmup', '0.5', '--lr-for', '/conv_dw_(12|13)/=0.1'],
      ...['--l1', '0.0001', '--label-smoothing', '0.1', '--class-weights', 'fine=2,broad=0.5'],
      ...['--schedule', 'plateau', '--schedule-epochs', '4', '--schedule-monitor', 'val_accuracy'],
      ...['--freeze', 'stem', '--thaw-statistics', 'stem', '--freeze-statistics', 'block_13'],
    ];
    const { code, stdout, stderr } = await command('train', ...SMALL, ...choices, '--json');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const result = runResult.parse(JSON.parse(stdout));
    expect(result).toMatchObject({ status: 'finished', stoppedEarly: true, frozenUnchanged: true });
    expect(result.history.length).toBeLessThan(50);
    expect(result.history.length - (result.bestEpoch ?? NaN)).toBe(2);

    const { runId } = result;
    const { plan, layers } = runDetail.parse(JSON.parse((await command('runs', 'show', runId, '--json')).stdout));
    expect(plan).toMatchObject({
      head: 'sigmoid',
      optimizer: { kind: 'sgd', momentum: 0.5, nesterov: true },
      weightDecay: 0.001,
      l1: 0.0001,
      gradientClipping: { kind: 'globalNorm', limit: 5 },
      loss: 'crossEntropy',
      labelSmoothing: 0.1,
      classWeights: { kind: 'given', weights: { fine: 2, broad: 0.5 } },
      schedule: { kind: 'plateau', monitor: 'val_accuracy', patience: 4 },
      warmupEpochs: 0.5,
      learningRateRules: [{ pattern: '/conv_dw_(12|13)/', factor: 0.1 }],
      augmentation: { horizontalFlip: true, randomResizedCrop: { smallestArea: 0.5 } },
      earlyStopping: { monitor: 'val_accuracy', patience: 2 },
    });
    expect(plan.rules.map(({ action }) => action)).toEqual(['freeze', 'thawStatistics', 'freezeStatistics']);
    const states = new Map(layers.map(({ name, state, statistics }) => [name, [state, statistics]]));
    expect(states.get('conv1_bn')).toEqual(['frozen', 'moving']);
    expect(states.get('conv_pw_13_bn')).toEqual(['trainable', 'kept']);

    const page = (await command('runs', 'show', runId)).stdout;
    expect(page).toMatch(/stopped early +after epoch \d+ of 50: val_accuracy did not become better for 2 epochs/);
    for (const words of [
      'thaw statistics',
      '(Nesterov)',
      'cut to 0.5 to 1 of the area, ratio 0.75 to 1.333, mirrored at random',
      'together at most 5',
      'fine 2, broad 0.5',
      'plateau of val_accuracy',
      'times 0.1 in /conv_dw',
    ]) {
      expect(page).toContain(words);
    }
  });

  it('shows people a line for each epoch, the result and what to do next', async () => {
    const { code, stdout } = await command('train', ...SMALL, '--freeze', 'stem', '--epochs', '2');
    expect(code).toBe(0);
    expect(stdout).toMatch(/epoch +loss +accuracy +val_loss +val_accuracy/);
    expect(stdout).toMatch(/1\/2 +\d/);
    expect(stdout).toMatch(/frozen tensors +unchanged ✓ \d+ of \d+/);
    expect(stdout).toMatch(/Next: thaw predict --run \S+ IMAGE/);
    expect((await command('runs', 'list')).stdout).toContain('finished');
  });

  it('stops at Ctrl+C with its checkpoint, and resumes', async () => {
    const train = startThaw(['train', ...SMALL, '--epochs', '500', '--json'], { home, cwd: root });
    await expect.poll(train.errors, { timeout: 60_000 }).toMatch(/3\/500/);
    train.child.kill('SIGINT');
    const { code, stdout, stderr } = await train.done;
    expect(code).toBe(130);
    expect(stderr).toContain('Stopping after this step');
    const { runId, status } = runResult.parse(JSON.parse(stdout));
    expect(status).toBe('stopped');
    const resumed = startThaw(['runs', 'resume', runId, '--json'], { home, cwd: root });
    await expect.poll(resumed.errors, { timeout: 60_000 }).toMatch(/\d+\/500/);
    resumed.child.kill('SIGINT');
    const again = runResult.parse(JSON.parse((await resumed.done).stdout));
    expect(again).toMatchObject({ runId, status: 'stopped' });
    expect(again.history.map(({ epoch }) => epoch)).toEqual(again.history.map((_, index) => index + 1));
  });

  it('leaves an interrupted run behind when it is killed, its trainer gone with it', async () => {
    const train = startThaw(['train', ...SMALL, '--epochs', '500'], { home, cwd: root });
    const firstEpoch = new Promise<void>((resolve) => {
      train.child.stdout?.on('data', (chunk: string) => {
        if (chunk.includes('/500')) resolve();
      });
    });
    await firstEpoch;
    train.child.kill('SIGKILL');
    await train.done;
    const listed = JSON.parse((await command('runs', 'list', '--status', 'interrupted', '--json')).stdout) as {
      runId: string;
    }[];
    expect(listed).toHaveLength(1);
    const runId = listed[0]?.runId ?? '';
    // The place is free as soon as the trainer has noticed.
    let resumed = startThaw(['runs', 'resume', runId, '--json'], { home, cwd: root });
    await expect
      .poll(
        () => {
          if (/\d+\/500/.test(resumed.errors())) return true;
          if (resumed.child.exitCode !== null)
            resumed = startThaw(['runs', 'resume', runId, '--json'], { home, cwd: root });
          return false;
        },
        { timeout: 60_000, interval: 500 },
      )
      .toBe(true);
    resumed.child.kill('SIGINT');
    expect((await resumed.done).code).toBe(130);
  });
});
