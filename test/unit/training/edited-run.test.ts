import { copyFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainerMessage } from '../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import type { ImageEdit } from '../../../src/shared/contract/dataset-edits.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { computed, never, runUntil, trainingJob } from '../../support/training-job.ts';

const PLAN = { strategy: 'features', epochs: 3 } as const;
const root = temporaryFolder();
let dataset: string;

beforeAll(async () => {
  dataset = path.join(await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 0 }), 'train');
});

const edits: readonly ImageEdit[] = [
  { path: 'broad/000.png', className: 'fine' },
  { path: 'broad/001.png', excluded: true },
  { path: 'fine/002.png', split: 'validation' },
  { path: 'fine/003.png', className: 'odd' },
  { path: 'fine/004.png', className: 'odd' },
];

describe('a run on a dataset that was edited', () => {
  it('has the images as they were decided upon, and a version of its own', async () => {
    const plain = await runTraining(trainingJob(root, dataset, PLAN), () => undefined, never);
    const edited = await runTraining({ ...trainingJob(root, dataset, PLAN), edits }, () => undefined, never);
    expect(plain.dataset).toMatchObject({ classes: ['broad', 'fine'] });
    expect(edited.dataset).toMatchObject({ classes: ['broad', 'fine', 'odd'] });
    const { train = 0, validation = 0 } = edited.dataset ?? {};
    expect(train + validation).toBe(23);
    expect(edited.dataset?.version).not.toBe(plain.dataset?.version);
    expect(edited.history).toHaveLength(3);
  });

  it('is resumed with what it began with, whatever was decided since', async () => {
    const whole = await runTraining({ ...trainingJob(root, dataset, PLAN), edits }, () => undefined, never);
    const begun = { ...trainingJob(root, dataset, PLAN), edits };
    expect(await runUntil(1, begun)).toMatchObject({ status: 'stopped' });
    const since: readonly ImageEdit[] = [{ path: 'fine/005.png', excluded: true }];
    const warnings: string[] = [];
    const listen = (message: TrainerMessage): void => {
      if (message.kind === 'event' && message.body.kind === 'warning') warnings.push(message.body.message);
    };
    const resumed = await runTraining({ ...trainingJob(root, dataset, PLAN, begun), edits: since }, listen, never);
    expect(resumed.dataset).toEqual(whole.dataset);
    expect(computed(resumed.history)).toEqual(computed(whole.history));
    expect(warnings.join()).not.toContain('changed');
  });

  it('is not resumed without them: what validated might be trained on', async () => {
    const begun = { ...trainingJob(root, dataset, PLAN), edits };
    await runUntil(1, begun);
    rmSync(path.join(begun.runDirectory, 'dataset-edits.json'));
    const resume = (): Promise<unknown> => runTraining(trainingJob(root, dataset, PLAN, begun), () => undefined, never);
    await expectError(resume, 'training.checkpoint', 'needs the 5 edits');
  });
});

it('a run says how many copies of held-out images it trains on, and how they are left out', async () => {
  const folder = await writeTinyDataset(path.join(root, 'leaking'), { train: 4, val: 4 });
  for (const index of [0, 1]) {
    copyFileSync(path.join(folder, `val/fine/00${index}.png`), path.join(folder, `train/fine/copy-${index}.png`));
  }
  const warningsOf = async (own: readonly ImageEdit[]): Promise<string> => {
    const warnings: string[] = [];
    const listen = (message: TrainerMessage): void => {
      if (message.kind === 'event' && message.body.kind === 'warning') warnings.push(message.body.message);
    };
    await runTraining({ ...trainingJob(root, folder, { ...PLAN, epochs: 1 }), edits: own }, listen, never);
    return warnings.join('\n');
  };
  expect(await warningsOf([])).toContain('2 training images are copies of images that validate or test');
  const mended = [0, 1].map((index): ImageEdit => ({ path: `train/fine/copy-${index}.png`, excluded: true }));
  expect(await warningsOf(mended)).not.toContain('copies');
});
