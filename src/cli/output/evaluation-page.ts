import type {
  Calibration,
  Estimated,
  EvaluatedImage,
  EvaluationReport,
  StoredEvaluation,
} from '../../shared/contract/evaluate.ts';
import { count, moment, printable, share } from './format.ts';
import { skippedLines } from './skipped-lines.ts';
import { table } from './table.ts';

/** Rows of a section beyond which the rest is told in JSON. */
const SHOWN = 20;
const SLICES_SHOWN = 15;
const PAIRS_SHOWN = 10;

const percent = (value: number | null): string => (value === null ? '–' : `${(value * 100).toFixed(1)} %`);

/** 0.9321  95 %: 0.9102 to 0.9511 */
function estimate(name: string, own: Estimated): string[][] {
  return own === null ? [] : [[name, share(own.value), `95 %: ${share(own.low)} to ${share(own.high)}`]];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function more(total: number, shown: number): string[] {
  return total > shown ? [`... ${count(total - shown)} more; --json has them all`] : [];
}

function classLines({ classes, macro, weighted }: EvaluationReport): string[] {
  const figures = (own: Pick<EvaluationReport['macro'], 'precision' | 'recall' | 'f1' | 'rocAuc'>): string[] => [
    share(own.precision),
    share(own.recall),
    share(own.f1),
    share(own.rocAuc),
  ];
  return [
    ...table(
      [
        ['class', 'images', 'precision', 'recall', 'F1', 'ROC AUC', 'avg. precision'],
        ...classes
          .slice(0, SHOWN)
          .map((own) => [printable(own.name), count(own.images), ...figures(own), share(own.averagePrecision)]),
        ['macro', '', ...figures(macro), ''],
        ['weighted', '', ...figures(weighted), ''],
      ],
      [1, 2, 3, 4, 5, 6],
    ),
    ...more(classes.length, SHOWN),
  ];
}

function binLines({ bins }: Calibration): string[] {
  const filled = bins.filter(({ images }) => images > 0);
  return table(
    [
      ['sure', 'images', 'mean', 'right'],
      ...filled.map(({ from, to, images, confidence, accuracy }) => [
        `${(from * 100).toFixed(0)}–${(to * 100).toFixed(0)} %`,
        count(images),
        percent(confidence),
        percent(accuracy),
      ]),
    ],
    [1, 2, 3],
  );
}

function calibrationLines({ calibration, scaled }: EvaluationReport): string[] {
  const { ece, logLoss } = calibration;
  const after =
    scaled &&
    `at a temperature of ${scaled.temperature.toFixed(3)}, fitted on these images: ECE ${share(scaled.calibration.ece)}, log loss ${share(scaled.calibration.logLoss)}`;
  return [
    `ECE ${share(ece)}, log loss ${share(logLoss)}`,
    ...(after === null ? [] : [after]),
    ...binLines(calibration),
  ];
}

function pairLines({ confusedPairs, classes }: EvaluationReport): string[] {
  const name = (place: number): string => printable(classes[place]?.name ?? '');
  return [
    ...table(
      confusedPairs
        .slice(0, PAIRS_SHOWN)
        .map(({ label, predicted, images, shareOfLabel }) => [
          `${name(label)} → ${name(predicted)}`,
          count(images),
          `${percent(shareOfLabel)} of ${name(label)}`,
        ]),
      [1],
    ),
    ...more(confusedPairs.length, PAIRS_SHOWN),
  ];
}

function lossLines({ classes }: EvaluationReport, images: readonly EvaluatedImage[]): string[] {
  const name = (place: number): string => printable(classes[place]?.name ?? '');
  return table(
    images.map(({ path, label, predicted, probability, loss }) => [
      printable(path),
      `${name(label)} → ${name(predicted)}`,
      percent(probability),
      loss.toFixed(2),
    ]),
    [2, 3],
  );
}

const SLICE_WORDS = { tag: 'tag', size: 'longer side', folder: 'folder' } as const;

function sliceLines({ slices }: EvaluationReport): string[] {
  return (['tag', 'size', 'folder'] as const).flatMap((by) => {
    const own = slices.filter((slice) => slice.by === by);
    if (own.length === 0) return [];
    return [
      ...table(
        [
          [SLICE_WORDS[by], 'images', 'accuracy', '95 %', 'log loss'],
          ...own
            .slice(0, SLICES_SHOWN)
            .map(({ name, images, accuracy, logLoss }) => [
              printable(name),
              count(images),
              share(accuracy?.value ?? null),
              accuracy ? `${share(accuracy.low)} to ${share(accuracy.high)}` : '–',
              share(logLoss),
            ]),
        ],
        [1, 2, 4],
      ),
      ...more(own.length, SLICES_SHOWN),
    ];
  });
}

const place = ({ split, dataset }: StoredEvaluation): string =>
  split === null ? printable(dataset) : `its ${split} split`;

/** All that is told of an evaluation, in one page. @param worst the images with the largest losses */
export function evaluationLines(runId: string, report: EvaluationReport, worst: readonly EvaluatedImage[]): string[] {
  const { interval, leftOut, warnings } = report;
  return [
    ...warnings.map((warning) => `warning: ${printable(warning)}`),
    ...skippedLines(leftOut.unreadable, '--json has them all'),
    `Run ${runId} at step ${count(report.step)} (epoch ${report.epoch}) on ${place(report)}: ${count(report.images)} images`,
    '',
    ...table(
      [
        ...estimate('accuracy', interval.accuracy),
        ...estimate('top-5 accuracy', interval.topFive),
        ...estimate('macro F1', interval.macroF1),
        ...estimate('log loss', interval.logLoss),
      ],
      [1],
    ),
    ...section('Classes', classLines(report)),
    ...section('Calibration', calibrationLines(report)),
    ...section('Most confused', pairLines(report)),
    ...section('Largest losses', lossLines(report, worst)),
    ...section('Slices', sliceLines(report)),
  ];
}

/** What is kept of a run, a line each. */
export function keptLines(runId: string, kept: readonly StoredEvaluation[]): string[] {
  if (kept.length === 0) return [`Run ${runId} keeps no evaluations.`];
  return table(
    [
      ['number', 'step', 'on', 'images', 'accuracy', 'loss', 'when'],
      ...kept.map((own) => [
        String(own.evaluationId),
        String(own.step),
        own.split ?? printable(own.dataset),
        count(own.images),
        share(own.accuracy),
        share(own.loss),
        `${moment(own.createdAt)}${own.kept ? '' : ' (its file has gone)'}`,
      ]),
    ],
    [0, 1, 3, 4, 5],
  );
}
