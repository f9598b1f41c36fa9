import { describe, expect, it } from 'vitest';
import { bestEpoch, epochCurve, epochOfStep, withEpochs } from '../../../../src/renderer/charts/epochs.ts';
import { epochMetrics } from '../../../support/epoch-metrics.ts';

describe('the best epoch', () => {
  it.each([
    ['has the highest validation accuracy', [{ val_accuracy: 0.7 }, { val_accuracy: 0.9 }, { val_accuracy: 0.8 }], 2],
    [
      'has the lower loss among equals',
      [
        { val_accuracy: 0.9, val_loss: 0.5 },
        { val_accuracy: 0.9, val_loss: 0.4 },
      ],
      2,
    ],
    [
      'is the first of those that are the same',
      [
        { val_accuracy: 0.9, val_loss: 0.5 },
        { val_accuracy: 0.9, val_loss: 0.5 },
      ],
      1,
    ],
  ])('%s', (_, epochs, expected) => {
    const history = epochs.map((metrics, index) => epochMetrics(index + 1, metrics));
    expect(bestEpoch(history)?.epoch).toBe(expected);
  });

  it('is none before the first epoch', () => expect(bestEpoch([])).toBeNull());
});

describe('the history of a run', () => {
  const history = [epochMetrics(1), epochMetrics(2), epochMetrics(3)];
  it('grows by the epochs that have ended', () => {
    const grown = withEpochs(history, [epochMetrics(4), epochMetrics(5)]);
    expect(grown.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    expect(withEpochs(history, [])).toBe(history);
  });

  it('forgets what a run did beyond the checkpoint that it went on from', () => {
    const again = epochMetrics(2, { val_loss: 9 });
    expect(withEpochs(history, [again])).toEqual([history[0], again]);
  });

  it('stands at the ends of epochs where steps are counted', () => {
    expect(epochCurve(history, 'val_loss', 13).x).toEqual([13, 26, 39]);
    expect(epochCurve(history, 'val_loss').x).toEqual([1, 2, 3]);
  });
});

it.each([
  [1, 1],
  [13, 1],
  [14, 2],
  [0.5, 1],
])('step %d of epochs of 13 steps is of epoch %d', (step, epoch) => expect(epochOfStep(step, 13)).toBe(epoch));
