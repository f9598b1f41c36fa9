import { describe, expect, it } from 'vitest';
import { averaged } from '../../../src/engine/evaluation/averages.ts';
import { calibrationOf } from '../../../src/engine/evaluation/calibration.ts';
import { classAreas, classCurve } from '../../../src/engine/evaluation/class-curve.ts';
import { confusedPairs } from '../../../src/engine/evaluation/confused-pairs.ts';
import { resampledIntervals, shareInterval } from '../../../src/engine/evaluation/intervals.ts';
import { labelScore, lossesOf, meanOf, type ScoredImages } from '../../../src/engine/evaluation/scored-images.ts';
import { allSlices, slicesOf } from '../../../src/engine/evaluation/slices.ts';
import { scaledByTemperature } from '../../../src/engine/evaluation/temperature.ts';
import { classFigures } from '../../../src/engine/experiment/evaluations.ts';
import { confusionOf } from '../../../src/engine/training/evaluation/confusion.ts';
import { randomGenerator } from '../../../src/engine/training/random.ts';

const noPause = (): Promise<void> => Promise.resolve();

/** What a classifier made of images, from the probabilities of each. */
function scoredOf(labels: readonly number[], rows: readonly (readonly number[])[]): ScoredImages {
  const classes = rows[0]?.length ?? 0;
  const probabilities = Float32Array.from(rows.flat());
  const scores = labels.map((label, row) => labelScore(probabilities, { row, classes, label }));
  return {
    classes,
    labels: Int32Array.from(labels),
    predicted: Int32Array.from(rows, (row) => row.indexOf(Math.max(...row))),
    probability: Float32Array.from(rows, (row) => Math.max(...row)),
    labelProbability: Float32Array.from(scores, ({ probability }) => probability),
    labelRank: Int32Array.from(scores, ({ rank }) => rank),
    probabilities,
  };
}

const twoClasses = (labels: readonly number[], second: readonly number[]): ScoredImages =>
  scoredOf(
    labels,
    second.map((probability) => [1 - probability, probability]),
  );

const softmax = (logits: readonly number[]): number[] => {
  const most = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
};

