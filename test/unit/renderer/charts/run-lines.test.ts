import { describe, expect, it } from 'vitest';
import { runLines } from '../../../../src/renderer/charts/run-lines.ts';
import { epochMetrics } from '../../../support/epoch-metrics.ts';

const curve = (offset: number) => ({ x: [1, 2, 3, 4], y: [1, 2, 3, 4].map((step) => step + offset) });
const metrics = {
  curves: { loss: curve(0), accuracy: curve(10), learning_rate: curve(20) },
  history: [epochMetrics(1), epochMetrics(2)],
  stepsPerEpoch: 2,
};

describe('the lines of a chart', () => {
  it('puts validation at the ends of epochs on the axis of steps', () => {
    const [train, validation] = runLines('loss', 'step', metrics);
    expect(train).toMatchObject({ key: 'loss', role: 'train', x: [1, 2, 3, 4], y: [1, 2, 3, 4] });
    expect(validation).toMatchObject({ key: 'val_loss', role: 'validation', x: [2, 4], y: [1.2, 0.6] });
  });

  it('has the means of epochs on the axis of epochs', () => {
    const [train, validation] = runLines('accuracy', 'epoch', metrics);
    expect(train).toMatchObject({ key: 'accuracy', x: [1, 2], y: [0.5, 0.75] });
    expect(validation).toMatchObject({ key: 'val_accuracy', x: [1, 2], y: [0.4, 0.7] });
  });

  it('leaves validation out while it is not known how many steps an epoch has', () => {
    const [, validation] = runLines('accuracy', 'step', { ...metrics, stepsPerEpoch: null });
    expect(validation?.x).toEqual([]);
  });

  it('has one line of the learning rate', () => {
    expect(runLines('learningRate', 'step', metrics).map(({ key, y }) => [key, y[0]])).toEqual([['learning_rate', 21]]);
    expect(runLines('learningRate', 'epoch', metrics)[0]?.y).toEqual([0.01, 0.01]);
  });
});
