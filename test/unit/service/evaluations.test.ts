import { hash } from 'node:crypto';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readEvaluation, writeEvaluation } from '../../../src/engine/experiment/evaluations.ts';
import { writeAskedEvaluation } from '../../../src/engine/experiment/kept-evaluations.ts';
import { readRunDocument } from '../../../src/engine/experiment/run-document.ts';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { evaluationImages } from '../../../src/engine/service/evaluation-images.ts';
import { evaluationCurves, listEvaluations, reportEvaluation } from '../../../src/engine/service/evaluation-report.ts';
import { writePredictions } from '../../../src/engine/training/evaluation/write-predictions.ts';
import type { EvaluatedImagesRequest } from '../../../src/shared/contract/evaluate.ts';
import { everything, exportTo, importInto } from '../../support/exported-run.ts';
import { logFinishedRun } from '../../support/logged-run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const context = new ServiceContext({ home, cache: path.join(root, 'cache') });
const photos = path.join(root, 'photos');
const TOLD = {
  leftOut: { unlabelled: 1, unknownClass: [{ name: 'wasps', images: 2 }], unreadable: [] },
  warnings: ['1 image without a label is left out.'],
};

/** Probabilities of the second class, which three of the four images have. */
const SECOND = [0.9, 0.2, 0.6, 0.4];
const LABELS = [1, 1, 1, 0];

const images = LABELS.map((label, row) => ({
  path: `val/${label === 1 ? 'fine' : 'broad'}/00${row}.png`,
  label,
  contentHash: String(row).repeat(64),
}));
const predictions = {
  predicted: Int32Array.from(SECOND, (second) => Number(second > 0.5)),
  probability: Float32Array.from(SECOND, (second) => Math.max(second, 1 - second)),
  probabilities: Float32Array.from(SECOND.flatMap((second) => [1 - second, second])),
};
const more = {
  labelProbability: Float32Array.from(SECOND, (second, row) => (LABELS[row] === 1 ? second : 1 - second)),
  labelRank: Int32Array.from(SECOND, (second, row) => Number(second > 0.5 !== (LABELS[row] === 1))),
  longerSides: Int32Array.of(100, 300, 300, 300),
  tags: [['night'], [], ['night'], []],
};

/** Keeps what a checkpoint made of the four images as if it had been asked for. */
async function asked(runId: string, split: string, step: number, of = images): Promise<number> {
  const about = { split, epoch: 2, step };
  const classes = ['ants', '蜜蜂 🐝'];
  const ofFile = { ...about, split: split.replace(/^(validation)-.*$/, '$1') };
  const file = await writePredictions(context.runDirectory(runId), ofFile, { images: of, classes, predictions, more });
  return writeAskedEvaluation(context.log, runId, {
    ...about,
    dataset: split.startsWith('folder') ? { kind: 'folder', path: photos } : null,
    ...{ images: 4, accuracy: 0.75, loss: 0.68, path: file, told: TOLD },
    confusion: [{ label: 1, predicted: 1, images: 2 }],
  }).evaluationId;
}

const FOLDER = 'folder-0123456789ab';
let runId = '';
beforeAll(async () => {
  runId = logFinishedRun(context.log);
  await writeTinyDataset(photos, { train: 2, val: 4 });
});

