import { expect, it } from 'vitest';
import { evaluationSections } from '../../../src/engine/exchange/report/evaluation-report.ts';
import type { ReportedEvaluation } from '../../../src/engine/exchange/report/reported-evaluation.ts';
import type { EvaluationReport } from '../../../src/shared/contract/evaluate.ts';

const ATTACK = `"><script>alert(1)</script><img src=x onerror='alert(2)'>`;
const ESCAPED = '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(2)&#39;&gt;';
const averages = { precision: 0.75, recall: 0.75, f1: 0.75, rocAuc: null };
const classOf = (name: string) => ({ name, images: 4, predicted: 4, correct: 3, ...averages, averagePrecision: 0.8 });

const report: EvaluationReport = {
  evaluationId: 1,
  split: null,
  dataset: ATTACK,
  step: 8,
  epoch: 2,
  images: 8,
  accuracy: 0.75,
  loss: 0.5,
  createdAt: 0,
  kept: true,
  classes: [classOf(ATTACK), classOf('bees')],
  interval: {
    accuracy: { value: 0.75, low: 0.5, high: 0.9 },
    topFive: null,
    macroF1: null,
    logLoss: { value: 0.5, low: 0.25, high: 0.75 },
  },
  macro: averages,
  weighted: averages,
  calibration: {
    bins: [
      { from: 0, to: 0.5, images: 0, confidence: null, accuracy: null },
      { from: 0.5, to: 1, images: 8, confidence: 0.8, accuracy: 0.75 },
    ],
    ece: 0.05,
    logLoss: 0.5,
  },
  scaled: null,
  confusion: [
    { label: 0, predicted: 0, images: 3 },
    { label: 0, predicted: 1, images: 1 },
    { label: 1, predicted: 0, images: 1 },
    { label: 1, predicted: 1, images: 3 },
  ],
  confusedPairs: [{ label: 0, predicted: 1, images: 1, shareOfLabel: 0.25 }],
  slices: [],
  leftOut: { unlabelled: 0, unknownClass: [], unreadable: [] },
  warnings: [`Of ${ATTACK} there is little.`],
};
const bytes = Uint8Array.of(0xff, 0xd8, 0xff, 0xd9);
const image = {
  path: ATTACK,
  imageId: 'one',
  label: 0,
  predicted: 1,
  probability: 0.9,
  labelProbability: 0.1,
  loss: 2.3,
};
const whole: ReportedEvaluation = {
  kept: [report],
  report,
  best: [{ ...image, predicted: 0, picture: null, heat: null }],
  worst: [{ ...image, picture: { bytes }, heat: { bytes } }],
  missing: [`Gone: ${ATTACK}`],
};
const written = (evaluation: ReportedEvaluation): string =>
  evaluationSections(evaluation)
    .text.replaceAll(/\s+/g, ' ')
    .replaceAll(/(?<=>) | (?=<)/g, '');

it('shows figures with their intervals, classes, confusion and images, whatever they are called', () => {
  const page = written(whole);
  expect(page).not.toMatch(/<script|onerror='|src=x onerror="|<img src=x/);
  expect(page.split(ESCAPED).length).toBeGreaterThan(8);
  expect(page).toContain('<th scope="row">accuracy</th><td>75.0 % (50.0 % – 90.0 %)</td>');
  expect(page).toContain('<td class="wrong" style="--part: 25%"><b>1</b><span>25.0 %</span></td>');
  expect(page).toContain('taken for<bdi>bees</bdi>');
  expect(page.match(/<img src="data:image\/jpeg;base64,\/9j\/2Q==" alt=/g)).toHaveLength(2);
  expect(page).toContain('The image is no longer there.');
  expect(page.match(/class="bin"/g)).toHaveLength(1);
});

it('says what is missing where nothing is known of the images, beside the figures that are', () => {
  const page = written({ ...whole, report: null, best: [], worst: [] });
  expect(page).toContain(`<p class="muted">Gone: ${ESCAPED}</p>`);
  expect(page).toContain('accuracy 75.0 %');
  expect(page).not.toContain('Confusion');
});