describe('the curves of a class', () => {
  it('have the areas of the examples in scikit-learn’s documentation', () => {
    const areas = classAreas(twoClasses([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 1);
    expect(areas.rocAuc).toBeCloseTo(0.75, 12);
    expect(areas.averagePrecision).toBeCloseTo(0.8333333333, 9);
  });

  it('have the areas of their definitions where probabilities are equal', () => {
    const random = randomGenerator(7);
    const labels = Array.from({ length: 90 }, () => random() % 3);
    // Few values, so that many are the same.
    const rows = labels.map(() => Array.from({ length: 3 }, () => (random() % 6) / 8));
    const scored = scoredOf(labels, rows);
    for (const place of [0, 1, 2]) {
      const scores = rows.map((row) => row[place] ?? 0);
      const own = scores.filter((_, row) => labels[row] === place);
      const others = scores.filter((_, row) => labels[row] !== place);
      // A pair of an image of the class and another is told apart, or tossed.
      const pairs = own.flatMap((left) => others.map((right) => (left > right ? 1 : left === right ? 0.5 : 0)));
      let [precision, recallBefore] = [0, 0];
      for (const threshold of [...new Set(scores)].sort((left, right) => right - left)) {
        const hits = own.filter((score) => score >= threshold).length;
        const taken = scores.filter((score) => score >= threshold).length;
        precision += (hits / own.length - recallBefore) * (hits / taken);
        recallBefore = hits / own.length;
      }
      const areas = classAreas(scored, place);
      expect(areas.rocAuc).toBeCloseTo(meanOf(pairs) ?? NaN, 12);
      expect(areas.averagePrecision).toBeCloseTo(precision, 12);
    }
  });

  it('have a point for each probability, by falling threshold', () => {
    const scored = twoClasses([0, 1, 1, 0], [0.25, 0.5, 0.5, 0.75]);
    const { probabilities } = scored;
    const curve = classCurve(scored, probabilities ?? new Float32Array(0), 1);
    expect(curve).toMatchObject({ positives: 2, negatives: 2, rocAuc: 0.5 });
    expect(curve.points).toEqual([
      { threshold: 0.75, truePositives: 0, falsePositives: 1 },
      { threshold: 0.5, truePositives: 2, falsePositives: 1 },
      { threshold: 0.25, truePositives: 2, falsePositives: 2 },
    ]);
  });

  it('are thinned to 500 points from the first to the last', () => {
    const labels = Array.from({ length: 3000 }, (_, row) => row % 2);
    const scored = twoClasses(
      labels,
      labels.map((_, row) => row / 4096),
    );
    const { points } = classCurve(scored, scored.probabilities ?? new Float32Array(0), 1);
    expect(points).toHaveLength(500);
    expect(points[0]).toMatchObject({ truePositives: 1, falsePositives: 0 });
    expect(points.at(-1)).toEqual({ threshold: 0, truePositives: 1500, falsePositives: 1500 });
  });

  it('have no area of a class without images, nor of one without others', () => {
    expect(classAreas(twoClasses([0, 0], [0.2, 0.6]), 1)).toEqual({ rocAuc: null, averagePrecision: null });
    expect(classAreas(twoClasses([1, 1], [0.2, 0.6]), 1)).toEqual({ rocAuc: null, averagePrecision: 1 });
  });
});

describe('figures of classes', () => {
  it('are those of scikit-learn’s classification report', () => {
    // Its documentation's example: y_true 0 1 2 2 2, y_pred 0 0 2 2 1.
    const confusion = confusionOf(Int32Array.of(0, 1, 2, 2, 2), Int32Array.of(0, 0, 2, 2, 1));
    const classes = classFigures(['one', 'two', 'three'], confusion).map((own) => ({ ...own, rocAuc: null }));
    expect(classes.map(({ precision }) => precision)).toEqual([0.5, 0, 1]);
    const macro = averaged(classes, () => 1);
    expect(macro.precision).toBeCloseTo(0.5, 12);
    expect(macro.recall).toBeCloseTo(5 / 9, 12);
    expect(macro.f1).toBeCloseTo(0.48888889, 8);
    const weighted = averaged(classes, ({ images }) => images);
    expect(weighted.precision).toBeCloseTo(0.7, 12);
    expect(weighted.recall).toBeCloseTo(0.6, 12);
    expect(weighted.f1).toBeCloseTo(0.61333333, 8);
  });

  it('count a class that nothing was taken for as 0, and leave out one without images', () => {
    const confusion = confusionOf(Int32Array.of(0, 1), Int32Array.of(0, 0));
    const classes = classFigures(['one', 'two', 'absent'], confusion).map((own) => ({ ...own, rocAuc: null }));
    expect(averaged(classes, () => 1)).toEqual({ precision: 0.25, recall: 0.5, f1: 1 / 3, rocAuc: null });
  });

  it('name the classes that are confused most, first those with the most images', () => {
    const confusion = confusionOf(Int32Array.of(0, 0, 0, 1, 1, 2), Int32Array.of(1, 1, 0, 0, 1, 0));
    expect(confusedPairs(confusion)).toEqual([
      { label: 0, predicted: 1, images: 2, shareOfLabel: 2 / 3 },
      { label: 2, predicted: 0, images: 1, shareOfLabel: 1 },
      { label: 1, predicted: 0, images: 1, shareOfLabel: 0.5 },
    ]);
  });
});

describe('the log loss', () => {
  it('is that of the example in scikit-learn’s documentation', () => {
    const scored = twoClasses([1, 0, 0, 1], [0.9, 0.1, 0.2, 0.65]);
    expect(meanOf(lossesOf(scored))).toBeCloseTo(0.21616, 5);
  });

  it('of a class that was thought impossible is Keras’ 16.118', () => {
    expect(lossesOf(twoClasses([1], [0]))[0]).toBeCloseTo(16.11809565, 6);
  });
});

it('the rank of a label is how many classes are more probable, as scikit-learn’s top-k example counts', () => {
  const rows = [
    [0.5, 0.2, 0.2],
    [0.3, 0.4, 0.2],
    [0.2, 0.4, 0.3],
    [0.7, 0.2, 0.1],
  ];
  const { labelRank } = scoredOf([0, 1, 2, 2], rows);
  // top_k_accuracy_score(k=2) is 0.75 there.
  expect([...labelRank].map((rank) => rank < 2)).toEqual([true, true, true, false]);
});

describe('calibration', () => {
  it('is the weighted distance of what was right from what was thought, in 15 equal bins', () => {
    const confidence = [0.95, 0.97, 0.99, 0.61, 0.65, 1];
    const right = [true, true, false, true, false, true];
    const { bins, ece } = calibrationOf(confidence, (row) => right[row] === true, [0.1, 0.3]);
    expect(bins).toHaveLength(15);
    expect(bins[9]).toMatchObject({ from: 0.6, images: 2, accuracy: 0.5 });
    expect(bins[14]).toMatchObject({ to: 1, images: 4, accuracy: 0.75 });
    // 2/6 |0.5 - 0.63| + 4/6 |0.75 - 0.9775|
    expect(ece).toBeCloseTo(0.195, 12);
  });

  it('puts a probability that ends a bin into it', () => {
    const { bins } = calibrationOf([3 / 15, 0], () => true, []);
    expect(bins.map(({ images }) => images).slice(0, 4)).toEqual([1, 0, 1, 0]);
  });
});

describe('the temperature', () => {
  // The figures are what PyTorch's LBFGS finds for the same logits.
  it('is that of PyTorch for a softmax', async () => {
    const labels = Array.from({ length: 30 }, (_, row) => row % 3);
    const logits = labels.map((label, row) =>
      [0, 1, 2].map((place) => ((7 * row + 5 * place) % 11) / 2 + (place === label && row % 4 > 0 ? 3 : 0)),
    );
    const scored = scoredOf(labels, logits.map(softmax));
    expect(meanOf(lossesOf(scored))).toBeCloseTo(0.8678603031, 5);
    const scaled = await scaledByTemperature(scored, noPause);
    expect(scaled?.temperature).toBeCloseTo(1.93893067, 4);
    expect(scaled?.calibration.logLoss).toBeCloseTo(0.7494073378, 5);
  });

  it('is that of PyTorch for the sigmoid of two classes', async () => {
    const rows = Array.from({ length: 40 }, (_, row) => row);
    const labels = rows.map((row) => Number(((7 * row) % 13) - 6 + (((row * 5) % 7) - 3) * 1.5 > 0));
    const second = rows.map((row) => 1 / (1 + Math.exp(-(((7 * row) % 13) - 6) / 1.5)));
    const scaled = await scaledByTemperature(twoClasses(labels, second), noPause);
    expect(scaled?.temperature).toBeCloseTo(1.6412666, 4);
    expect(scaled?.calibration.logLoss).toBeCloseTo(0.4958859266, 5);
  });

  it('is none where every image is right, which no temperature is too cold for, and of a few images', async () => {
    const labels = Array.from({ length: 40 }, (_, row) => row % 2);
    const right = labels.map((label) => (label === 1 ? 0.8 : 0.2));
    expect(await scaledByTemperature(twoClasses(labels, right), noPause)).toBeNull();
    expect(await scaledByTemperature(twoClasses([0, 1], [0.6, 0.4]), noPause)).toBeNull();
  });
});

describe('intervals', () => {
  // Where the sums of the binomial's terms, by Python's math.comb, reach 0.025 and 0.975.
  it.each([
    [7, 10, 4, 10],
    [90, 100, 84, 95],
    [372, 400, 362, 382],
    [3, 1000, 0, 7],
  ])('of %i right of %i are the percentiles of the binomial', (count, total, low, high) => {
    const interval = shareInterval(count, total);
    expect(interval).toEqual({ value: count / total, low: low / total, high: high / total });
  });

  it('of none right, of all and of a million images are numbers', () => {
    expect(shareInterval(0, 50)).toEqual({ value: 0, low: 0, high: 0 });
    expect(shareInterval(50, 50)).toEqual({ value: 1, low: 1, high: 1 });
    expect(shareInterval(0, 0)).toBeNull();
    const { low, high } = shareInterval(900_000, 1_000_000) ?? { low: NaN, high: NaN };
    // Normal there: 1.96 standard deviations are 0.000588.
    expect(low).toBeCloseTo(0.899412, 5);
    expect(high).toBeCloseTo(0.900588, 5);
  });

  it('of the mean loss are what the normal law says of many images, and the same whenever they are drawn', async () => {
    const images = 2000;
    const losses = Float64Array.from({ length: images }, (_, row) => (row % 100) / 50);
    const labels = Int32Array.from(losses, (_, row) => row % 2);
    const predicted = labels.map((label, row) => (row % 10 < 2 ? 1 - label : label));
    const draw = () => resampledIntervals({ labels, predicted, classes: 3 }, losses, randomGenerator(1), noPause);
    const { logLoss, macroF1 } = await draw();
    const mean = meanOf(losses) ?? NaN;
    const deviation = Math.sqrt((meanOf(losses.map((loss) => (loss - mean) ** 2)) ?? NaN) / images);
    expect(logLoss?.value).toBeCloseTo(mean, 12);
    expect(Math.abs((logLoss?.low ?? NaN) - (mean - 1.96 * deviation))).toBeLessThan(0.2 * deviation);
    expect(Math.abs((logLoss?.high ?? NaN) - (mean + 1.96 * deviation))).toBeLessThan(0.2 * deviation);
    // Both classes are as often wrong, so that it is the accuracy and spreads as that does.
    expect(macroF1?.value).toBeCloseTo(0.8, 12);
    const share = shareInterval(1600, images);
    expect(Math.abs((macroF1?.low ?? NaN) - (share?.low ?? NaN))).toBeLessThan(0.004);
    expect(await draw()).toEqual({ logLoss, macroF1 });
  });
});

describe('slices', () => {
  const images = {
    paths: ['a.jpg', 'night/b.jpg', 'night/near/c.jpg'],
    longerSides: Int32Array.of(0, 256, 511),
    tags: [['blurred', 'night'], [], ['night']],
  };

  it('are tags, sizes in powers of two and folders', () => {
    expect(allSlices(images)).toEqual([
      { by: 'tag', name: 'blurred', rows: [0] },
      { by: 'tag', name: 'night', rows: [0, 2] },
      { by: 'size', name: '256–512 px', rows: [1, 2] },
      { by: 'folder', name: '.', rows: [0] },
      { by: 'folder', name: 'night', rows: [1] },
      { by: 'folder', name: 'night/near', rows: [2] },
    ]);
  });

  it('are none where nothing is known', () => {
    const unknown = { ...images, longerSides: null, tags: null };
    expect(slicesOf(unknown, 1, 'size')).toEqual([]);
    expect(slicesOf(unknown, 0, 'tag')).toEqual([]);
  });
});