describe('evaluations that are kept', () => {
  it('stand beside one another by step and by what they are of, and replace those of the same', async () => {
    const first = await asked(runId, 'validation', 8);
    await asked(runId, 'validation', 12);
    await asked(runId, FOLDER, 8);
    const again = await asked(runId, FOLDER, 8);
    const listed = await listEvaluations(context, { runId });
    expect(listed.map(({ split, step }) => [split, step])).toEqual([
      [null, 8],
      ['validation', 12],
      ['validation', 8],
    ]);
    expect(listed[0]).toMatchObject({ evaluationId: again, dataset: photos, kept: true, images: 4 });
    expect(listed[2]).toMatchObject({ evaluationId: first, dataset: '/photos/of <b>bees</b>' });
  });

  it('leave what the run itself kept what is told of it, with the figures of the same checkpoint', async () => {
    const own = logFinishedRun(context.log);
    const kept = { epoch: 2, step: 8, images: 4, accuracy: 0.5, loss: 1, path: 'evaluation/validation-00000008.npz' };
    writeEvaluation(context.log, own, { split: 'validation', ...kept, confusion: [] });
    await asked(own, 'validation', 12);
    expect(readEvaluation(context.log, own, 'validation').evaluation).toMatchObject({ step: 8, accuracy: 0.5 });
    await asked(own, 'validation', 8);
    expect(readEvaluation(context.log, own, 'validation').evaluation).toMatchObject({ step: 8, accuracy: 0.75 });
    // Other images than the run's own stand beside it.
    await asked(own, 'validation-0123456789ab', 8);
    expect(readEvaluation(context.log, own, 'validation').evaluation).toMatchObject({ step: 8, accuracy: 0.75 });
    const listed = await listEvaluations(context, { runId: own });
    expect(listed.filter(({ split, step }) => split === 'validation' && step === 8)).toHaveLength(2);
    // As a run that goes on writes it.
    writeEvaluation(context.log, own, { split: 'validation', ...kept, step: 12, confusion: [] });
    expect((await listEvaluations(context, { runId: own })).map(({ step }) => step)).toEqual([12, 8]);
  });

  it('go into a .thaw file with the run, and come out of it the same', async () => {
    const file = path.join(root, 'run.thaw');
    const before = readRunDocument(context.log, runId).evaluations;
    expect(before.map(({ own, told }) => [own, told === undefined])).toEqual(before.map(() => [0, false]));
    await exportTo({ home, runId }, file);
    const other = path.join(root, 'other');
    await importInto(other, file);
    expect(everything(other, runId)).toEqual(everything(home, runId));
    const there = new ServiceContext({ home: other, cache: path.join(root, 'cache') });
    const [newest] = await listEvaluations(there, { runId });
    const report = await reportEvaluation(there, { runId, evaluationId: newest?.evaluationId ?? 0 });
    expect(report).toMatchObject({ split: null, kept: true, accuracy: 0.75, dataset: photos, ...TOLD });
    await there.close();
  });

  it('from elsewhere show nothing of the folder that they name but what was evaluated, within it', async () => {
    const photo = (name: string): string => path.join(photos, 'val/fine', name);
    const secret = path.join(root, 'secret.png');
    writeFileSync(secret, readFileSync(photo('003.png')));
    symlinkSync(secret, photo('link.png'));
    const hashOf = (file: string): string => hash('sha256', readFileSync(file), 'hex');
    const evaluated = ['val/fine/001.png', 'val/fine/002.png', 'val/fine/link.png', '../secret.png'].map(
      (own, row) => ({
        path: own,
        label: LABELS[row] ?? 0,
        contentHash: row === 1 ? '1'.repeat(64) : hashOf(path.join(photos, own)),
      }),
    );
    const stranger = logFinishedRun(context.log);
    await asked(stranger, FOLDER, 8, evaluated);
    const file = path.join(root, 'stranger.thaw');
    await exportTo({ home, runId: stranger }, file);
    const other = path.join(root, 'victim');
    await importInto(other, file);
    const there = new ServiceContext({ home: other, cache: path.join(root, 'cache') });
    const [kept] = await listEvaluations(there, { runId: stranger });
    const page = { runId: stranger, order: 'path', offset: 0, limit: 10, pictures: true } as const;
    const request = { ...page, evaluationId: kept?.evaluationId ?? 0 };
    const shown = await evaluationImages(there, request);
    expect(shown.datasetId).toBeNull();
    expect(shown.images.filter(({ imageId }) => imageId !== null).map((own) => own.path)).toEqual(['val/fine/001.png']);
    expect(there.datasets.idOf({ kind: 'folder', path: photos })).toBeNull();
    await there.close();
    // The same where it was asked for: the folder was chosen, and is opened.
    expect(
      (await evaluationImages(context, { ...request, evaluationId: await asked(stranger, FOLDER, 8, evaluated) }))
        .datasetId,
    ).not.toBeNull();
    rmSync(photo('link.png'));
  });
});

