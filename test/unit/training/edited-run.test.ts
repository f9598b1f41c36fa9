import { copyFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/engine/dataset/edits/apply-edits.ts';
import { splitContent } from '../../../src/engine/dataset/open-dataset.ts';
import { readContent } from '../../../src/engine/dataset/read-content.ts';
import { splitOf } from '../../../src/engine/training/dataset-root.ts';
import { extractFeatures } from '../../../src/engine/training/features-file/extract-features.ts';
import { readFeatures } from '../../../src/engine/training/features-file/read-features.ts';
import type { TrainerJob, TrainerMessage } from '../../../src/engine/training/protocol.ts';
import { editsOfRun, editsToday, readRunEdits } from '../../../src/engine/training/run-edits.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import type { ImageEdit } from '../../../src/shared/contract/dataset-edits.ts';
import { editedHome } from '../../support/edited-home.ts';
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

let homes = 0;
const homeWith = (own: readonly ImageEdit[], folder = dataset): Promise<string> =>
  editedHome(path.join(root, `home-${(homes += 1)}`), folder, own);

describe('a run on a dataset that was edited', () => {
  it('has the images as they were decided upon, and a version of its own', async () => {
    const plain = await runTraining(trainingJob(root, dataset, PLAN), () => undefined, never);
    const home = await homeWith(edits);
    const edited = await runTraining({ ...trainingJob(root, dataset, PLAN), home }, () => undefined, never);
    expect(plain.dataset).toMatchObject({ classes: ['broad', 'fine'] });
    expect(edited.dataset).toMatchObject({ classes: ['broad', 'fine', 'odd'] });
    const { train = 0, validation = 0 } = edited.dataset ?? {};
    expect(train + validation).toBe(23);
    expect(edited.dataset?.version).not.toBe(plain.dataset?.version);
    expect(edited.history).toHaveLength(3);
  });

  it('is resumed with what it began with, whatever was decided since', async () => {
    const home = await homeWith(edits);
    const whole = await runTraining({ ...trainingJob(root, dataset, PLAN), home }, () => undefined, never);
    const begun = { ...trainingJob(root, dataset, PLAN), home };
    expect(await runUntil(1, begun)).toMatchObject({ status: 'stopped' });
    await editedHome(home, dataset, [{ path: 'fine/005.png', excluded: true }]);
    const warnings: string[] = [];
    const listen = (message: TrainerMessage): void => {
      if (message.kind === 'event' && message.body.kind === 'warning') warnings.push(message.body.message);
    };
    const resumed = await runTraining({ ...trainingJob(root, dataset, PLAN, begun), home }, listen, never);
    expect(resumed.dataset).toEqual(whole.dataset);
    expect(computed(resumed.history)).toEqual(computed(whole.history));
    expect(warnings.join()).not.toContain('changed');
  });

  it('is not resumed without them: what validated might be trained on', async () => {
    const begun = { ...trainingJob(root, dataset, PLAN), home: await homeWith(edits) };
    await runUntil(1, begun);
    rmSync(path.join(begun.runDirectory, 'dataset-edits.json'));
    const resume = (): Promise<unknown> => runTraining(trainingJob(root, dataset, PLAN, begun), () => undefined, never);
    await expectError(resume, 'training.checkpoint', 'needs the 5 edits');
  });
});

describe('what was decided of an image', () => {
  let folder: string;
  const names = 8;
  beforeEach(async () => {
    folder = path.join(
      await writeTinyDataset(path.join(root, `renamed-${(homes += 1)}`), { train: names, val: 0 }),
      'train',
    );
  });
  const rename = (from: string, to: string): void => renameSync(path.join(folder, from), path.join(folder, to));
  const counts = async (job: TrainerJob): Promise<Readonly<Record<string, number>>> => {
    const { dataset: summary } = await runTraining(job, () => undefined, never);
    return { train: summary?.train ?? 0, validation: summary?.validation ?? 0 };
  };
  const total = ({ train = 0, validation = 0 }: Readonly<Record<string, number>>): number => train + validation;

  it('holds in a run though its file was renamed since Thaw was closed', async () => {
    const home = await homeWith([{ path: 'broad/001.png', excluded: true }], folder);
    rename('broad/001.png', 'broad/renamed.png');
    expect(total(await counts({ ...trainingJob(root, folder, { ...PLAN, epochs: 1 }), home }))).toBe(2 * names - 1);
  });

  it('holds in features, too, which say of each image whether it stays in its split', async () => {
    const own = [
      { path: 'broad/001.png', excluded: true },
      { path: 'fine/002.png', split: 'test' },
    ] as const;
    const home = await homeWith(own, folder);
    rename('broad/001.png', 'broad/renamed.png');
    rename('fine/002.png', 'fine/renamed.png');
    const output = path.join(root, `features-${(homes += 1)}.npz`);
    const { plan, cacheDirectory } = trainingJob(root, folder, PLAN);
    const job = { plan, cacheDirectory, sourceRunDirectory: null, layer: null, output, thaw: '0.0.0', home };
    const { images } = await extractFeatures(job, () => undefined, never);
    expect(images).toBe(2 * names - 1);
    const split = { kind: 'folds', folds: 3, fold: 1 } as const;
    const { dataset: read } = await readFeatures(output, { validationShare: 0.2, seed: 1, split, signal: never });
    expect(read.images.filter(({ pinned }) => pinned !== undefined)).toMatchObject([
      { path: 'fine/renamed.png', split: 'test', pinned: 'test' },
    ]);
    expect(read.images.map((image) => image.path)).not.toContain('broad/renamed.png');
  });

  it('holds in a run that is resumed though files changed their names since, even without the index', async () => {
    const own = ['001', '002', '003'].map((name): ImageEdit => ({ path: `broad/${name}.png`, split: 'validation' }));
    const begun = { ...trainingJob(root, folder, PLAN), home: await homeWith(own, folder) };
    await runUntil(1, begun);
    const content = await readContent(folder, {});
    const hashes = new Set(
      content.images.flatMap((image) => (own.some((edit) => edit.path === image.path) ? [image.contentHash] : [])),
    );
    rename('broad/001.png', 'broad/renamed.png');
    rename('broad/002.png', 'broad/swapped.png');
    rename('broad/004.png', 'broad/002.png');
    rename('broad/swapped.png', 'broad/004.png');
    const now = await readContent(folder, {});
    const edits = editsToday(await readRunEdits(begun.runDirectory, { edits: own.length }), now);
    expect(edits).toEqual(
      new Map(
        ['broad/renamed.png', 'broad/004.png', 'broad/003.png'].map((name) => [
          name,
          { path: name, split: 'validation' },
        ]),
      ),
    );
    const { images } = splitContent(applyEdits(now, edits), { validationShare: 0.2, seed: 11 });
    const pinned = images.filter(({ contentHash }) => hashes.has(contentHash));
    expect(pinned.map(({ split }) => split)).toEqual(['validation', 'validation', 'validation']);
    const resumed = await runTraining(trainingJob(root, folder, PLAN, begun), () => undefined, never);
    expect(resumed.dataset?.version).toBe(splitContent(applyEdits(now, edits), { ...splitOf(begun.plan) }).version);
  });

  it('is not of a copy that was there when the run began', async () => {
    copyFileSync(path.join(folder, 'broad/001.png'), path.join(folder, 'broad/same.png'));
    const own: ImageEdit = { path: 'broad/same.png', excluded: true };
    const kept = editsOfRun(new Map([[own.path, own]]), await readContent(folder, {}));
    rmSync(path.join(folder, 'broad/same.png'));
    expect(editsToday(kept, await readContent(folder, {}))).toEqual(new Map([[own.path, own]]));
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
    const home = await homeWith(own, folder);
    await runTraining({ ...trainingJob(root, folder, { ...PLAN, epochs: 1 }), home }, listen, never);
    return warnings.join('\n');
  };
  expect(await warningsOf([])).toContain('2 training images are copies of images that validate or test');
  const mended = [0, 1].map((index): ImageEdit => ({ path: `train/fine/copy-${index}.png`, excluded: true }));
  expect(await warningsOf(mended)).not.toContain('copies');
});
