import { metric, percent } from './format.ts';

/** Words of charts, of the tiles above them and of their tables. */
export const charts = {
  region: 'Charts of the run',
  accuracy: 'Accuracy',
  loss: 'Loss',
  learningRate: 'Learning rate',
  axes: { accuracy: 'accuracy', loss: 'cross-entropy', learningRate: 'rate' },
  lines: { train: 'train', validation: 'validation', rate: 'learning rate' },
  by: { label: 'Horizontal axis', step: 'Steps', epoch: 'Epochs' },
  axis: { step: 'step', epoch: 'epoch' },
  smoothing: 'Smoothing',
  smoothingHint: 'Exponential moving average; the values themselves stay visible behind it.',
  logarithmic: 'Logarithmic scale',
  table: 'Show the values as a table',
  copying: { idle: 'Copy the values (CSV)', copied: 'Copied', failed: 'The clipboard refused; save the CSV instead' },
  png: 'Save as a picture (PNG)',
  csv: 'Save the values (CSV)',
  resetZoom: 'Whole run',
  chartHint:
    'Drag to zoom, Shift and drag to move, Ctrl and wheel to zoom. With the keyboard: left and right read values, plus and minus zoom, Shift with left and right moves, 0 shows the whole run.',
  best: (epoch: number) => `best, epoch ${epoch}`,
  baseline: (value: string) => `before training ${value}`,
  empty: 'The curves begin with the first step.',
  again: 'Try again',
  position: (step: number, epoch: number | null) => (epoch === null ? `step ${step}` : `step ${step} · epoch ${epoch}`),
  epochPosition: (epoch: number) => `epoch ${epoch}`,
  smoothed: (value: string) => `smoothed ${value}`,
  rows: (shown: number, all: number) =>
    shown === all ? `${all} rows` : `${shown} of ${all} rows, evenly chosen; the CSV has all`,
  summary: {
    none: (title: string) => `${title}: no values yet.`,
    line: (label: string, first: string, last: string, low: string, high: string, points: number) =>
      points === 1
        ? `${label}: ${last}.`
        : `${label}: from ${first} to ${last}, lowest ${low}, highest ${high}, ${points} points.`,
  },
  tiles: {
    label: 'Figures of the run',
    accuracy: 'Validation accuracy',
    bestAt: (epoch: number) => `best, epoch ${epoch}`,
    bestBefore: 'best: before training',
    loss: 'Validation loss',
    change: (difference: number, epoch: number) =>
      `${difference > 0 ? '+' : '−'}${Number(Math.abs(difference).toPrecision(2))} vs epoch ${epoch}`,
    lossAt: (epoch: number) => `epoch ${epoch}`,
    rate: 'Images per second',
    rateNow: 'now',
    rateMean: 'mean in training',
    frozen: 'Frozen tensors',
    unchanged: (count: number) => `${count} of ${count}`,
    unchangedNote: 'unchanged',
    changed: (changed: number, count: number) => `${changed} of ${count}`,
    changedNote: 'changed',
    noneFrozen: 'none',
    noneFrozenNote: 'everything trains',
    proofPending: 'proof at the end',
    proofMissing: 'no proof was made',
    pending: '–',
    waiting: 'after the first epoch',
  },
  value: { share: percent, number: metric },
  /** At an axis, where the distance of the ticks says how fine it is. */
  tick: {
    share: (share: number) => `${Number((share * 100).toPrecision(6))} %`,
    number: (value: number) => (value === 0 ? '0' : metric(value)),
  },
} as const;