describe('an evaluation', () => {
  let evaluationId = 0;
  beforeAll(async () => {
    evaluationId = await asked(runId, FOLDER, 8);
  });

  it('is told in full', async () => {
    const report = await reportEvaluation(context, { runId, evaluationId });
    expect(report).toMatchObject({ images: 4, split: null, ...TOLD, scaled: null });
    expect(report.classes[1]).toMatchObject({ images: 3, predicted: 2, correct: 2, precision: 1, recall: 2 / 3 });
    // The image of the first class stands between the second and the third of the second.
    expect(report.classes[1]?.rocAuc).toBeCloseTo(2 / 3, 12);
    expect(report.interval).toMatchObject({ accuracy: { value: 0.75 }, topFive: null });
    const slices = report.slices.map(({ by, name, images: count }) => `${by} ${name} ${count}`);
    expect(slices).toEqual([
      'tag night 2',
      'size 64–128 px 1',
      'size 256–512 px 3',
      'folder val/broad 1',
      'folder val/fine 3',
    ]);
  });

  const rowsOf = async (request: Partial<EvaluatedImagesRequest>): Promise<string> => {
    const page = { runId, evaluationId, order: 'path', offset: 0, limit: 10 } as const;
    const found = await evaluationImages(context, { ...page, ...request });
    return found.images.map((own) => own.path.at(-5)).join('');
  };

  it.each([
    ['those with the largest loss first', { order: 'loss' }, '1230'],
    ['the surest mistakes first', { order: 'confidentlyWrong' }, '1230'],
    ['the least sure first', { order: 'unsure' }, '2310'],
    ['by path', { order: 'path' }, '3012'],
    ['of a cell of the confusion', { label: 1, predicted: 0 }, '1'],
    ['that are right', { correct: true }, '302'],
    ['of a tag', { slice: { by: 'tag', name: 'night' } }, '02'],
    ['of a size', { slice: { by: 'size', name: '64–128 px' } }, '0'],
    ['a page', { order: 'loss', offset: 1, limit: 2 }, '23'],
  ] as const)('lists its images: %s', async (_, request, expected) => {
    expect(await rowsOf(request)).toBe(expected);
  });

  it('shows pictures of the folder, and none of what is not the same any more', async () => {
    const request = { runId, evaluationId, order: 'path', offset: 0, limit: 10 } as const;
    const without = await evaluationImages(context, request);
    expect(without).toMatchObject({ total: 4, datasetId: null });
    const { datasetId, images: found } = await evaluationImages(context, { ...request, pictures: true });
    expect(datasetId).not.toBeNull();
    // Contents of before, which the folder has no more.
    expect(found.map(({ imageId }) => imageId)).toEqual([null, null, null, null]);
  });

  it('has curves of its classes, and of no others', async () => {
    const curves = await evaluationCurves(context, { runId, evaluationId, class: 1 });
    expect(curves).toMatchObject({ positives: 3, negatives: 1 });
    expect(curves.points.map(({ truePositives, falsePositives }) => [truePositives, falsePositives])).toEqual([
      [1, 0],
      [2, 0],
      [2, 1],
      [3, 1],
    ]);
    const other = evaluationCurves(context, { runId, evaluationId, class: 2 });
    await expect(other).rejects.toMatchObject({ code: 'usage.noMatch' });
  });

  it('that is not there is refused, and one whose file has gone is told as its figures alone', async () => {
    await expect(reportEvaluation(context, { runId, evaluationId: 999 })).rejects.toMatchObject({
      code: 'usage.noMatch',
    });
    const [listed] = await listEvaluations(context, { runId });
    rmSync(path.join(context.runDirectory(runId), `evaluation/${FOLDER}-00000008.npz`));
    expect(listed).toMatchObject({ kept: true });
    expect((await listEvaluations(context, { runId }))[0]).toMatchObject({ kept: false, accuracy: 0.75 });
    await expect(reportEvaluation(context, { runId, evaluationId })).rejects.toMatchObject({ code: 'run.state' });
  });
});
